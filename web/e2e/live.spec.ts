import { ana } from "./binary";
import { expect, test } from "./fixtures";

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
