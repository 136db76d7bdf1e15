// @vitest-environment happy-dom
import { expect, it } from "vitest";
import { Answer, problem, serve } from "./page";

it("pressing again after a lost answer is the same request, after an answer a new one", async () => {
  let answer: () => unknown = () => ({});
  const asked = serve(() => answer());
  const { ask, http, Press } = await import("~/api/client");
  const press = new Press();
  const duplicate = async (name: string, how: () => unknown) => {
    answer = how;
    await press.send({ name }, (headers) => ask(http.POST("/api/v1/campaigns/{id}/duplicate", { headers, params: { path: { id: "camp_1" } }, body: { name } }))).catch(() => undefined);
    return asked.at(-1)?.key;
  };
  const broken = () => { throw new TypeError("connection lost"); };
  const refused = (status: number, code: string) => () => problem(status, code, "No.");

  const first = await duplicate("March", broken);
  expect(first).toMatch(/^[0-9a-f]{32}$/);
  // Not done, perhaps done, still at it: nobody knows yet.
  expect(await duplicate("March", refused(503, "database_busy"))).toBe(first);
  expect(await duplicate("March", refused(409, "still_working"))).toBe(first);
  expect(await duplicate("March", () => new Answer(201, {}))).toBe(first);
  const second = await duplicate("March", broken);
  expect(second).not.toBe(first);
  // Another wish under the same key would be refused.
  const third = await duplicate("April", broken);
  expect(third).not.toBe(second);
  expect(await duplicate("April", refused(422, "invalid"))).toBe(third);
  expect(await duplicate("April", broken)).not.toBe(third);
  // Lost for good: its text says to look first, and who presses again, or opens the dialog again, means another one.
  const lost = await duplicate("May", broken);
  expect(await duplicate("May", refused(409, "outcome_unknown"))).toBe(lost);
  expect(await duplicate("May", broken)).not.toBe(lost);
  expect(asked).toHaveLength(11);
});
