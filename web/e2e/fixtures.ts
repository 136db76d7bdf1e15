import { readFileSync } from "node:fs";
import { type Page, test as base } from "@playwright/test";
import type { World } from "../states";
import { Api } from "./world";

export { expect } from "@playwright/test";

/** Set-up keeps here what it made. */
export const results = new URL("./results/", import.meta.url).pathname;

/** Tests against the world that set-up made, signed in as its administrator. */
export const test = base.extend<{ api: Api }, { world: World }>({
  world: [async ({}, use) => use(JSON.parse(readFileSync(`${results}world.json`, "utf8")) as World), { scope: "worker" }],
  baseURL: async ({ world }, use) => use(world.url),
  storageState: `${results}session.json`,
  api: async ({ world, playwright }, use) => {
    const context = await playwright.request.newContext({ baseURL: world.url, storageState: `${results}session.json`, extraHTTPHeaders: { Origin: world.url } });
    await use(new Api(context));
    await context.dispose();
  },
});

/** The seven numbers as they stand on the page. */
export const counts = (page: Page) =>
  page.evaluate(() => Object.fromEntries([...document.querySelectorAll<HTMLElement>("[data-count]")].map((card) => [card.dataset.count ?? "", Number(card.textContent?.replaceAll(",", ""))])));
