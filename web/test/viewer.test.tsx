// @vitest-environment happy-dom
import { expect, it } from "vitest";
import { type Asked, control, open, says, until } from "./page";

const viewer = { user: { id: "user_2", login: "vera", name: "Vera", role: "viewer", state: "active", created_at: "2026-11-24T09:00:00Z" }, has_password: true, workspace: "Test", time_zone: "UTC" };

/** As somebody who may only look. */
const look = (at: string, more: (asked: Asked) => unknown = () => undefined) => open(at, (asked) => (asked.path === "/session" ? viewer : more(asked)));

it.each([["users", "Users"], ["api-keys", "API keys"], ["audit", "Audit log"]])("a viewer who opens settings/%s by its address reads who may, and meets no dead control", async (place, title) => {
  const asked = await look(`/settings/${place}`);
  await until(() => document.querySelector("h1")?.textContent === title);
  await says("This page needs the role Admin");
  for (const dead of ["Invite user", "Make key", "What", "User"]) expect(control(dead)).toBeUndefined();
  expect(document.body.textContent).not.toContain("Couldn't load");
  expect(asked.map(({ path }) => path)).not.toEqual(expect.arrayContaining([expect.stringMatching(/^\/(users|api-keys|audit)$/)]));
});

it("a viewer reads why the notes can't be changed", async () => {
  await look("/campaigns/camp_1/notes", ({ path }) => (path === "/campaigns/camp_1/notes" ? { text: "Mornings work", version: 1, updated_at: "2026-11-24T09:00:00Z", updated_by: "Ana" } : undefined));
  const field = await until(() => document.querySelector<HTMLTextAreaElement>("textarea"));
  expect(field.readOnly).toBe(true);
  await says("Changing notes needs the role Operator");
});
