import createClient, { type Middleware } from "openapi-fetch";
import { ApiProblem } from "./problem";
import type { components, paths } from "./schema";

export type Schemas = components["schemas"];

/** Called when an answer says that nobody is signed in. */
let onSignedOut: () => void = () => undefined;
export function whenSignedOut(run: () => void): void {
  onSignedOut = run;
}

/** A random name for one press of a button. `randomUUID` is absent on plain http by name. */
export function idempotencyKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

const keys: Middleware = {
  onRequest({ request }) {
    if (request.method === "POST" && !request.headers.has("Idempotency-Key")) request.headers.set("Idempotency-Key", idempotencyKey());
    return request;
  },
};

export const http = createClient<paths>({ baseUrl: "", credentials: "same-origin" });
http.use(keys);

type Answer<T> = { data?: T; error?: unknown; response: Response };

/** The data of an answer; a refusal becomes an `ApiProblem` (the generated client does not throw on 4xx), and a 401 opens the sign-in dialog. */
export async function ask<T>(call: Promise<Answer<T>>, options: { signedOutIsFine?: boolean } = {}): Promise<T> {
  const { data, error, response } = await call;
  if (response.ok) return data as T;
  if (response.status === 401 && !options.signedOutIsFine) onSignedOut();
  throw ApiProblem.from(response.status, error, response.headers.get("X-Request-Id"));
}
