import { loadavg } from "node:os";
import type { Page } from "@playwright/test";
import { expect, test } from "./fixtures";

const rounds = Number(process.env.ROUNDS ?? 10);
const median = (values: number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

/** Milliseconds from the start of the visit to the first text, as the browser reports it. */
const firstPaint = (page: Page) =>
  page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        new PerformanceObserver((list, observer) => {
          const paint = list.getEntriesByName("first-contentful-paint")[0];
          if (!paint) return;
          observer.disconnect();
          resolve(paint.startTime);
        }).observe({ type: "paint", buffered: true });
      }),
  );

/** Milliseconds from the press on a campaign's name until the frame in which its 50 rows are painted has been drawn. */
const listToDetail = (page: Page, name: string) =>
  page.evaluate(
    (words) =>
      new Promise<number>((resolve) => {
        const link = [...document.querySelectorAll<HTMLAnchorElement>("tbody th a")].find((entry) => entry.textContent === words);
        const began = performance.now();
        const look = () => {
          const there = document.querySelector("[data-count=total]") && document.querySelectorAll("tbody tr").length === 50;
          if (there) requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - began)));
          else requestAnimationFrame(look);
        };
        look();
        link?.click();
      }),
    name,
  );

test("how soon the page is there", async ({ browser, world }) => {
  test.setTimeout(rounds * 30_000);
  const paints: number[] = [];
  const rows: number[] = [];
  const details: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    // A browser that was never here: nothing is in its cache.
    const context = await browser.newContext({ baseURL: world.url, storageState: `${import.meta.dirname}/results/session.json`, viewport: { width: 1440, height: 900 } });
    const page = await context.newPage();
    const began = Date.now();
    await page.goto("/campaigns", { waitUntil: "commit" });
    paints.push(await firstPaint(page));
    await expect(page.getByRole("link", { name: "Autumn check-in" })).toBeVisible();
    rows.push(Date.now() - began);
    details.push(await listToDetail(page, "Autumn check-in"));
    await context.close();
  }
  const line = (what: string, values: number[], aim?: number) => {
    const p50 = median(values);
    console.log(`  ${what.padEnd(58)} p50 ${(p50 / 1000).toFixed(2)} s, worst ${(Math.max(...values) / 1000).toFixed(2)} s${aim ? `, aim ${(aim / 1000).toFixed(1)} s: ${p50 < aim ? "met" : "not met"}` : ""}`);
  };
  console.log(`  ${new Date().toISOString().slice(0, 16).replace("T", " ")}, ${rounds} rounds with an empty cache, load ${loadavg().map((value) => value.toFixed(1)).join(" ")}`);
  line("campaigns list, first paint (FCP)", paints, 700);
  line("campaigns list, its rows are there", rows);
  line("list to a campaign with 50 rows, painted", details, 400);
});
