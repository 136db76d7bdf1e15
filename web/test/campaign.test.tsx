// @vitest-environment happy-dom
import { expect, it } from "vitest";
import { Answer, type Asked, campaign, contact, control, field, open, press, problem, says, stats, until } from "./page";

const dialog = () => document.querySelector("[role=dialog], [role=alertdialog]");
const dialogSays = (words: string) => until(() => dialog()?.textContent?.includes(words) && dialog(), words);
const posts = (asked: Asked[]) => asked.filter(({ method }) => method === "POST");

it("calling the contacts of one cause again asks first, with what may go wrong", async () => {
  const cause = (over: object) => ({ code: "interrupted", title: "Interrupted", category: "system", category_label: "System", count: 12, share: 0.6, may_work: true, may_have_rung: true, needs_fix: false, meaning: "It broke off.", next_step: "Ask before calling again.", ...over });
  const asked = await open("/campaigns/camp_1/failures", ({ path }) =>
    path === "/campaigns/camp_1/failures" ? { failed: 20, main_cause: null, causes: [cause({}), cause({ code: "login_refused", title: "Login refused", count: 8, may_have_rung: false, needs_fix: true, next_step: "Mend the password." })] }
    : path === "/campaigns/camp_1/retry" ? { all: 20, may_work: 0, interrupted: 12, number_wrong: 0, needs_fix: 8 } : undefined);
  await press("Retry contacts with: Login refused");
  await dialogSays("They fail again until this is mended: Mend the password.");
  await press("Cancel");
  await until(() => !dialog());
  await press("Retry contacts with: Interrupted");
  await dialogSays("Their phone may already have rung");
  expect(posts(asked)).toEqual([]);
  await press("Retry 12 contacts");
  await until(() => posts(asked).length === 1);
  expect(posts(asked)[0]?.body).toEqual({ scope: "all", code: "interrupted" });
});

it("offers no Retry for chosen contacts of a stopped campaign, and asks in one that runs", async () => {
  for (const status of ["canceled", "running"]) {
    const state = { status };
    const asked = await open("/campaigns/camp_1?status=failed", ({ path }) =>
      path === "/campaigns/camp_1" ? campaign({ state }) : path === "/campaigns/camp_1/stats" ? stats({ state })
      : path === "/campaigns/camp_1/contacts" ? { items: [contact(1, { status: "failed" })], total: { count: 1, exact: true }, per_page: 50, sort: "-processed" } : undefined);
    await says("Person 1");
    (document.querySelector("input[type=checkbox]") as HTMLInputElement).click();
    const bar = await until(() => document.querySelector("[aria-label='Chosen contacts']"));
    expect([Boolean(control("Retry", bar)), Boolean(control("Retry Person 1"))]).toEqual([status === "running", status === "running"]);
    if (status === "running") {
      (control("Retry", bar) as HTMLElement).click();
      await dialogSays("the phone may already have rung");
    }
    expect(posts(asked)).toEqual([]);
  }
});

it("says “was faster” only of a press that wanted the same", async () => {
  const state = (status: string) => ({ status, by: "Ben" });
  let refusal: Answer = problem(409, "wrong_state", "It is Completed.");
  await open("/campaigns/camp_1", ({ method, path }) =>
    method === "POST" ? refusal : path === "/campaigns/camp_1" ? campaign({ state: state("paused") }) : path === "/campaigns/camp_1/stats" ? stats({ state: state("paused") })
    : path === "/campaigns/camp_1/contacts" ? { items: [contact(1)], total: { count: 1, exact: true }, per_page: 50, sort: "row" } : undefined);
  refusal = problem(412, "version_changed", "Another version.", campaign({ state: state("paused"), control_version: 2 }));
  await press("Resume");
  await says("March was changed meanwhile: look, and press again.");
  refusal = problem(409, "wrong_state", "The trunk is gone: choose another one.", campaign({ state: state("paused"), control_version: 2 }));
  await press("Resume");
  await says("Couldn't resume the campaign. The trunk is gone: choose another one.");
  expect(document.body.textContent).not.toContain("was faster");
  refusal = problem(409, "wrong_state", "It runs.", campaign({ state: state("running"), control_version: 3 }));
  await press("Resume");
  await says("March is Running already: Ben was faster.");
});

it("the export dialog lists the files that are there, to download or delete", async () => {
  const job = (id: string, state: string) => ({ id, campaign: "camp_1", created_at: "2026-11-24T09:00:00Z", created_by: "Ana", file_name: `${id}.csv`, format: "csv", rows_done: 40, rows_total: 100, state, bytes: state === "done" ? 2_000 : null });
  let files = [job("export_1", "running"), job("export_2", "done"), job("export_3", "failed")];
  await open("/campaigns/camp_1", ({ method, path }) => {
    if (path === "/campaigns/camp_1/exports") return { items: files };
    if (method === "DELETE") {
      files = files.filter((file) => !path.endsWith(file.id));
      return new Answer(204, null);
    }
    return path === "/campaigns/camp_1/contacts" ? { items: [contact(1)], total: { count: 1, exact: true }, per_page: 50, sort: "row" } : undefined;
  });
  await press("Export");
  const box = await dialogSays("export_2.csv");
  expect(box.textContent).toContain("Preparing: 40 of 100 contacts");
  expect(box.textContent).not.toContain("export_3");
  expect(control("Download export_2.csv")?.getAttribute("href")).toBe("/api/v1/exports/export_2/file");
  await press("Delete export_2.csv");
  await until(() => !dialog()?.textContent?.includes("export_2.csv"));
  expect(field("format")).toBeTruthy();
  // All contacts are the only choice here: nothing is asked.
  expect(field("scope")).toBeNull();
  expect(dialog()?.textContent).toContain("Contacts all 100");
});

it("Back to “Match columns” shows what came of the file, and takes it no second time", async () => {
  const draft = campaign({ state: { status: "draft" }, actions: ["start", "import"], import: { id: "import_1", state: "done", rows_done: 100, rows_total: 100 } });
  const asked = await open("/campaigns/new?step=3&draft=camp_1&upload=up_1", ({ path }) =>
    path === "/campaigns/camp_1" ? draft
    : path === "/imports/import_1" ? { id: "import_1", campaign: "camp_1", upload: "up_1", state: "done", rows_done: 100, rows_total: 100, pending: 90, skipped: 10, file_name: "a.csv" }
    : path === "/imports/import_1/skipped" ? { total: 100, groups: [] }
    : path === "/uploads/up_1" ? { upload: { id: "up_1", name: "a.csv", bytes: 10 }, format: { rows: 100 }, columns: [], warnings: [], missing_variables: [] } : undefined);
  await says("100 rows checked");
  expect(control(/^Check /)).toBeUndefined();
  await press("Continue to pace");
  await says("Lines at once");
  expect(posts(asked)).toEqual([]);
});

it("a Summary is not final while calls finish, follows them, and is read again once the connection is back", async () => {
  const state = { status: "canceled", by: "Ana" };
  const numbers = (in_progress: number) => ({ total: 30, pending: 0, in_progress, completed: 10 - in_progress, failed: 0, skipped: 0, canceled: 20 });
  let now = numbers(2);
  let recorded = false;
  const asked = await open("/campaigns/camp_1", ({ path }) =>
    path === "/campaigns/camp_1" ? campaign({ state, counts: now }) : path === "/campaigns/camp_1/stats" ? stats({ state, counts: now, finishing: 2 })
    : path === "/campaigns/camp_1/summary" ? { counts: now, processed: now.completed, called: now.completed, skipped: 0, calls: 10, answered: now.completed, results: [], skip_reasons: [], paused_s: 0, talk_s: 0 }
    : path === "/campaigns/camp_1/notes" ? { text: "", version: 1 } : path === "/calls/random" ? { items: recorded ? [{ id: "call_1", name: "Ada Byron", outcome_text: "Success", talk_s: 8 }] : [] }
    : path === "/campaigns/camp_1/contacts" ? { items: [contact(1)], total: { count: 1, exact: true }, per_page: 50, sort: "row" } : undefined);
  const reads = (path: string) => asked.filter((one) => one.path === path).length;
  await says("2 calls are finishing; these figures are not final.");
  await says("No call that is over has a recording yet.");
  const [{ applyStats, readAgain }, { queryClient }] = await Promise.all([import("~/live/apply"), import("~/api/queries")]);
  now = numbers(0);
  recorded = true;
  applyStats(queryClient, stats({ state, counts: now, version: 2 }) as never);
  await until(() => !document.body.textContent?.includes("not final"));
  await says("Results of 10 Completed contacts");
  await says("Ada Byron");
  const [lists, draws, summaries] = [reads("/campaigns/camp_1/contacts"), reads("/calls/random"), reads("/campaigns/camp_1/summary")];
  readAgain(queryClient);
  await until(() => reads("/campaigns/camp_1/summary") > summaries);
  expect([reads("/campaigns/camp_1/contacts"), reads("/calls/random")]).toEqual([lists, draws]);
});

it("excluding many is undone for what this press did; of all that match it leads to where they are", async () => {
  const state = { status: "paused" };
  let rows = [contact(1, { status: "pending" }), contact(2, { status: "failed", failure: "wrong_number", has_recording: true, call: "call_2" }), contact(3, { status: "skipped", skip_reason: "excluded" })];
  const asked = await open("/campaigns/camp_1", ({ method, path }) =>
    path === "/campaigns/camp_1" ? campaign({ state }) : path === "/campaigns/camp_1/stats" ? stats({ state })
    : path === "/campaigns/camp_1/contacts" ? { items: rows, total: { count: 300, exact: true }, per_page: 50, sort: "row" }
    : method === "POST" ? (sent().length === 1 ? streamFirst() : { changed: 2, unchanged: 1, remaining: 0 }) : undefined);
  // The stream is faster than the answer: the rows that are to come back are those that were chosen, not what became of them.
  const streamFirst = async () => {
    apply(queryClient, { name: "rows", data: { campaign: "camp_1", many: false, rows: [1, 2].map((row) => ({ row, status: "skipped", skip_reason: "excluded", version: 9 })) } }, false);
    await new Promise((drawn) => setTimeout(drawn, 50));
    return { changed: 2, unchanged: 1, remaining: 0 };
  };
  const [{ apply }, { queryClient }] = await Promise.all([import("~/live/apply"), import("~/api/queries")]);
  const sent = () => posts(asked).map(({ body }) => body);
  const choose = async () => {
    await until(() => document.querySelector("table"));
    (document.querySelector("thead input[type=checkbox]") as HTMLInputElement).click();
    return until(() => document.querySelector("[aria-label='Chosen contacts']"));
  };
  await says("Person 1");
  // A failed contact explains itself, with a recording too.
  expect(control("Details of Person 2")).toBeTruthy();
  expect(control("Exclude", await choose())).toBeTruthy();
  await press("Exclude");
  await dialogSays("It can be undone.");
  (control("Exclude", dialog() as ParentNode) as HTMLElement).click();
  await says("2 contacts excluded, 1 left as it is: its status does not allow it.");
  await press("Undo");
  await says("2 contacts are back in the campaign.");
  expect(sent()).toEqual([{ action: "exclude", note: null, rows: [1, 2, 3] }, { action: "restore", rows: [1, 2] }]);

  const bar = await choose();
  (control(/^Select all/, bar) as HTMLElement).click();
  await press("Exclude");
  await dialogSays("It can be undone.");
  rows = [contact(1, { status: "skipped", skip_reason: "excluded" })];
  (control("Exclude", dialog() as ParentNode) as HTMLElement).click();
  await press("Undo under Skipped: Excluded");
  await until(() => location.search === "?status=skipped&reason=excluded");
  await until(() => !document.querySelector("[aria-label='Chosen contacts']"));
  const skipped = await choose();
  expect(control("Exclude", skipped)).toBeUndefined();
  (control("Restore", skipped) as HTMLElement).click();
  await dialogSays("Bring 1 contact back?");
  (control("Restore", dialog() as ParentNode) as HTMLElement).click();
  await until(() => sent().length === 4);
  expect(sent()[3]).toMatchObject({ action: "restore", rows: [1] });
});

it("Retry failed is the filled button only when a retry may work", async () => {
  for (const may_work of [0, 3]) {
    await open("/campaigns/camp_1", ({ path }) =>
      path === "/campaigns/camp_1/retry" ? { all: 10, may_work, interrupted: 0, number_wrong: 10 - may_work, needs_fix: 0 }
      : path === "/campaigns/camp_1/contacts" ? { items: [contact(1)], total: { count: 1, exact: true }, per_page: 50, sort: "row" } : undefined);
    const button = await until(() => control("Retry failed (10)"));
    await says("Person 1");
    const filled = () => button.className.includes("bg-accent ");
    if (may_work > 0) await until(filled);
    else expect(filled()).toBe(false);
  }
});
