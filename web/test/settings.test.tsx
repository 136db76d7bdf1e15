// @vitest-environment happy-dom
import { expect, it } from "vitest";
import { Answer, control, field, open, press, says, type, until } from "./page";

const trunk = (id: string, name: string, state: object | null) => ({ id, name, host: "sip.example.net", lines: 10, calls_per_second: 5, has_password: true, used_by: [], version: 1, state, created_at: "2026-11-24T09:00:00Z", updated_at: "2026-11-24T09:00:00Z" });

it("a trunk says how it stands, and since when and why it can't be called by", async () => {
  const since = new Date().toISOString();
  await open("/settings/trunks", ({ path }) => (path === "/trunks" ? { items: [
    trunk("trunk_1", "Berlin", { status: "ready", since }), trunk("trunk_2", "Bonn", { status: "opening", since }),
    trunk("trunk_3", "Kiel", { status: "failing", since, detail: "403 Forbidden" }), trunk("trunk_4", "Ulm", null),
  ] } : undefined));
  await says("Berlin");
  const card = (name: string) => [...document.querySelectorAll("section")].find((section) => section.querySelector("h2")?.textContent === name)?.textContent;
  expect(card("Berlin")).toContain("Ready");
  expect(card("Bonn")).toContain("Opening…");
  expect(card("Kiel")).toContain(`Failing since ${since.slice(11, 16)}`);
  expect(card("Kiel")).toContain("403 Forbidden. Campaigns that use it wait");
  expect(card("Ulm")).not.toMatch(/Ready|Opening|Failing/);
});

it("asks nobody for a password that they never had", async () => {
  let has_password = false;
  const asked = await open("/settings/account", ({ method, path }) => {
    if (path === "/session") return { user: { id: "user_1", login: "ana", name: "Ana", role: "admin", state: "active", created_at: "2026-11-24T09:00:00Z" }, has_password, workspace: "Test", time_zone: "UTC" };
    if (method !== "PUT") return path.endsWith("/sessions") ? { items: [] } : undefined;
    if (has_password) return new Answer(204, null);
    has_password = true;
    return new Answer(422, { code: "invalid", title: "Wrong", errors: [{ field: "new", message: "This password is in every list of stolen ones." }] });
  });
  type(await until(() => field("new")), "correct horse");
  expect(field("current")).toBeNull();
  await press("Set password");
  await says("One thing to mend");
  expect(field("new")?.getAttribute("aria-invalid")).toBe("true");
  await press("Set password");
  await says("Password set.");
  await until(() => field("current"));
  expect(control("Change password")).toBeTruthy();
  expect(asked.filter(({ method }) => method === "PUT").map(({ body }) => body)).toEqual([{ current: "", new: "correct horse" }, { current: "", new: "correct horse" }]);
});

it("the audit log says in words what was done", async () => {
  const row = (id: string, action: string, status: number, more: object = {}) => ({ id, at: "2026-11-24T09:00:00Z", who: "Ana", action, status, ...more });
  await open("/settings/audit", ({ path }) => (path === "/audit" ? { items: [
    row("1", "campaign_start", 200, { target: "camp_1" }), row("2", "trunk_delete", 409, { target: "trunk_1" }), row("3", "some_new_thing", 200), row("4", "contact_exclude", 200, { target: "camp_2/4102" }),
    row("5", "user_remove", 204, { target: "user_9", details: { login: "ben" } }), row("6", "user_edit", 200, { target: "user_1" }), row("7", "upload_create", 201, { target: "upload_1", details: { file: "march.csv", bytes: 10 } }),
  ] } : path === "/users" ? { items: [{ id: "user_1", login: "demo", name: "You" }] } : path === "/campaigns" ? { items: [{ id: "camp_1", name: "March renewals" }], total: { count: 1, exact: true }, per_page: 250 } : undefined));
  await says("Started a campaign");
  expect(document.body.textContent).toContain("Deleted a trunkrefused (409)");
  expect(document.body.textContent).toContain("Some new thing");
  expect((await until(() => control("March renewals"))).getAttribute("href")).toBe("/campaigns/camp_1");
  expect((await until(() => control("Berlin"))).getAttribute("href")).toBe("/settings/trunks/trunk_1");
  expect([control("Campaign"), control("row 4,102")].map((link) => link?.getAttribute("href"))).toEqual(["/campaigns/camp_2", "/campaigns/camp_2?contact=4102"]);
  expect(control("You (demo)")?.getAttribute("href")).toBe("/settings/users");
  for (const words of ["User ben", "File march.csv"]) expect(document.body.textContent).toContain(words);
  expect(document.body.textContent).not.toContain("campaign_start");
});
