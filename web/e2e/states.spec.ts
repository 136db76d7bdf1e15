import { mkdirSync } from "node:fs";
import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { type State, states } from "../states";
import { expect, test } from "./fixtures";

const shots = process.env.CARILLON_SHOTS;
if (shots) mkdirSync(shots, { recursive: true });

const picture = async (page: Page, name: string) => {
  if (shots) await page.screenshot({ path: `${shots}/${name}.png` });
};

/** What the server can't be brought to say here and now is put into its true answers. */
async function staged(page: Page, answers: NonNullable<State["answers"]>): Promise<void> {
  for (const { path, status, change } of answers) {
    await page.route(path, async (route) => {
      const response = await route.fetch();
      if (status) await route.fulfill({ status, json: { status, title: "The server has a fault", code: "internal", request_id: "8f3a" } });
      else await route.fulfill({ response, json: change ? change((await response.json()) as never) : undefined });
    });
  }
}

async function visit(page: Page, state: State, path: string): Promise<void> {
  if (state.answers) await staged(page, state.answers);
  await page.goto(path);
  await expect(page.getByText(state.shows).filter({ visible: true }).first()).toBeVisible();
  for (const words of state.press ?? []) await page.getByRole("button", { name: words }).or(page.getByRole("menuitem", { name: words })).first().click();
  // Skeletons and transitions are not what is looked at.
  await expect(page.locator("[aria-busy=true]")).toHaveCount(0);
  await expect(page).toHaveTitle(/Carillon$/);
  if (state.settled) await expect(page.getByText(state.settled).filter({ visible: true }).first()).toBeVisible({ timeout: 30_000 });
}

const barriers = async (page: Page) => {
  const { violations } = await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]).analyze();
  return violations.map((violation) => `${violation.id}: ${violation.nodes.map((node) => node.target.join(" ")).join(", ")}`);
};

test.use({ colorScheme: "light", contextOptions: { reducedMotion: "reduce" } });

for (const state of states) {
  test(`${state.name} has no barriers in either theme and fits a phone`, async ({ page, context, world }) => {
    const path = state.path(world);
    test.skip(path === undefined, "this run of the practice network brought no such thing about");
    if (state.signedOut) await context.clearCookies();
    const faults: string[] = [];
    page.on("pageerror", (error) => faults.push(String(error)));
    await visit(page, state, path ?? "");
    expect.soft(await barriers(page), "light").toEqual([]);
    await picture(page, `${state.name}-light`);
    await page.emulateMedia({ colorScheme: "dark" });
    await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
    expect.soft(await barriers(page), "dark").toEqual([]);
    await picture(page, `${state.name}-dark`);
    await page.emulateMedia({ colorScheme: "light" });
    await page.setViewportSize({ width: 320, height: 640 });
    const [wide, seen] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
    expect.soft(wide, "scrolls sideways at 320 px").toBeLessThanOrEqual(seen ?? 0);
    await picture(page, `${state.name}-phone`);
    expect(faults).toEqual([]);
  });
}
