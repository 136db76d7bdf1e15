import { chromium } from "@playwright/test";
import { ana } from "./binary";
import { counts, expect, test } from "./fixtures";

test("by its name on a local network, where a browser gives no secure context, the page works", async ({ world, api, launchOptions }) => {
  const browser = await chromium.launch({ ...launchOptions, args: [...(launchOptions.args ?? []), "--host-resolver-rules=MAP lan.test 127.0.0.1"] });
  try {
    const url = `http://lan.test:${new URL(world.url).port}`;
    const context = await browser.newContext({ baseURL: url, viewport: { width: 1440, height: 900 } });
    const page = await context.newPage();
    const faults: string[] = [];
    page.on("pageerror", (error) => faults.push(String(error)));
    await page.goto("/campaigns");
    expect(await page.evaluate(() => ({ secure: isSecureContext, clipboard: "clipboard" in navigator, randomUUID: "randomUUID" in crypto }))).toEqual({ secure: false, clipboard: false, randomUUID: false });

    await page.getByLabel("User name or e-mail").fill(ana.login);
    await page.getByLabel("Password").fill(ana.password);
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect(page.getByRole("heading", { name: "Campaigns" })).toBeVisible();
    await expect(page.locator("[data-live=live]"), "one stream for all tabs").toBeVisible();

    const draft = await api.copy(world.campaigns.completed, "Started by its name");
    await page.goto(`/campaigns/${draft.id}`);
    await page.getByRole("button", { name: "Start campaign" }).click();
    await expect.poll(async () => (await counts(page)).completed, { message: "its numbers move" }).toBeGreaterThan(3);
    await page.getByRole("button", { name: "Pause", exact: true }).click();
    await expect(page.locator("main header").getByText("Paused", { exact: true })).toBeVisible();
    await page.getByRole("button", { name: "Stop", exact: true }).click();
    await page.getByRole("button", { name: "Stop campaign" }).click();
    await expect(page.locator("main header").getByText("Canceled", { exact: true })).toBeVisible();

    await page.goto(`/campaigns/${world.contacts.failed.campaign}?contact=${world.contacts.failed.row}`);
    const panel = page.getByRole("dialog");
    await panel.getByText("Technical details").click();
    await panel.getByRole("button", { name: "Copy" }).click();
    await expect(page.getByText("Technical details copied.")).toBeVisible();
    await page.goto(`/campaigns/${draft.id}/notes`);
    await page.getByLabel("What we learned").focus();
    await page.keyboard.press("Control+V");
    await expect(page.getByLabel("What we learned"), "what was copied is on the clipboard").toHaveValue(/SIP status: \d+/);
    expect(faults).toEqual([]);
  } finally {
    await browser.close();
  }
});
