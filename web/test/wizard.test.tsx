// @vitest-environment happy-dom
import { expect, it } from "vitest";
import { campaign, choose, control, field, open, press, problem, says, type, until } from "./page";

const draft = (over: object = {}) => campaign({ state: { status: "draft" }, actions: ["start", "delete", "import"], ...over });

it("keeps what was typed when the session ends under it", async () => {
  let signedIn = true;
  await open("/campaigns/new?draft=camp_1", ({ path }) => (!signedIn ? problem(401, "signed_out", "Sign in") : path === "/campaigns/camp_1" ? draft() : undefined));
  type(await until(() => field("name")), "Spring renewals");
  signedIn = false;
  const { queryClient } = await import("~/api/queries");
  void queryClient.invalidateQueries({ queryKey: ["campaign", "camp_1"] });
  await says("Your session has ended");
  expect((field("name") as HTMLInputElement | null)?.value).toBe("Spring renewals");
  expect(control("Continue to contacts")).toBeTruthy();
});

it("a column whose header says something else can be the variable that the script uses", async () => {
  const column = (index: number, header: string, suggestion: object) => ({ index, header, samples: ["x"], suggestion, because: "", numbers: [] });
  const asked = await open("/campaigns/new?step=3&draft=camp_1&upload=up_1", ({ method, path }) =>
    path === "/campaigns/camp_1" ? draft()
    : path === "/uploads/up_1" ? { upload: { id: "up_1", name: "a.csv", bytes: 10 }, format: { rows: 3 }, columns: [column(0, "Nummer", { field: "phone" }), column(1, "Termin", { field: "property", name: "termin" })], warnings: [], missing_variables: ["appointment"] }
    : method === "POST" ? problem(500, "internal", "No.") : undefined);
  const select = await until(() => field("Field for Termin"));
  await says("and no column gives it");
  choose(select, "property:appointment");
  await until(() => !document.body.textContent?.includes("and no column gives it"));
  await press(/^Check 3 rows/);
  const begun = await until(() => asked.find(({ method }) => method === "POST"));
  expect(begun.body).toMatchObject({ mapping: [{ field: "phone" }, { field: "property", name: "appointment" }] });
});

it("asks for the country of numbers without a code, and takes none for granted", async () => {
  const number = (text: string, phone: string | null) => ({ text, phone, problem: phone ? null : "the number has no country code" });
  let text = "030 12345678";
  const answer = ({ method, path, search }: { method: string; path: string; search: URLSearchParams }) =>
    path === "/settings" ? { default_country: null }
    : path === "/catalog" ? { failures: [], skip_reasons: [], countries: [{ code: "DE", calling_code: 49 }, { code: "US", calling_code: 1 }] }
    : path === "/campaigns/camp_1" ? draft()
    : path === "/uploads/up_1" ? { upload: { id: "up_1", name: "a.csv", bytes: 10 }, format: { rows: 3 }, needs_country: text.startsWith("+") || search.get("country") ? 0 : 1, warnings: [], missing_variables: [], columns: [{ index: 0, header: "Telefon", samples: [text], suggestion: { field: "phone" }, because: "", numbers: [number(text, text.startsWith("+") ? text : search.get("country") === "DE" ? "+493012345678" : null)] }] }
    : method === "POST" ? problem(500, "internal", "No.") : undefined;
  const asked = await open("/campaigns/new?step=3&draft=camp_1&upload=up_1", answer);
  await press(/^Check 3 rows/);
  await says("Choose a country for numbers without a country code");
  expect(asked.some(({ method }) => method === "POST")).toBe(false);
  expect(asked.filter(({ path }) => path === "/uploads/up_1").map(({ search }) => search.get("country"))).toEqual([null]);
  choose(field("country"), "DE");
  await says("030 12345678 becomes +49");
  await press(/^Check 3 rows/);
  expect((await until(() => asked.find(({ method }) => method === "POST"))).body).toMatchObject({ country: "DE" });

  text = "+493012345678";
  const others = await open("/campaigns/new?step=3&draft=camp_1&upload=up_1", answer);
  await press(/^Check 3 rows/);
  expect((await until(() => others.find(({ method }) => method === "POST"))).body).toMatchObject({ country: null });
});

it("the Do not call list asks for it too", async () => {
  const added = { added: 1, existing: 0, rejected: 0, rejected_lines: [], lines: 1, skipped_contacts: 0 };
  const asked = await open("/do-not-call", ({ method, path }) =>
    path === "/settings" ? { default_country: null } : path === "/do-not-call" && method === "GET" ? { items: [] } : path === "/do-not-call/import" ? added : undefined);
  const posts = () => asked.filter(({ method }) => method === "POST").map(({ body }) => body);
  await press("Add a list");
  type(await until(() => field("text")), "name,phone\nAda,4155550120\nLeo,+14155550121");
  await press("Add to Do not call");
  await says("No country code: choose the default country");
  expect(posts()).toEqual([]);
  type(field("text"), "+14155550120\n0014155550121\n14155550122");
  await press("Add to Do not call");
  await until(() => posts().length === 1);
  expect(posts()).toMatchObject([{ country: null }]);
});

it("saves what was typed also when a step is left by its link, and writes over nobody's change unseen", async () => {
  let now = draft({ control_version: 7 });
  let changes = 0;
  const asked = await open("/campaigns/new?step=4&draft=camp_1", ({ method, path, body, match }) => {
    if (path !== "/campaigns/camp_1") return undefined;
    if (method === "GET") return now;
    changes += 1;
    if (match !== `"${now.control_version}"`) return problem(412, "version_changed", "Another version.", now);
    return (now = { ...now, ...(body as object), control_version: now.control_version + 1 });
  });
  const patches = () => asked.filter(({ method }) => method === "PATCH");
  type(await until(() => field("lines")), "25");
  await press(/Review$/);
  await says("25 lines");
  expect(patches()).toMatchObject([{ match: '"7"', body: { settings: { lines: 25 } } }]);
  await press("Change name");
  type(await until(() => field("name")), "Spring renewals");
  now = { ...now, name: "Bens name", control_version: 20 };
  await press(/Contacts$/);
  await says("Somebody changed this draft meanwhile.");
  expect((field("name") as HTMLInputElement).value).toBe("Spring renewals");
  await press(/^\W*2?Contacts/);
  await says("Drop a CSV or XLSX file here");
  expect(patches().map(({ match }) => match)).toEqual(['"7"', '"8"', '"20"']);
  expect([now.name, changes]).toEqual(["Spring renewals", 3]);
  // Nothing typed, nothing sent.
  await press(/Review$/);
  await says("Start places real calls");
  expect(changes).toBe(3);
});

it("a file that can't be taken stays at step 2, and only what may pass is tried again", async () => {
  let answer = problem(422, "bad_file", "Line 2: the quote is never closed.");
  const answers = ({ path }: { path: string }) => (path === "/campaigns/camp_1" ? draft({ counts: { total: 0, pending: 0, in_progress: 0, completed: 0, failed: 0, skipped: 0, canceled: 0 } }) : path === "/uploads/up_1" ? answer : undefined);
  await open("/campaigns/new?step=3&draft=camp_1&upload=up_1", answers);
  await says("The file can't be taken. Line 2: the quote is never closed.");
  await until(() => location.search === "?step=2&draft=camp_1");
  expect(control("Choose another file")).toBeTruthy();
  expect(control("Try again")).toBeUndefined();
  const steps = () => [...document.querySelectorAll("nav[aria-label=Steps] li")].map((step) => step.textContent?.includes(", done"));
  expect(steps()).toEqual([true, false, false, false, false]);

  answer = problem(503, "database_busy", "The database is busy.");
  await open("/campaigns/new?step=3&draft=camp_1&upload=up_1", answers);
  await says("Couldn't load the file.");
  expect(control("Choose another file")).toBeUndefined();
  answer = problem(422, "bad_file", "It is no contact file.");
  await press("Try again");
  await says("The file can't be taken. It is no contact file.");
});

it("leaving a step by the rail or the browser's Back saves what was typed; what can't be saved stays until it is left twice", async () => {
  let refuse = false;
  let now = draft({ control_version: 7 });
  const asked = await open("/campaigns/new?step=3&draft=camp_1", ({ method, path, body }) => {
    if (path !== "/campaigns/camp_1") return undefined;
    if (method !== "PATCH") return now;
    return refuse ? problem(503, "database_busy", "The database is busy.") : (now = { ...now, ...(body as object), control_version: now.control_version + 1 });
  });
  const patches = () => asked.filter(({ method }) => method === "PATCH").map(({ body }) => body);
  await says("No file was uploaded yet.");
  await press(/Pace$/);
  type(await until(() => field("lines")), "25");
  history.back();
  await until(() => patches().length === 1);
  await says("No file was uploaded yet.");
  expect(patches()).toMatchObject([{ settings: { lines: 25 } }]);

  await press(/Pace$/);
  type(await until(() => field("lines")), "30");
  refuse = true;
  await press("Calls");
  await says("This is not saved. Press again to leave without saving it.");
  expect((field("lines") as HTMLInputElement).value).toBe("30");
  await press("Calls");
  await until(() => location.pathname === "/calls");
});

const imported = (over: object = {}) => ({ id: "imp_1", campaign: "camp_1", upload: "up_1", file_name: "contacts.xlsx", state: "done", pending: 360, skipped: 640, rows_done: 1000, rows_total: 1000, bytes_done: 10, bytes_total: 10, created_at: "2026-11-24T09:00:00Z", ...over });
const workbook = (search: URLSearchParams) => ({
  upload: { id: "up_1", name: "contacts.xlsx", bytes: 10 }, format: { rows: 1000, sheet: search.get("sheet") ?? "North", sheets: ["North", "South"], header: true }, needs_country: 0, warnings: [], missing_variables: [],
  columns: [{ index: 0, header: "Phone", samples: ["+14155550120"], suggestion: { field: "phone" }, because: "", numbers: [] }],
});

it("a file that was taken can be read in another way, after a question, also when only its result is open", async () => {
  for (const upload of ["&upload=up_1", ""]) {
    let begun = false;
    const asked = await open(`/campaigns/new?step=3&draft=camp_1${upload}`, ({ method, path, search }) => {
      if (path === "/campaigns/camp_1") return draft({ import: imported(begun ? { id: "imp_2", pending: 500, skipped: 0 } : {}) });
      if (path === "/imports/imp_1") return imported();
      if (path === "/imports/imp_2") return imported({ id: "imp_2", pending: 500, skipped: 0 });
      if (path.endsWith("/skipped")) return { groups: [], total: path.includes("imp_2") ? 500 : 1000 };
      if (path === "/uploads/up_1") return workbook(search);
      if (method !== "POST") return undefined;
      // As it was read before: only its rows would be there twice.
      if (posts().length === 1) return problem(409, "not_possible", "The contacts of this file are in this campaign already, read in the same way.");
      begun = true;
      return imported({ id: "imp_2", state: "running" });
    });
    const posts = () => asked.filter(({ method }) => method === "POST").map(({ body }) => body);
    await says("1,000 rows checked");
    await press("Read the file in another way");
    await says("360 contacts of this file are in and stay. Rows with the same numbers become Skipped as duplicates.");
    await press("Choose another way");
    await until(() => !document.querySelector("[role=alertdialog]"));
    await press("Back to the result");
    await says("1,000 rows checked");
    await press("Read the file in another way");
    await press("Choose another way");
    await press(/^Check 1,000 rows/);
    await says("read in the same way.");
    await press("Change");
    choose([...document.querySelectorAll("select")].find((list) => list.textContent === "NorthSouth"), "South");
    await says("sheet South");
    await press(/^Check 1,000 rows/);
    await says("500 rows checked");
    expect(posts()).toMatchObject([{ upload: "up_1", format: {} }, { upload: "up_1", format: { sheet: "South" } }]);
  }
});

it("an import that was canceled goes on with the same file", async () => {
  const canceled = imported({ state: "canceled", pending: 120, skipped: 0 });
  const asked = await open("/campaigns/new?step=3&draft=camp_1&upload=up_1", ({ method, path, search }) =>
    path === "/campaigns/camp_1" ? draft({ import: canceled }) : path === "/imports/imp_1" ? canceled : path.endsWith("/skipped") ? { groups: [], total: 120 }
    : path === "/uploads/up_1" ? workbook(search) : method === "POST" ? imported({ id: "imp_2", state: "running" }) : undefined);
  await says("Canceled after 120 rows");
  await press("Go on");
  await says("120 contacts of this file are in and stay.");
  await press(/^Check 1,000 rows/);
  await until(() => asked.find(({ method, body }) => method === "POST" && (body as { upload: string }).upload === "up_1"));
});

it("what came of a file stays to be seen when the file itself is gone", async () => {
  await open("/campaigns/new?step=3&draft=camp_1&upload=up_1", async ({ path }) => {
    if (path === "/campaigns/camp_1") return draft({ import: imported() });
    if (path === "/imports/imp_1") return new Promise((answer) => setTimeout(() => answer(imported()), 100));
    return path.endsWith("/skipped") ? { groups: [], total: 1000 } : path === "/uploads/up_1" ? problem(404, "not_found", "There is no such file.") : undefined;
  });
  await says("1,000 rows checked");
  expect(location.search).toContain("step=3");
});
