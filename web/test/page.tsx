/** Pages as people use them, drawn in happy-dom over answers that a test gives. */
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { createRoot, type Root } from "react-dom/client";
import { vi } from "vitest";

// The event stream says nothing here; a test that needs an event gives it to `apply`.
vi.stubGlobal("SharedWorker", class { port = { start: () => undefined, postMessage: () => undefined }; });

/** Types into a field as a person does: React hears the event. */
export function type(field: Element | null | undefined, text: string): void {
  if (!(field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement)) throw new Error("there is no such field");
  Object.getOwnPropertyDescriptor(Object.getPrototypeOf(field), "value")?.set?.call(field, text);
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

export interface Asked {
  method: string;
  path: string;
  search: URLSearchParams;
  key: string | null;
  /** The version that a change was made upon. */
  match: string | null;
  body: unknown;
}

/** What a server would say: JSON, a status, or an exception for a connection that breaks. */
type Answers = (asked: Asked) => unknown;

export class Answer {
  constructor(readonly status: number, readonly body: unknown) {}
}

export const problem = (status: number, code: string, detail: string, current?: unknown) => new Answer(status, { code, detail, title: detail, current });

const counts = { total: 100, pending: 0, in_progress: 0, completed: 90, failed: 10, skipped: 0, canceled: 0 };

/** A campaign, Completed unless said otherwise. */
export const campaign = (over: object = {}) => ({
  id: "camp_1", name: "March", version: 1, control_version: 1, state: { status: "completed", by: "Ana" }, counts, actions: ["retry", "duplicate", "from_filter"], blockers: [], children: [],
  employee: { id: "emp_1", name: "Ava", version: 1 }, trunk: { id: "trunk_1", name: "Berlin" }, created_at: "2026-11-24T09:00:00Z", paused_s: 0, property_names: [],
  settings: { lines: 10, calls_per_second: 5, order: "as_uploaded", ring_timeout_s: 30, max_call_s: 300, recording: true, retry: {} },
  ...over,
});

export const stats = (over: object = {}) => ({
  id: "camp_1", version: 1, control_version: 1, state: campaign().state, counts, waiting: 0, finishing: 0, settling: 0, lines_in_use: 0, lines: 10, calls_per_second: 0, answered: 0, duplicates: 0,
  at: "2026-11-24T09:00:00Z", ...over,
});

export const contact = (row: number, over: object = {}) => ({ row, name: `Person ${row}`, phone: "+14155550123", phone_text: "+14155550123", status: "completed", attempts: 1, has_recording: false, ...over });

/** What most pages ask besides. */
function common({ path }: Asked): unknown {
  switch (path) {
    case "/session":
      return { user: { id: "user_1", login: "ana", name: "Ana", role: "admin", state: "active", created_at: "2026-11-24T09:00:00Z" }, has_password: true, workspace: "Test", time_zone: "UTC" };
    case "/instance":
      return { version: "0" };
    case "/catalog":
      return { failures: [], skip_reasons: [], countries: [{ code: "US", name: "United States", calling_code: 1 }] };
    case "/settings":
      return { default_country: "US" };
    case "/employees":
      return { items: [{ id: "emp_1", name: "Ava", language: "English", version: 1, campaigns: 1, greeting: "Hello" }] };
    case "/trunks":
      return { items: [{ id: "trunk_1", name: "Berlin", lines: 10, used_by: [] }] };
    case "/campaigns":
      return { items: [], total: { count: 0, exact: true }, per_page: 25 };
    case "/campaigns/camp_1":
      return campaign();
    case "/campaigns/camp_1/stats":
      return stats();
    case "/campaigns/camp_1/minutes":
      return { items: [] };
    default:
      return undefined;
  }
}

let answering: Answers = () => undefined;
let all: Asked[] = [];

// Once for all: the client keeps the `fetch` that it found first.
vi.stubGlobal("fetch", async (input: RequestInfo | URL, init?: RequestInit) => {
  const request = input instanceof Request ? input : new Request(new URL(String(input), location.href), init);
  const { pathname, searchParams } = new URL(request.url);
  const text = await request.text();
  const asked = { method: request.method, path: pathname.replace("/api/v1", ""), search: searchParams, key: request.headers.get("Idempotency-Key"), match: request.headers.get("If-Match"), body: text === "" ? null : JSON.parse(text) };
  all.push(asked);
  const found = (await answering(asked)) ?? common(asked) ?? problem(404, "not_found", `Nothing at ${asked.path}.`);
  const { status, body } = found instanceof Answer ? found : new Answer(200, found);
  return new Response(status === 204 ? null : JSON.stringify(body), { status, headers: { "Content-Type": status < 300 ? "application/json" : "application/problem+json" } });
});

/** Answers `fetch`; gives all that is asked from now on. */
export function serve(answers: Answers): Asked[] {
  answering = answers;
  all = [];
  return all;
}

let root: Root | undefined;

/** Opens an address of the page in a fresh browser tab, so to say. */
export async function open(address: string, answers: Answers): Promise<Asked[]> {
  const asked = serve(answers);
  root?.unmount();
  document.body.innerHTML = "<div id=root></div>";
  const [{ router }, { queryClient }, { startLive }] = await Promise.all([import("~/app/routes"), import("~/api/queries"), import("~/live/apply")]);
  queryClient.clear();
  if (!root) startLive(queryClient);
  const next = createRoot(document.getElementById("root") as HTMLElement);
  root = next;
  // Not awaited: after the first page the router only arrives once it is drawn.
  void router.navigate({ href: address });
  next.render(<QueryClientProvider client={queryClient}><RouterProvider router={router} /></QueryClientProvider>);
  return asked;
}

/** Lets answers come until `found` gives something. */
export async function until<T>(found: () => T | null | undefined | false, what = found.toString()): Promise<T> {
  for (let round = 0; round < 400; round += 1) {
    const value = found();
    if (value) return value;
    await new Promise((wake) => setTimeout(wake, 10));
  }
  throw new Error(`${what} did not come. The page says: ${document.body.textContent}`);
}

export const says = (text: string | RegExp) => until(() => (typeof text === "string" ? document.body.textContent?.includes(text) : text.test(document.body.textContent ?? "")), String(text));

const named = (element: Element) => (element.getAttribute("aria-label") ?? element.textContent ?? "").trim();

/** A button or link by its words. */
export const control = (words: string | RegExp, within: ParentNode = document) =>
  [...within.querySelectorAll("button, a, [role=menuitem]")].find((element) => (typeof words === "string" ? named(element) === words : words.test(named(element))));

export async function press(words: string | RegExp): Promise<void> {
  const found = await until(() => control(words), `the button ${words}`);
  (found as HTMLElement).click();
}

export const field = (name: string) => document.querySelector(`[name="${name}"], [aria-label="${name}"]`);

/** Chooses in a list as a person does. */
export function choose(list: Element | null | undefined, value: string): void {
  if (!(list instanceof HTMLSelectElement)) throw new Error("there is no such list");
  Object.getOwnPropertyDescriptor(HTMLSelectElement.prototype, "value")?.set?.call(list, value);
  list.dispatchEvent(new Event("change", { bubbles: true }));
}
