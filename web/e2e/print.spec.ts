import { mkdirSync } from "node:fs";
import type { Page } from "@playwright/test";
import type { World } from "../states";
import { expect, test } from "./fixtures";

const shots = process.env.CARILLON_SHOTS;
if (shots) mkdirSync(shots, { recursive: true });

const pages: { name: string; path: (world: World) => string; shows: string[]; hidden: string[] }[] = [
  { name: "campaign-completed", path: ({ campaigns }) => `/campaigns/${campaigns.completed}?status=failed`, shows: ["Autumn check-in", "Completed", "Summary", "Success rate", "Evening calls convert best", "Total rows", "Status: Failed", "Number doesn't exist", "of 12"], hidden: ["Play 5 random conversations", "Rows per page", "Actions", "America/New_York"] },
  { name: "campaign-running", path: ({ campaigns }) => `/campaigns/${campaigns.running}`, shows: ["March renewals", "Running", "lines in use", "Phone number", "Processed"], hidden: ["Pause", "Failures"] },
  { name: "campaigns", path: () => "/campaigns", shows: ["March renewals", "Progress"], hidden: ["New campaign", "Do not call"] },
  { name: "contact", path: ({ contacts }) => `/campaigns/${contacts.failed.campaign}?contact=${contacts.failed.row}`, shows: ["What to do:", "Attempts", "Row"], hidden: ["Retry now", "Summary"] },
  { name: "call", path: ({ calls }) => `/calls/${calls.recorded}`, shows: ["Transcript", "Hello", "INVITE", "Row"], hidden: ["Follow", "1×"] },
];

/** Everything of the page that a sheet of paper would show: controls, and what is neither dark on white nor white on a badge's colour. */
const onPaper = (page: Page) =>
  page.evaluate(() => {
    const visible = (element: Element) => element.checkVisibility() && element.getBoundingClientRect().width > 1;
    const channel = (colour: string) => (colour.match(/[\d.]+/g) ?? []).map(Number);
    const light = (colour: string) => {
      const [red = 0, green = 0, blue = 0] = channel(colour);
      return 0.299 * red + 0.587 * green + 0.114 * blue;
    };
    const texts = [...document.querySelectorAll("#root *")].filter((element) => visible(element) && [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent?.trim()));
    return {
      controls: [...document.querySelectorAll("button:not(th button, .print-keep), input, select, textarea, nav, aside")].filter(visible).map((element) => element.outerHTML.slice(0, 90)),
      pale: texts.filter((element) => light(getComputedStyle(element).color) > 130).map((element) => element.textContent?.slice(0, 40)),
      // The lines between the cards are their list's ground.
      dark: [document.body, ...document.querySelectorAll("main, .panel:not(ul), .side-panel")].filter(visible).map((element) => getComputedStyle(element).backgroundColor).filter((colour) => channel(colour)[3] !== 0 && light(colour) < 250),
    };
  });

test.use({ contextOptions: { reducedMotion: "reduce" } });

for (const { name, path, shows, hidden } of pages) {
  for (const theme of ["light", "dark"] as const) {
    test(`${name} on paper: black on white without controls, from the ${theme} theme`, async ({ page, world }) => {
      await page.emulateMedia({ colorScheme: theme });
      // As wide as the text of a sheet of A4.
      await page.setViewportSize({ width: 718, height: 1_016 });
      await page.goto(path(world));
      await expect(page.getByText(shows[0] ?? "").filter({ visible: true }).first()).toBeVisible();
      await expect(page.locator("[aria-busy=true]")).toHaveCount(0);
      await page.emulateMedia({ media: "print", colorScheme: theme });
      for (const words of shows) await expect.soft(page.getByText(words).filter({ visible: true }).first(), words).toBeVisible();
      for (const words of hidden) await expect.soft(page.getByText(words, { exact: true }).filter({ visible: true }), words).toHaveCount(0);
      expect(await onPaper(page)).toEqual({ controls: [], pale: [], dark: [] });
      expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth), "nothing is cut off at the side").toBeLessThanOrEqual(0);
      if (shots) await page.screenshot({ path: `${shots}/print-${name}-${theme}.png`, fullPage: true });
      if (shots && theme === "light") await page.pdf({ path: `${shots}/print-${name}.pdf`, format: "A4", preferCSSPageSize: true, printBackground: false });
    });
  }
}
