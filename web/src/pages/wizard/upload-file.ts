import { ApiProblem } from "~/api/problem";
import { idempotencyKey, type Schemas } from "~/api/client";

/** Sends a file with progress. `fetch` can't tell how far an upload is, so this is XHR. */
export function uploadFile(file: File, onProgress: (sent: number, all: number) => void): { done: Promise<Schemas["Upload"]>; cancel: () => void } {
  const request = new XMLHttpRequest();
  const done = new Promise<Schemas["Upload"]>((resolve, reject) => {
    request.open("POST", "/api/v1/uploads");
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.setRequestHeader("X-File-Name", encodeURIComponent(file.name));
    request.setRequestHeader("Idempotency-Key", idempotencyKey());
    request.upload.onprogress = (event) => onProgress(event.loaded, event.total || file.size);
    request.onload = () => {
      let body: unknown = null;
      try {
        body = JSON.parse(request.responseText);
      } catch {
        body = null;
      }
      if (request.status >= 200 && request.status < 300) resolve(body as Schemas["Upload"]);
      else reject(ApiProblem.from(request.status, body, request.getResponseHeader("X-Request-Id")));
    };
    request.onerror = () => reject(new TypeError("The connection broke off."));
    request.onabort = () => reject(new DOMException("canceled", "AbortError"));
    request.send(file);
  });
  return { done, cancel: () => request.abort() };
}
