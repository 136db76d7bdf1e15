import createClient, { type Middleware } from "openapi-fetch";
import { useState } from "react";
import { ApiProblem, isProblem } from "./problem";
import type { components, paths } from "./schema";

export type Schemas = components["schemas"];

/** Called when an answer says that nobody is signed in. */
let onSignedOut: () => void = () => undefined;
export function whenSignedOut(run: () => void): void {
  onSignedOut = run;
}

/** A random name for one request. `randomUUID` is absent on plain http by name. */
export function idempotencyKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

const keys: Middleware = {
  onRequest({ request }) {
    if (request.method === "POST" && !request.headers.has("Idempotency-Key")) request.headers.set("Idempotency-Key", idempotencyKey());
    return request;
  },
};

/**
 * One press of a button that makes something. As long as no answer came (the connection broke, the server had a fault), pressing again sends
 * the same key, so that the server does nothing twice; an answer, or a request that asks for something else, ends it. So does the answer that
 * nobody knows what became of the first one (`outcome_unknown`): it says to look before pressing again.
 */
export class Press {
  private open: { what: string; key: string } | null = null;

  async send<T>(wish: unknown, call: (headers: { "Idempotency-Key": string }) => Promise<T>): Promise<T> {
    const what = JSON.stringify(wish);
    if (this.open?.what !== what) this.open = { what, key: idempotencyKey() };
    try {
      const answer = await call({ "Idempotency-Key": this.open.key });
      this.open = null;
      return answer;
    } catch (error) {
      if (isProblem(error) && error.status < 500 && error.code !== "still_working") this.open = null;
      throw error;
    }
  }
}

/** For the component that has the button; closing a dialog ends its presses. */
export function usePress(): Press {
  return useState(() => new Press())[0];
}

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
