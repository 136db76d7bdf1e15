import { ask, http, idempotencyKey, type Schemas } from "~/api/client";
import { ApiProblem, isProblem, mayPass } from "~/api/problem";

type Upload = Schemas["Upload"];

const api = "/api/v1/uploads";
const partSize = 8 * 1024 * 1024;
const day = 86_400_000;

/** An upload that was begun in this browser; the server keeps it for a day. */
export interface Begun {
  id: string;
  /** Who began it: nobody else at this browser is told the file's name. */
  user: string;
  name: string;
  size: number;
  modified: number;
  received: number;
  at: number;
}

const memory = "carillon.uploads";

function kept(): Begun[] {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(memory) ?? "[]");
    return Array.isArray(found) ? (found as Begun[]).filter((entry) => Date.now() - entry.at < day) : [];
  } catch {
    return [];
  }
}

/** Uploads that this user began here and did not finish, the newest first. */
export function begunUploads(user: string): Begun[] {
  return kept().filter((entry) => entry.user === user);
}

const same = (entry: Begun, user: string, file: File) => entry.user === user && entry.name === file.name && entry.size === file.size && entry.modified === file.lastModified;

function remember(user: string, file: File, upload: Upload | null): void {
  const others = kept().filter((entry) => !same(entry, user, file));
  const entry = upload && { id: upload.id, user, name: file.name, size: file.size, modified: file.lastModified, received: upload.received, at: Date.now() };
  try {
    localStorage.setItem(memory, JSON.stringify(entry ? [entry, ...others].slice(0, 10) : others));
  } catch {
    // Without storage an upload does not survive a reload of the page.
  }
}

export interface UploadProgress {
  sent: number;
  /** `waiting`: the connection is lost; it goes on by itself. */
  state: "sending" | "paused" | "waiting";
}

/** A file on its way to the server in parts: it can be paused, goes on by itself after a lost connection, and where it stopped when the same file is chosen again. */
export class FileUpload {
  private request: XMLHttpRequest | null = null;
  private held = false;
  private over = false;
  private upload: Upload | null = null;
  private wake: () => void = () => undefined;
  private faults = 0;

  constructor(private readonly user: string, private readonly file: File, private readonly onProgress: (progress: UploadProgress) => void) {}

  pause(): void {
    this.held = true;
    this.request?.abort();
    this.tell("paused");
  }

  resume(): void {
    this.held = false;
    this.wake();
  }

  /** Ends it here; the server keeps what came, for when the same file is chosen again. */
  leave(): void {
    this.over = true;
    this.request?.abort();
    this.wake();
  }

  /** Ends it and throws away what came. Fails when that stays on the server, where it goes by itself after a day. */
  async cancel(): Promise<void> {
    this.leave();
    remember(this.user, this.file, null);
    const id = this.upload?.id;
    if (!id) return;
    try {
      await ask(http.DELETE("/api/v1/uploads/{id}", { params: { path: { id } } }));
    } catch (fault) {
      // Nothing there is what was asked for.
      if (!(isProblem(fault) && fault.status === 404)) throw fault;
    }
  }

  /** Sends until the server has all of it. `undefined` when it was left or canceled. */
  async run(): Promise<Upload | undefined> {
    let unsure = true;
    while (!this.over) {
      if (this.held) {
        await new Promise<void>((resolve) => { this.wake = resolve; });
        unsure = true;
        continue;
      }
      try {
        if (!this.upload) this.upload = await this.begin();
        else if (unsure) this.upload = await this.received(this.upload.id);
        unsure = false;
        if (this.upload.received >= this.file.size) {
          remember(this.user, this.file, null);
          return this.upload;
        }
        this.upload = await this.part(this.upload);
        this.faults = 0;
        remember(this.user, this.file, this.upload);
      } catch (fault) {
        unsure = true;
        await this.mind(fault);
      }
    }
    return undefined;
  }

  /** What a fault means: it is ours to end, to wait, or to ask the server how much it has. */
  private async mind(fault: unknown): Promise<void> {
    if (this.over || this.held) return;
    // Another part of it is still being written down, or came after all.
    if (isProblem(fault, "upload_offset")) return this.delay(300);
    if (isProblem(fault) && fault.status === 404) {
      // The server has it no more: from the start.
      this.upload = null;
      remember(this.user, this.file, null);
      this.faults += 1;
      if (this.faults > 3) throw fault;
      return;
    }
    if (isProblem(fault) && fault.status === 401) {
      this.pause();
      // Opens the sign-in over the page.
      await ask(http.GET("/api/v1/session")).catch(() => undefined);
      return;
    }
    if (isProblem(fault) && fault.status < 500 && fault.status !== 408 && fault.status !== 429) throw fault;
    this.faults += 1;
    // A server that answers with faults is not waited for without end; one that can't be reached is.
    if (isProblem(fault) && this.faults > 5) throw fault;
    this.tell("waiting");
    await this.delay(Math.min(15_000, 500 * 2 ** this.faults));
  }

  private delay(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        removeEventListener("online", done);
        resolve();
      };
      const timer = setTimeout(done, milliseconds);
      addEventListener("online", done);
      this.wake = done;
    });
  }

  private tell(state: UploadProgress["state"], more = 0): void {
    this.onProgress({ sent: Math.min(this.file.size, (this.upload?.received ?? 0) + more), state });
  }

  private async begin(): Promise<Upload> {
    const upload = (await this.known()) ?? (await this.send("POST", api, { "X-File-Name": encodeURIComponent(this.file.name), "Upload-Length": String(this.file.size), "Idempotency-Key": idempotencyKey() }));
    remember(this.user, this.file, upload);
    return upload;
  }

  /** What the server has of it from before. One that it does not go on with (gone, or kept by another machine) is forgotten. */
  private async known(): Promise<Upload | undefined> {
    const known = kept().find((entry) => same(entry, this.user, this.file));
    if (!known) return undefined;
    try {
      return await this.received(known.id);
    } catch (fault) {
      if (!isProblem(fault) || mayPass(fault)) throw fault;
      remember(this.user, this.file, null);
      return undefined;
    }
  }

  private received(id: string): Promise<Upload> {
    return this.send("GET", `${api}/${id}/received`, {});
  }

  private part(upload: Upload): Promise<Upload> {
    this.tell("sending");
    const part = this.file.slice(upload.received, upload.received + partSize);
    return this.send("PATCH", `${api}/${upload.id}`, { "Content-Type": "application/octet-stream", "Upload-Offset": String(upload.received) }, part);
  }

  /** `fetch` can't tell how far an upload is, so this is XHR. */
  private send(method: string, path: string, headers: Record<string, string>, body?: Blob): Promise<Upload> {
    const request = new XMLHttpRequest();
    this.request = request;
    return new Promise((resolve, reject) => {
      request.open(method, path);
      for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
      if (body) request.upload.onprogress = (event) => this.tell("sending", event.loaded);
      request.onload = () => {
        let answer: unknown = null;
        try {
          answer = JSON.parse(request.responseText);
        } catch {
          answer = null;
        }
        if (request.status >= 200 && request.status < 300) resolve(answer as Upload);
        else reject(ApiProblem.from(request.status, answer, request.getResponseHeader("X-Request-Id")));
      };
      request.onerror = () => reject(new TypeError("The connection broke off."));
      request.onabort = () => reject(new DOMException("stopped", "AbortError"));
      request.send(body ?? null);
    });
  }
}
