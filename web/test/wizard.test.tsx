// @vitest-environment happy-dom
import { expect, it } from "vitest";
import { campaign, control, field, open, press, problem, says, type, until } from "./page";

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
  const select = (await until(() => field("Field for Termin"))) as HTMLSelectElement;
  await says("and no column gives it");
  Object.getOwnPropertyDescriptor(HTMLSelectElement.prototype, "value")?.set?.call(select, "property:appointment");
  select.dispatchEvent(new Event("change", { bubbles: true }));
  await until(() => !document.body.textContent?.includes("and no column gives it"));
  await press(/^Check 3 rows/);
  const begun = await until(() => asked.find(({ method }) => method === "POST"));
  expect(begun.body).toMatchObject({ mapping: [{ field: "phone" }, { field: "property", name: "appointment" }] });
});
