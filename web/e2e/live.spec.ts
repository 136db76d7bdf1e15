import { readFileSync } from "node:fs";
import { expect, test } from "@playwright/test";
import type { World } from "../states";

const world = () => JSON.parse(readFileSync(new URL("./results/world.json", import.meta.url), "utf8")) as World;

test("nine tabs stay live over one stream", async ({ context }) => {
  const pages = [];
  let streams = 0;
  context.on("request", (request) => {
    if (request.url().includes("/api/v1/events")) streams += 1;
  });
  for (let tab = 0; tab < 9; tab += 1) {
    const page = await context.newPage();
    await page.goto(`/campaigns/${world().campaigns.running}`);
    await expect(page.locator("[data-live=live]")).toBeVisible();
    pages.push(page);
  }
  for (const page of pages) await expect(page.locator("[data-live=live]")).toHaveCount(1);
  // The stream belongs to the shared worker: no tab opens one of its own.
  expect(streams).toBeLessThanOrEqual(3);
});

test("a session that ends opens the sign-in over the page, and signing in goes on where it was", async ({ page, context }) => {
  await page.goto(`/campaigns/${world().campaigns.draft}/notes`);
  await page.getByLabel("What we learned").fill("typed before the session ended");
  await context.clearCookies();
  await page.getByRole("button", { name: "Save notes" }).click();
  const dialog = page.getByRole("dialog", { name: "Your session has ended" });
  await dialog.getByLabel("User name or e-mail").fill("ana@example.com");
  await dialog.getByLabel("Password").fill("a long password");
  await dialog.getByRole("button", { name: "Sign in" }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByLabel("What we learned")).toHaveValue("typed before the session ended");
});
