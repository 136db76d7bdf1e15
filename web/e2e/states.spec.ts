import { mkdirSync, readFileSync } from "node:fs";
import { AxeBuilder } from "@axe-core/playwright";
import { expect, type Page, test } from "@playwright/test";
import { type State, states, type World } from "../states";

const shots = new URL("./shots/", import.meta.url).pathname;
mkdirSync(shots, { recursive: true });
const world = () => JSON.parse(readFileSync(new URL("./results/world.json", import.meta.url), "utf8")) as World;

async function visit(page: Page, state: State, path: string): Promise<void> {
  await page.goto(path);
  await expect(page.getByText(state.shows).filter({ visible: true }).first()).toBeVisible();
  for (const words of state.press ?? []) await page.getByRole("button", { name: words }).first().click();
  // Skeletons and transitions are not what is looked at.
  await expect(page.locator("[aria-busy=true]")).toHaveCount(0);
  await expect(page).toHaveTitle(/Carillon$/);
}

for (const theme of ["light", "dark"] as const) {
  test.describe(`${theme} theme`, () => {
    test.use({ colorScheme: theme, contextOptions: { reducedMotion: "reduce" } });
    for (const state of states) {
      test(`${state.name} has no barriers`, async ({ page, context }) => {
        const path = state.path(world());
        test.skip(path === undefined, "this run of the practice network brought no such thing about");
        if (state.signedOut) await context.clearCookies();
        const faults: string[] = [];
        page.on("pageerror", (error) => faults.push(String(error)));
        await visit(page, state, path ?? "");
        const { violations } = await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]).analyze();
        expect(violations.map((violation) => `${violation.id}: ${violation.nodes.map((node) => node.target.join(" ")).join(", ")}`)).toEqual([]);
        await page.screenshot({ path: `${shots}${state.name}-${theme}.png` });
        expect(faults).toEqual([]);
      });
    }
  });
}

test.describe("on a phone", () => {
  test.use({ viewport: { width: 320, height: 640 }, isMobile: true, hasTouch: true });
  for (const state of states.filter((one) => !one.press && !one.signedOut)) {
    test(`${state.name} does not scroll sideways`, async ({ page }) => {
      const path = state.path(world());
      test.skip(path === undefined, "this run of the practice network brought no such thing about");
      await visit(page, state, path ?? "");
      const [wide, seen] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
      expect(wide).toBeLessThanOrEqual(seen);
      await page.screenshot({ path: `${shots}${state.name}-phone.png` });
    });
  }
});
