import { mkdirSync } from "node:fs";
import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { type State, states } from "../states";
import { expect, test } from "./fixtures";
import { Wire } from "./wire";

const shots = process.env.CARILLON_SHOTS;
if (shots) mkdirSync(shots, { recursive: true });

// CARILLON_SHOTS_WHOLE=1: also what lies below the fold.
const picture = async (page: Page, name: string) => {
  if (shots) await page.screenshot({ path: `${shots}/${name}.png`, fullPage: process.env.CARILLON_SHOTS_WHOLE === "1" });
};

/** What the server can't be brought to say here and now is put into its true answers. */
async function staged(page: Page, answers: NonNullable<State["answers"]>): Promise<void> {
  for (const { path, status, change } of answers) {
    await page.route(path, async (route) => {
      // In full: an answer "not modified" has nothing that could be changed.
      const { "if-none-match": _known, ...headers } = route.request().headers();
      const response = await route.fetch({ headers });
      if (status) await route.fulfill({ status, json: { status, title: "The server has a fault", code: "internal", request_id: "8f3a" } });
      else await route.fulfill({ response, json: change ? change((await response.json()) as never) : undefined });
    });
  }
}

async function press(page: Page, step: NonNullable<State["press"]>[number]): Promise<void> {
  if (step === "end session") await page.context().clearCookies();
  else if ("fill" in step) await page.getByLabel(step.fill, { exact: true }).fill(step.text);
  else if ("file" in step) await page.getByLabel("Contact file").setInputFiles({ name: step.file, mimeType: "text/csv", buffer: "text" in step ? Buffer.from(step.text) : Buffer.alloc(step.size, "name,phone\n") });
  else {
    // The newest is the one in the dialog, when there is one.
    const name = { name: step };
    const scope = (await page.getByRole("dialog").count()) > 0 ? page.getByRole("dialog").last() : page;
    await scope.getByRole("button", name).or(scope.getByRole("menuitem", name)).or(scope.getByRole("checkbox", name)).or(page.getByRole("menuitem", name)).first().click();
  }
}

const shown = (page: Page, words: RegExp, timeout?: number) => expect(page.getByText(words).filter({ visible: true }).first()).toBeVisible(timeout ? { timeout } : {});

async function visit(page: Page, state: State, path: string): Promise<void> {
  if (state.answers) await staged(page, state.answers);
  if (state.polling) await page.addInitScript(() => Reflect.deleteProperty(window, "SharedWorker"));
  await page.goto(path);
  if (state.lost) await expect(page.locator("[data-count=total]")).toBeVisible();
  else await shown(page, state.shows);
  if (state.slow) {
    const devtools = await page.context().newCDPSession(page);
    await devtools.send("Network.enable");
    await devtools.send("Network.emulateNetworkConditions", { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: state.slow });
  }
  for (const step of state.press ?? []) await press(page, step);
  // Skeletons and transitions are not what is looked at.
  await expect(page.locator("[aria-busy=true]")).toHaveCount(0);
  await expect(page).toHaveTitle(/Carillon$/);
  if (state.settled) await shown(page, state.settled, 30_000);
}

/** Cuts the connection of a page that is live, and waits until the page shows it. */
async function lose(page: Page, wire: Wire, state: State): Promise<void> {
  wire.mend();
  await expect(page.locator("[data-live=live]")).toBeVisible({ timeout: 30_000 });
  wire.cut();
  await expect(async () => {
    if (state.lost?.refocus) await page.evaluate(() => window.dispatchEvent(new Event("visibilitychange")));
    await shown(page, state.shows, 1_000);
  }).toPass({ timeout: 40_000 });
}

/** What a change of colours can bring about; everything else is the same page in both themes. */
const ofColour = ["color-contrast", "link-in-text-block"];

const barriers = async (page: Page, theme: "light" | "dark") => {
  // There are no frames of others here: no second page needs to be opened to put their findings together.
  const axe = new AxeBuilder({ page }).setLegacyMode(true).options({ resultTypes: ["violations"] });
  const { violations } = await (theme === "light" ? axe.withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]) : axe.withRules(ofColour)).analyze();
  return violations.map((violation) => `${violation.id}: ${violation.nodes.map((node) => node.target.join(" ")).join(", ")}`);
};

test.use({ colorScheme: "light", contextOptions: { reducedMotion: "reduce" } });

for (const state of states) {
  test(`${state.name} has no barriers in either theme and fits a phone`, async ({ page, context, world }) => {
    const path = state.path(world);
    if (state.lost) test.setTimeout(180_000);
    if (state.signedOut) await context.clearCookies();
    const faults: string[] = [];
    page.on("pageerror", (error) => faults.push(String(error)));
    const wire = state.lost ? await Wire.to(world.url) : undefined;
    // Lost once it stays so, but not every state of it lasts: "Reconnecting" becomes "Offline".
    const ready = async () => {
      if (wire && !(await page.getByText(state.shows).filter({ visible: true }).first().isVisible())) await lose(page, wire, state);
    };
    try {
      await visit(page, state, (wire?.url ?? "") + path);
      if (wire) await lose(page, wire, state);
      expect.soft(await barriers(page, "light"), "light").toEqual([]);
      await picture(page, `${state.name}-light`);
      await page.emulateMedia({ colorScheme: "dark" });
      await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
      await ready();
      expect.soft(await barriers(page, "dark"), "dark").toEqual([]);
      await picture(page, `${state.name}-dark`);
      await page.emulateMedia({ colorScheme: "light" });
      await page.setViewportSize({ width: 320, height: 640 });
      await ready();
      const { wide, seen, beyond } = await page.evaluate(() => {
        const { scrollWidth: wide, clientWidth: seen } = document.documentElement;
        const beyond = [...document.querySelectorAll("main *")].filter((one) => one.getBoundingClientRect().right > seen + 1).map((one) => `${one.tagName} ${one.className} ${one.textContent?.slice(0, 40)}`);
        return { wide, seen, beyond: beyond.slice(0, 12) };
      });
      expect.soft(wide, `scrolls sideways at 320 px: ${beyond.join(" | ")}`).toBeLessThanOrEqual(seen);
      await picture(page, `${state.name}-phone`);
      expect(faults).toEqual([]);
    } finally {
      // An answer that is still being changed when the page goes is nobody's any more.
      await page.unrouteAll({ behavior: "ignoreErrors" });
      await wire?.stop();
    }
  });
}
