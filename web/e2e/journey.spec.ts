import { expect, test } from "@playwright/test";

const rows = ["name;phone;premium", "Ada Byron;+1 415 555 0120;57", "Leo Hart;(415) 555-0121;81", "Carla Quinn;+1 415 555 0104;49", "Nobody;n/a;1", "Ada again;4155550120;57"].join("\n");

test("a newcomer makes a campaign from a file, runs it and exports it, by visible words alone", async ({ page }) => {
  await page.goto("/");
  await page.getByRole("link", { name: "New campaign" }).click();
  await page.getByLabel("Campaign name").fill("My first campaign");
  await page.getByRole("button", { name: "Continue to contacts" }).click();
  await page.getByLabel("Contact file").setInputFiles({ name: "contacts.csv", mimeType: "text/csv", buffer: Buffer.from(rows) });
  await expect(page.getByLabel("Field for phone")).toHaveValue("phone");
  await page.getByRole("button", { name: /^Check / }).click();
  await expect(page.getByText("will be called")).toBeVisible();
  await expect(page.getByText("n/a")).toBeVisible();
  await page.getByRole("button", { name: "Continue to pace" }).click();
  await page.getByLabel("Lines at once").fill("2");
  await page.getByRole("button", { name: "Continue to review" }).click();
  await expect(page.getByText("3 will be called")).toBeVisible();
  await page.getByRole("button", { name: "Start campaign" }).click();
  await expect(page.getByRole("heading", { name: "My first campaign" })).toBeVisible();
  await expect(page.locator("main header").getByText("Completed", { exact: true })).toBeVisible({ timeout: 90_000 });
  await page.getByRole("button", { name: "Export", exact: true }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Export", exact: true }).click();
  const download = page.waitForEvent("download");
  await page.getByRole("link", { name: "Download" }).click();
  expect((await download).suggestedFilename()).toMatch(/\.csv$/);
});
