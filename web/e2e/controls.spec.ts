import { counts, expect, test } from "./fixtures";

test("a campaign is started, paused, resumed and stopped by its buttons, and the six counts always add up", async ({ page, api, world }) => {
  const draft = await api.copy(world.campaigns.completed, "Pressed by a test");
  await page.goto(`/campaigns/${draft.id}`);
  await expect(page.locator("[data-count=total]")).toBeVisible();
  // Looks at the seven numbers in every frame that the browser draws.
  await page.evaluate(() => {
    const seen = { frames: 0, wrong: [] as string[], states: new Set<string>() };
    Object.assign(window, { seen });
    const look = () => {
      const numbers = Object.fromEntries([...document.querySelectorAll<HTMLElement>("[data-count]")].map((card) => [card.dataset.count ?? "", Number(card.textContent?.replaceAll(",", ""))]));
      const { total, ...six } = numbers;
      if (total !== undefined) {
        seen.frames += 1;
        seen.states.add(Object.values(six).join());
        if (Object.values(six).reduce((sum, number) => sum + number, 0) !== total) seen.wrong.push(JSON.stringify(numbers));
      }
      requestAnimationFrame(look);
    };
    look();
  });
  const head = page.locator("main header");
  await expect(head.getByText("Draft", { exact: true })).toBeVisible();
  await page.getByRole("button", { name: "Start campaign" }).click();
  await expect(page.getByRole("button", { name: "Pause", exact: true })).toBeVisible();
  await expect.poll(async () => (await counts(page)).completed, { message: "calls come to an end" }).toBeGreaterThan(5);
  await page.getByRole("button", { name: "Pause", exact: true }).click();
  await expect(head.getByText("Paused", { exact: true })).toBeVisible();
  await head.getByRole("button", { name: "Resume" }).click();
  await expect(page.getByRole("button", { name: "Pause", exact: true })).toBeVisible();
  await page.getByRole("button", { name: "Stop", exact: true }).click();
  await expect(page.getByRole("alertdialog")).toContainText("can't be resumed");
  await expect(page.getByRole("button", { name: "Keep running" })).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("button", { name: "Stop", exact: true })).toBeFocused();
  await page.getByRole("button", { name: "Stop", exact: true }).click();
  await page.getByRole("button", { name: "Stop campaign" }).click();
  await expect(head.getByText("Canceled", { exact: true })).toBeVisible();
  await expect.poll(async () => (await counts(page)).canceled, { message: "what was not called is marked" }).toBeGreaterThan(0);
  const seen = await page.evaluate(() => {
    const { frames, wrong, states } = (window as unknown as { seen: { frames: number; wrong: string[]; states: Set<string> } }).seen;
    return { frames, wrong, states: states.size };
  });
  expect(seen.wrong).toEqual([]);
  expect(seen.frames).toBeGreaterThan(50);
  expect(seen.states, "the numbers moved").toBeGreaterThan(5);
});

test("filters, sort, page and size live in the address and survive reload, Back and the back arrow", async ({ page, world }) => {
  const id = world.campaigns.completed;
  await page.goto("/campaigns?status=completed");
  await page.getByRole("link", { name: "Autumn check-in" }).click();
  await expect(page.getByRole("heading", { name: "Autumn check-in" })).toBeVisible();
  await page.getByRole("button", { name: "Name" }).press("Enter");
  await expect(page).toHaveURL(/sort=name/);
  await expect(page.getByRole("columnheader", { name: "Name" })).toHaveAttribute("aria-sort", "ascending");
  await page.getByLabel("Rows per page").selectOption("25");
  await page.getByRole("button", { name: "Next" }).click();
  await expect(page).toHaveURL(new RegExp(`/campaigns/${id}\\?.*page=2`));
  await page.reload();
  await expect(page.getByText(/26–50 of 122/).filter({ visible: true })).toBeVisible();
  await page.goBack();
  await expect(page).toHaveURL(/sort=name/);
  await expect(page).not.toHaveURL(/[?&]page=2/);
  await page.getByRole("banner").getByRole("link", { name: "Campaigns" }).click();
  await expect(page).toHaveURL(/\/campaigns\?status=completed/);
});

test("a failed contact explains itself and offers the four ways on", async ({ page, world }) => {
  await page.goto(`/campaigns/${world.campaigns.completed}`);
  await page.getByRole("list", { name: "Contacts by status" }).getByRole("link", { name: /Failed/ }).click();
  await expect(page).toHaveURL(/status=failed/);
  await page.getByRole("button", { name: /^Details of/ }).first().click();
  const panel = page.getByRole("dialog");
  await expect(panel.getByText("What to do:")).toBeVisible();
  for (const way of [/Retry/, "Handle by hand", "Exclude"]) await expect(panel.getByRole("button", { name: way }).first()).toBeVisible();
  await panel.getByText("Technical details").click();
  await expect(panel.getByText("SIP status")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(panel).toBeHidden();
});

test("contacts are excluded, one at once and many after a question, and brought back by Undo", async ({ page, api, world }) => {
  const draft = await api.copy(world.campaigns.completed, "Excluded by a test");
  await page.goto(`/campaigns/${draft.id}?status=pending`);
  await page.getByRole("button", { name: /^Exclude / }).first().click();
  await expect(page.getByText(/excluded\.$/)).toBeVisible();
  await expect(page.locator("[data-count=skipped]")).not.toHaveText(String(draft.counts.skipped));
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(page.getByText(/is back in the campaign/)).toBeVisible();
  await expect(page.locator("[data-count=pending]")).toHaveText(String(draft.counts.pending));

  await page.getByRole("checkbox", { name: "Choose all rows of this page" }).click();
  await page.getByRole("region", { name: "Chosen contacts" }).getByRole("button", { name: "Exclude" }).click();
  await expect(page.getByRole("alertdialog")).toContainText("It can be undone.");
  await page.getByRole("alertdialog").getByRole("button", { name: "Exclude" }).click();
  await expect(page.getByText("50 contacts excluded.")).toBeVisible();
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(page.getByText("50 contacts are back in the campaign.")).toBeVisible();
  await expect(page.locator("[data-count=pending]")).toHaveText(String(draft.counts.pending));
});

test("a call is heard from a turn of its transcript", async ({ page, world }) => {
  const call = world.calls.recorded;
  await page.goto(`/calls/${call}`);
  await page.getByRole("button", { name: "Play", exact: true }).click();
  await expect.poll(() => page.evaluate(() => document.querySelector("audio")?.currentTime ?? 0)).toBeGreaterThan(0.3);
  await page.getByRole("slider", { name: "Position in the recording" }).focus();
  await page.keyboard.press(" ");
  await expect(page.getByRole("button", { name: "Play", exact: true })).toBeVisible();
});
