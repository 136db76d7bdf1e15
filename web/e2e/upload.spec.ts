import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import type { Schemas } from "../src/api/client";
import { expect, test } from "./fixtures";
import { Wire } from "./wire";

const size = 40 * 1024 * 1024;

/** A file that takes a while at the speed of a slow line. */
function largeFile(folder: string): string {
  const row = (at: number) => `Person ${at},+1${201 + (at % 700)}555${String(100 + (at % 100)).padStart(4, "0")},${"x".repeat(60)}\n`;
  const text = ["name,phone,remark\n"];
  for (let length = 18, at = 0; length < size; at += 1) {
    const next = row(at);
    text.push(next);
    length += next.length;
  }
  const path = join(folder, "forty-megabytes.csv");
  writeFileSync(path, text.join("").slice(0, size));
  return path;
}

async function slowLine(page: Page, bytes: number): Promise<void> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("Network.enable");
  await devtools.send("Network.emulateNetworkConditions", { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: bytes });
}

test("a large upload is paused, goes on, survives a lost connection and a reload, and nothing is sent twice that came", async ({ page, world, api }) => {
  test.setTimeout(120_000);
  const folder = mkdtempSync(join(tmpdir(), "carillon-e2e-"));
  const wire = await Wire.to(world.url);
  try {
    const file = largeFile(folder);
    const { id } = await api.post<Schemas["Campaign"]>("/campaigns", { name: `Forty megabytes ${Date.now()}` });
    const offsets: number[] = [];
    let upload = "";
    page.on("request", (request) => {
      if (request.method() !== "PATCH" || !request.url().includes("/uploads/")) return;
      upload = request.url().split("/").pop() ?? "";
      offsets.push(Number(request.headers()["upload-offset"]));
    });
    const received = async () => (await api.get<Schemas["Upload"]>(`/uploads/${upload}/received`)).received;
    const choose = () => page.getByLabel("Contact file").setInputFiles(file);
    const at = `${wire.url}/campaigns/new?step=2&draft=${id}`;

    await page.goto(at);
    await slowLine(page, 6_000_000);
    await choose();
    const bar = page.getByRole("progressbar", { name: /Upload of/ });
    await expect.poll(async () => Number(await bar.getAttribute("aria-valuenow")), { message: "its progress is shown" }).toBeGreaterThan(1);

    await page.getByRole("button", { name: "Pause", exact: true }).click();
    await expect(page.getByText("Paused. What has come stays on the server for a day.")).toBeVisible();
    const sent = offsets.length;
    await page.getByRole("button", { name: "Resume", exact: true }).click();
    await expect.poll(() => offsets.length, { message: "it goes on after Resume" }).toBeGreaterThan(sent);

    await expect.poll(received, { message: "parts have come" }).toBeGreaterThan(8_000_000);
    wire.cut();
    await expect(page.getByText("The connection is lost. The upload goes on by itself as soon as the server answers.")).toBeVisible();
    const before = await received();
    wire.mend();
    await expect.poll(received, { message: "it goes on by itself", timeout: 30_000 }).toBeGreaterThan(before);

    await page.reload();
    await expect(page.getByText(/The upload of forty-megabytes\.csv stopped at .* of 42 MB\. Choose the same file again to go on\./)).toBeVisible();
    const had = await received();
    const [already] = [offsets.length];
    await choose();
    await expect(page.getByText(/Goes on where it stopped/)).toBeVisible();
    await expect.poll(() => offsets.length).toBeGreaterThan(already);
    expect(offsets[already], "from where it stopped").toBeGreaterThanOrEqual(had);
    await expect(page.getByLabel("Field for phone"), "the file is whole and can be read").toHaveValue("phone", { timeout: 60_000 });
    expect(await received()).toBe(size);
    expect(await page.evaluate(() => localStorage.getItem("carillon.uploads"))).toBe("[]");
    // As many starts as there were reasons for one: the parts, the pause, the cut, the reload.
    expect(offsets.length).toBeLessThan(size / (8 * 1024 * 1024) + 8);
  } finally {
    await wire.stop();
    rmSync(folder, { recursive: true, force: true });
  }
});
