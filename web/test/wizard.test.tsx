// @vitest-environment happy-dom
import { expect, it } from "vitest";
import { campaign, control, field, open, problem, says, type, until } from "./page";

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
