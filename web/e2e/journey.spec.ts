import { expect, test } from "@playwright/test";
import { ana, Practice, Served } from "./binary";

/** People of the practice network: five talk, one has a wrong number, one has no sound, one is busy; two rows can't be called. */
const rows = [
  "name;phone;premium",
  "Ada Byron;+1 415 555 0120;57", "Leo Hart;(415) 555-0121;81", "Carla Quinn;+1 415 555 0104;49", "Noah Meyer;+1 415 555 0113;38", "Ines Costa;+1 415 555 0101;62",
  "Omar Hassan;+1 415 555 0122;44", "Mia Novak;+1 415 555 0123;51", "Ruth Weiss;+1 415 555 0124;70", "Nobody;n/a;1", "Ada again;4155550120;57",
].join("\n");

let practice: Practice;
let server: Served;
test.beforeAll(async () => {
  practice = await Practice.start();
  server = await Served.start();
});
test.afterAll(async () => {
  await server.stop();
  await practice.stop();
});

test("a newcomer makes a campaign from a file, runs it, looks into it and exports it, by visible words alone", async ({ page }) => {
  test.setTimeout(240_000);
  const button = (name: string | RegExp) => page.getByRole("button", { name, exact: true });
  const status = (word: string) => expect(page.locator("main header").getByText(word, { exact: true })).toBeVisible({ timeout: 90_000 });

  await test.step("the link from the terminal makes the administrator", async () => {
    await page.goto(server.link ?? "");
    await page.getByLabel("Your name").fill(ana.name);
    await page.getByLabel("User name or e-mail").fill(ana.login);
    await page.getByLabel("Password").fill(ana.password);
    await button("Create administrator").click();
    await expect(page.getByRole("heading", { name: "No campaigns yet" })).toBeVisible();
  });

  await test.step("a trunk", async () => {
    await page.getByRole("link", { name: "Add your trunk" }).click();
    const [host = "", port = ""] = practice.address.split(":");
    await page.getByLabel("Name", { exact: true }).fill("Practice network");
    await page.getByLabel("Carrier's host or address").fill(host);
    await page.getByLabel("Port", { exact: true }).fill(port);
    await button("Add trunk").click();
    await expect(page.getByRole("heading", { name: "Practice network" })).toBeVisible();
  });

  await test.step("a campaign from a file", async () => {
    await page.getByRole("link", { name: "Campaigns" }).first().click();
    await page.getByRole("link", { name: "New campaign" }).click();
    await page.getByLabel("Campaign name").fill("My first campaign");
    await button("Continue to contacts").click();
    const chooser = page.waitForEvent("filechooser");
    await button("Choose file").click();
    await (await chooser).setFiles({ name: "contacts.csv", mimeType: "text/csv", buffer: Buffer.from(rows) });
    await expect(page.getByLabel("Field for phone")).toHaveValue("phone");
    await page.getByRole("button", { name: /^Check / }).click();
    await expect(page.getByText("Choose a country for numbers without a country code")).toBeVisible();
    await page.getByLabel("Default country").selectOption("US");
    await expect(page.getByText("becomes").first()).toBeVisible();
    await page.getByRole("button", { name: /^Check / }).click();
    await expect(page.getByText("will be called")).toBeVisible();
    await expect(page.getByText("n/a")).toBeVisible();
    await button("Continue to pace").click();
    await page.getByLabel("Lines at once").fill("4");
    await page.getByLabel("Longest call").fill("8");
    await button("Continue to review").click();
    await expect(page.getByText("8 will be called")).toBeVisible();
  });

  await test.step("start, pause, resume", async () => {
    await button("Start campaign").click();
    await expect(page.getByRole("heading", { name: "My first campaign" })).toBeVisible();
    await status("Running");
    await button("Pause").click();
    await status("Paused");
    await page.locator("main header").getByRole("button", { name: "Resume" }).click();
    await status("Running");
    await status("Completed");
  });

  await test.step("retry what failed", async () => {
    await page.getByRole("button", { name: /^Retry failed/ }).first().click();
    await page.getByRole("alertdialog").getByRole("button", { name: /^Retry \d/ }).click();
    await status("Running");
    await status("Completed");
  });

  await test.step("open a failed contact", async () => {
    await page.getByRole("list", { name: "Contacts by status" }).getByRole("link", { name: /Failed/ }).click();
    await button("Details of Carla Quinn").click();
    const panel = page.getByRole("dialog", { name: "Carla Quinn" });
    await expect(panel.getByRole("heading", { name: "Number doesn't exist" })).toBeVisible();
    await expect(panel.getByText("What to do:")).toBeVisible();
    await panel.getByRole("button", { name: "Close" }).click();
  });

  await test.step("hear a call", async () => {
    await page.getByRole("list", { name: "Contacts by status" }).getByRole("link", { name: /Completed/ }).click();
    await page.getByRole("link", { name: /^Play the call with/ }).first().click();
    await button("Play").click();
    await expect.poll(() => page.evaluate(() => document.querySelector("audio")?.currentTime ?? 0)).toBeGreaterThan(0.3);
    await page.getByRole("banner").getByRole("link", { name: "My first campaign" }).click();
  });

  await test.step("export", async () => {
    await button("Export").click();
    await page.getByRole("dialog").getByRole("button", { name: "Export", exact: true }).click();
    const download = page.waitForEvent("download");
    await page.getByRole("link", { name: "Download" }).click();
    expect((await download).suggestedFilename()).toMatch(/\.csv$/);
    await page.getByRole("dialog").getByRole("button", { name: "Close" }).first().click();
  });

  await test.step("another campaign of the same people, stopped for good", async () => {
    await button("More actions").click();
    await page.getByRole("menuitem", { name: "New campaign from contacts…" }).click();
    await page.getByRole("radio", { name: /^Success and Transferred/ }).check();
    await page.getByRole("button", { name: "Create draft" }).click();
    await status("Draft");
    await button("Start campaign").click();
    await button("Stop").click();
    await page.getByRole("alertdialog").getByRole("button", { name: "Stop campaign" }).click();
    await status("Canceled");
  });
});
