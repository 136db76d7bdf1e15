/** A refused request (RFC 9457). `current` holds the thing's state now when somebody else was faster. */
export class ApiProblem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly title: string,
    readonly detail: string,
    readonly requestId: string | undefined,
    readonly errors: { field: string; message: string }[],
    readonly current: unknown,
  ) {
    super(detail || title);
    this.name = "ApiProblem";
  }

  static from(status: number, body: unknown, requestId: string | null): ApiProblem {
    const given = typeof body === "object" && body !== null ? (body as Record<string, unknown>) : {};
    const text = (name: string) => (typeof given[name] === "string" ? given[name] : "");
    return new ApiProblem(
      status,
      text("code") || "unknown",
      text("title") || `The server answered ${status}`,
      text("detail"),
      text("request_id") || requestId || undefined,
      Array.isArray(given.errors) ? (given.errors as { field: string; message: string }[]) : [],
      given.current,
    );
  }
}

export const isProblem = (error: unknown, ...codes: string[]): error is ApiProblem =>
  error instanceof ApiProblem && (codes.length === 0 || codes.includes(error.code));

/** Whether the same request may pass when it is sent again: the connection, the server or its disk were at fault, not what was asked. */
export const mayPass = (error: unknown): boolean => !(error instanceof ApiProblem) || error.status >= 500 || [401, 408, 429].includes(error.status);
