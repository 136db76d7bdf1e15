// @vitest-environment happy-dom
import { beforeEach, expect, it, vi } from "vitest";
import { Answer, problem, serve } from "./page";

/** An upload by `fetch`, which the tests answer. */
vi.stubGlobal("XMLHttpRequest", class {
  upload = {};
  status = 0;
  responseText = "";
  onload?: () => void;
  onerror?: () => void;
  private request: [string, string] = ["", ""];
  private headers: Record<string, string> = {};
  open(...request: [string, string]) { this.request = request; }
  setRequestHeader(name: string, value: string) { this.headers[name] = value; }
  getResponseHeader() { return null; }
  abort() { return undefined; }
  send() {
    const [method, path] = this.request;
    void fetch(path, { method, headers: this.headers }).then(async (answer) => {
      this.status = answer.status;
      this.responseText = await answer.text();
      this.onload?.();
    }, () => this.onerror?.());
  }
});
const { begunUploads, FileUpload } = await import("~/pages/wizard/upload-file");
const file = new File(["name,phone\nAda,+14155550120"], "march.csv", { lastModified: 1 });
const begun = (user: string) => ({ id: "up_old", user, name: file.name, size: file.size, modified: 1, received: 5, at: Date.now() });
const keep = (...uploads: object[]) => localStorage.setItem("carillon.uploads", JSON.stringify(uploads));
const upload = (id: string, received = file.size) => ({ id, name: file.name, bytes: file.size, received });

beforeEach(() => localStorage.clear());

it("begins anew when the server does not go on with a file that was begun before, and only with one's own", async () => {
  for (const refused of [problem(409, "wrong_state", "It was uploaded to another machine."), problem(404, "not_found", "There is no such file.")]) {
    keep(begun("ana"), begun("ben"));
    const asked = serve(({ method }) => (method === "POST" ? upload("up_new") : refused));
    expect(await new FileUpload("ana", file, () => undefined).run()).toMatchObject({ id: "up_new" });
    expect(asked.map(({ method, path }) => `${method} ${path}`)).toEqual(["GET /uploads/up_old/received", "POST /uploads"]);
    expect([begunUploads("ana"), begunUploads("ben").length]).toEqual([[], 1]);
  }
  keep(begun("ben"));
  const asked = serve(() => upload("up_new"));
  await new FileUpload("ana", file, () => undefined).run();
  expect(asked.map(({ method }) => method)).toEqual(["POST"]);
});

it("says so when what came of a canceled upload stays on the server", async () => {
  for (const [answer, told] of [[new Answer(204, null), true], [problem(404, "not_found", "Gone."), true], [problem(409, "in_use", "An import reads it."), false]] as const) {
    const asked = serve(({ method }) => (method === "DELETE" ? answer : upload("up_1")));
    const going = new FileUpload("ana", file, () => undefined);
    await going.run();
    await (told ? expect(going.cancel()).resolves.toBeUndefined() : expect(going.cancel()).rejects.toThrow("An import reads it."));
    expect(asked.at(-1)).toMatchObject({ method: "DELETE", path: "/uploads/up_1" });
  }
});
