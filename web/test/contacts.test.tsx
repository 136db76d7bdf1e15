// @vitest-environment happy-dom
import { QueryClient } from "@tanstack/react-query";
import { describe, expect, it } from "vitest";
import { apply, changesSince, type RowChanges } from "~/live/apply";
import { campaign, contact, control, open, press, problem, says, stats, until } from "./page";

const pageOf = (rows: number[], more: object = {}) => ({ items: rows.map((row) => contact(row)), total: { count: 100, exact: true }, per_page: 50, sort: "row", ...more });
const frame = (...rows: number[]) => ({ name: "rows" as const, data: { campaign: "camp_1", many: false, rows: rows.map((row) => ({ row, status: "failed", result_text: "Number doesn't exist", version: row })) } });
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index);

describe("rows that change under the reader", () => {
  it("collects what the lists show and no more, however long the tab stays open", () => {
    const client = new QueryClient();
    const began = Date.now();
    client.setQueryData(["contacts", "camp_1", {}], { ...pageOf(range(1, 51)), began });
    for (let first = 1; first <= 20_000; first += 100) apply(client, frame(...range(first, first + 100)), false);
    const changes = client.getQueryData<RowChanges>(["changed-rows", "camp_1"]) as RowChanges;
    expect(Object.keys(changes.rows).map(Number)).toEqual(range(1, 51));
    expect(changes.heardAt.size).toBe(1_000);
    expect(changesSince(changes, began)).toBe("many");
  });

  it("counts them one by one for a list that was read later", () => {
    const client = new QueryClient();
    apply(client, { name: "refresh", data: { topic: "rows:camp_1" } }, false);
    const changes = client.getQueryData<RowChanges>(["changed-rows", "camp_1"]) as RowChanges;
    const began = changes.countedAfter + 1;
    expect([changesSince(changes, began), changesSince(changes, began - 1)]).toEqual([0, "many"]);
    expect(changesSince({ ...changes, heardAt: new Map([[7, began - 1], [8, began], [9, began + 5]]) }, began)).toBe(2);
  });

  it("shows what changed while the page was being read", async () => {
    let read: (() => void) | undefined;
    await open("/campaigns/camp_1", ({ path, search }) => {
      if (path === "/campaigns/camp_1") return campaign({ state: { status: "running" } });
      if (path === "/campaigns/camp_1/stats") return stats({ state: { status: "running" } });
      if (path !== "/campaigns/camp_1/contacts") return undefined;
      if (search.get("after") === null) return pageOf(range(1, 51), { next: "cursor" });
      return new Promise((answer) => { read = () => answer(pageOf(range(51, 101))); });
    });
    await says("Person 1");
    await press("Next");
    await until(() => read);
    const { queryClient } = await import("~/api/queries");
    apply(queryClient, frame(60), false);
    read?.();
    await says("Person 60");
    const row = [...document.querySelectorAll("tbody tr")].find((line) => line.textContent?.includes("Person 60"));
    expect(row?.textContent).toContain("Number doesn't exist");
    await says("1 row changed");
  });
});

describe("pages", () => {
  it("Next ends at the last page, also when the server gives it a cursor", async () => {
    const asked = await open("/campaigns/camp_1", ({ path, search }) => (path === "/campaigns/camp_1/contacts" ? pageOf(search.get("after") ? range(51, 101) : range(1, 51), { next: "cursor" }) : undefined));
    await says("Person 1");
    await press("Next");
    await says("Person 100");
    expect(control("Next")?.getAttribute("aria-disabled")).toBe("true");
    expect(asked.filter(({ path }) => path.endsWith("/contacts"))).toHaveLength(2);
  });

  it("a page behind the last one says so and leads there", async () => {
    await open("/campaigns/camp_1?page=9", ({ path, search }) => (path === "/campaigns/camp_1/contacts" ? pageOf(search.get("page") === "2" ? range(51, 101) : []) : undefined));
    await says("This page is behind the last one.");
    await press("Go to page 2");
    await says("Person 100");
    expect(location.search).toBe("?page=2");
  });

  it("a page that lies too deep for its number falls back to the first one, with words", async () => {
    await open("/campaigns/camp_1?page=400&status=completed%2Cfailed", ({ path, search }) =>
      path !== "/campaigns/camp_1/contacts" ? undefined : search.get("page") === "1" ? pageOf(range(1, 51), { next: "cursor" }) : search.get("after") ? pageOf(range(51, 101)) : problem(400, "bad_query", "Pages go by number to 10,000 contacts."));
    await says("page 400 can't be opened by its number: this is the first page");
    await says("Person 1");
    expect(location.search).toBe("?status=completed,failed");
    expect(document.body.textContent).not.toContain("Couldn't load the contacts");
    await press("Next");
    await says("Person 100");
    expect(document.body.textContent).not.toContain("can't be opened by its number");
  });
});

it("sorts only when somebody chose to; the arrow is where the server says", async () => {
  const header = (name: string) => [...document.querySelectorAll("th")].find((cell) => cell.textContent === name)?.getAttribute("aria-sort");
  const asked = await open("/campaigns/camp_1?sort=row", ({ path, search }) =>
    path === "/campaigns/camp_1/contacts" ? pageOf([1, 2], { sort: search.get("sort") ?? (search.get("status") ? "-processed" : "row"), total: { count: 2, exact: true } }) : undefined);
  await says("Person 1");
  expect(document.querySelectorAll("th[aria-sort]")).toHaveLength(0);
  await press(/^Completed/);
  await until(() => header("Processed") === "descending");
  expect(asked.some(({ search }) => search.has("sort") && search.get("sort") !== "-created")).toBe(false);
  document.querySelector<HTMLElement>("th[aria-sort] button")?.click();
  await until(() => header("Processed") === "ascending");
  expect([asked.at(-1)?.search.get("sort"), asked.at(-1)?.search.get("status")]).toEqual(["processed", "completed"]);
});

it("an open contact is read again when its row changed, and Refresh keeps the place of a page", async () => {
  const asked = await open("/campaigns/camp_1?contact=60", ({ path, search }) =>
    path === "/campaigns/camp_1/contacts" ? pageOf(search.get("after") ? range(51, 101) : range(1, 51), { next: "cursor" })
    : path === "/campaigns/camp_1/contacts/60" ? { ...contact(60), line: 61, properties: {}, calls: [], actions: [], also_in: [], do_not_call: false } : undefined);
  const reads = (path: string) => asked.filter((one) => one.path === `/campaigns/camp_1/${path}`);
  await says("line 61 of the file");
  const { queryClient } = await import("~/api/queries");
  apply(queryClient, frame(3, 61), false);
  apply(queryClient, frame(60), false);
  await until(() => reads("contacts/60").length === 2);
  await press("Close");
  await press("Next");
  await says("Person 100");
  apply(queryClient, frame(70), false);
  await press("Refresh");
  await until(() => reads("contacts").length >= 3);
  expect(reads("contacts").at(-1)?.search.get("after")).toBe("cursor");
  expect(reads("contacts/60")).toHaveLength(2);
});

it("is read again by whoever comes back to it: of what changed meanwhile nobody told", async () => {
  let ended = false;
  const asked = await open("/campaigns/camp_1", ({ path }) =>
    path === "/campaigns/camp_1/contacts" ? { ...pageOf([1]), items: [contact(1, ended ? {} : { status: "in_progress" })], total: { count: 1, exact: true } }
    : path === "/campaigns/camp_1/notes" ? { text: "", version: 0 } : undefined);
  const row = () => document.querySelector("tbody tr")?.textContent ?? "";
  await until(() => row().includes("In Progress"));
  await press("Notes");
  await says("What you learned from this campaign");
  ended = true;
  await press("Contacts");
  await until(() => row().includes("Completed"));
  expect(asked.filter(({ path }) => path === "/campaigns/camp_1/contacts")).toHaveLength(2);
});
