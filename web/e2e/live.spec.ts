import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Schemas } from "../src/api/client";
import { ana, carillon, Practice, Served } from "./binary";
import { counts, expect, test } from "./fixtures";
import { Api } from "./world";

test("nine tabs stay live over one stream", async ({ context, request, world, api }) => {
  const draft = await api.copy(world.campaigns.completed, "Seen in nine tabs");
  const pages = [];
  for (let tab = 0; tab < 9; tab += 1) {
    const page = await context.newPage();
    await page.goto(`/campaigns/${draft.id}`);
    await expect(page.locator("[data-live=live]")).toBeVisible();
    pages.push(page);
  }
  const streams = async () => Number((await (await request.get("/metrics")).text()).match(/^carillon_event_streams (\d+)/m)?.[1]);
  await expect.poll(streams, { message: "one stream for the whole browser" }).toBe(1);
  await api.post(`/campaigns/${draft.id}/start`);
  await api.until(draft.id, "some contacts are through", ({ counts }) => counts.completed + counts.failed >= 5);
  await api.post(`/campaigns/${draft.id}/stop`, { hang_up: true });
  for (const page of pages) {
    await page.bringToFront();
    await expect(page.locator("main header").getByText("Canceled", { exact: true })).toBeVisible();
    await page.close();
  }
  await expect.poll(streams, { message: "closed with the last tab" }).toBe(0);
});

test("a session that ends opens the sign-in over the page, and signing in goes on where it was", async ({ page, context, world }) => {
  await page.goto(`/campaigns/${world.campaigns.draft}/notes`);
  await page.getByLabel("What we learned").fill("typed before the session ended");
  await context.clearCookies();
  await page.getByRole("button", { name: "Save notes" }).click();
  const dialog = page.getByRole("dialog", { name: "Your session has ended" });
  await dialog.getByLabel("User name or e-mail").fill(ana.login);
  await dialog.getByLabel("Password").fill(ana.password);
  await dialog.getByRole("button", { name: "Sign in" }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByLabel("What we learned")).toHaveValue("typed before the session ended");
});

test("a session that ends elsewhere opens the sign-in without a press", async ({ browser, api, world }) => {
  const { user, link } = await api.post<Schemas["InvitedUser"]>("/users", { login: "cleo@example.com", name: "Cleo Marsh", role: "viewer" });
  const context = await browser.newContext({ baseURL: world.url, storageState: undefined });
  const page = await context.newPage();
  await page.goto(new URL(link.url).pathname + new URL(link.url).hash);
  await page.getByLabel("Password").fill("only looks at campaigns");
  await page.getByRole("button", { name: "Save password and sign in" }).click();
  await expect(page.locator("[data-live=live]")).toBeVisible();
  await expect(page.getByRole("link", { name: "New campaign" }), "a viewer makes none").toHaveCount(0);
  const { items } = await api.get<Schemas["UserSessionList"]>(`/users/${user.id}/sessions`);
  for (const session of items) await api.remove(`/users/${user.id}/sessions/${session.id}`);
  await expect(page.getByRole("dialog", { name: "Your session has ended" })).toBeVisible({ timeout: 30_000 });
  await context.close();
});

test("a restart of the server heals by itself, and fifty changes a second leave the page at ease", async ({ browser }) => {
  test.setTimeout(180_000);
  const practice = await Practice.start();
  const data = mkdtempSync(join(tmpdir(), "carillon-e2e-"));
  const file = join(data, "busy.csv");
  // All of them are busy: a call is two changes, and over in a moment.
  const areas = Array.from({ length: 780 }, (_, index) => 201 + index).filter((area) => area % 100 !== 11);
  writeFileSync(file, ["name,phone", ...areas.map((area) => `Person ${area},+1${area}5550101`)].join("\n"));
  carillon(data, "run", file, "--trunk", `sip:${practice.address}`, "--name", "Everybody is busy", "--lines", "100", "--cps", "100", "--json");
  const server = await Served.start(data);
  try {
    const request = await server.signIn();
    const api = new Api(request);
    const context = await browser.newContext({ baseURL: server.url, storageState: await request.storageState() });
    const page = await context.newPage();
    const first = (await api.get<Schemas["Page_CampaignRow"]>("/campaigns")).items[0];
    const trunk = (await api.get<Schemas["TrunkList"]>("/trunks")).items[0];
    const [host = "", port] = practice.address.split(":");
    await api.patch(`/trunks/${trunk?.id}`, { settings: { host, port: Number(port), lines: 100, calls_per_second: 60 } });
    const { id } = await api.copy(first?.id ?? "", "Fifty changes a second", { lines: 60, calls_per_second: 25, ring_timeout_s: 4, max_call_s: 6 });
    await page.goto(`/campaigns/${id}`);
    await page.getByRole("button", { name: "Start campaign" }).click();
    await expect.poll(async () => (await counts(page)).completed).toBeGreaterThan(20);

    const devtools = await context.newCDPSession(page);
    await devtools.send("Performance.enable");
    const measure = async () => {
      const { metrics } = await devtools.send("Performance.getMetrics");
      const value = (name: string) => metrics.find((metric) => metric.name === name)?.value ?? 0;
      return { at: value("Timestamp"), busy: value("TaskDuration"), done: (await counts(page)).completed ?? 0 };
    };
    const before = await measure();
    await page.waitForTimeout(4_000);
    const after = await measure();
    const seconds = after.at - before.at;
    console.log(`  main thread busy ${((100 * (after.busy - before.busy)) / seconds).toFixed(1)} % at ${((2 * (after.done - before.done)) / seconds).toFixed(0)} changes a second`);

    await server.down();
    await expect(page.locator("[data-live=reconnecting], [data-live=offline]")).toBeVisible();
    await expect(page.locator("[data-live]")).toContainText("numbers from");
    const seen = (await counts(page)).completed ?? 0;
    await server.up();
    const upAt = Date.now();
    await expect(page.locator("[data-live=live]")).toBeVisible();
    console.log(`  live again ${((Date.now() - upAt) / 1000).toFixed(1)} s after the server answered`);
    await expect.poll(async () => (await counts(page)).completed, { message: "and the numbers move" }).toBeGreaterThan(seen);
    await context.close();
    await request.dispose();
  } finally {
    await server.stop();
    await practice.stop();
  }
});
