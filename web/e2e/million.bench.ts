import { createWriteStream, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "@playwright/test";
import { ana, carillon, Served } from "./binary";

const contacts = Number(process.env.CONTACTS ?? 1_000_000);

/** A list of that many people, every number another one. */
async function list(folder: string): Promise<string> {
  const path = join(folder, "million.csv");
  const out = createWriteStream(path);
  out.write("first_name,last_name,phone,city,premium\n");
  for (let n = 0; n < contacts; n++) {
    const line = `Ann${n % 977},Larsen${n % 1009},+1${2_122_000_000 + n * 7},City ${n % 311},${n % 90}\n`;
    if (!out.write(line)) await once(out, "drain");
  }
  out.end();
  await once(out, "finish");
  return path;
}

/** Resident MiB of a process: now without the pages of files, and the most it ever was with them. */
function memory(pid: number): { own: number; most: number } {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const mib = (name: string) => Number(status.match(new RegExp(`${name}:\\s+(\\d+)`))?.[1] ?? 0) / 1024;
  return { own: mib("RssAnon"), most: mib("VmHWM") };
}

test("a million contacts through the page", async ({ page }) => {
  test.setTimeout(3_600_000);
  const folder = mkdtempSync(join(tmpdir(), "carillon-million-"));
  const server = await Served.start();
  const say = (what: string, since: number) => {
    const { own, most } = memory(server.pid);
    console.log(`  ${what.padEnd(46)} ${((Date.now() - since) / 1000).toFixed(1).padStart(7)} s, server ${own.toFixed(0)} MiB of its own, most so far ${most.toFixed(0)} MiB`);
  };
  try {
    const path = await list(folder);
    console.log(`  ${contacts} contacts, ${(statSync(path).size / 2 ** 20).toFixed(0)} MiB`);
    carillon(server.data, "trunk", "add", "carrier", "sip:127.0.0.1:5999");
    await page.goto(server.link ?? "");
    await page.getByLabel("Your name").fill(ana.name);
    await page.getByLabel("User name or e-mail").fill(ana.login);
    await page.getByLabel("Password").fill(ana.password);
    await page.getByRole("button", { name: "Create administrator" }).click();
    await page.getByRole("link", { name: "New campaign" }).first().click();
    await page.getByLabel("Campaign name").fill("Million");
    await page.getByRole("button", { name: "Continue to contacts" }).click();

    let since = Date.now();
    const chooser = page.waitForEvent("filechooser");
    await page.getByRole("button", { name: "Choose file" }).click();
    await (await chooser).setFiles(path);
    await expect(page.getByLabel("Field for phone")).toHaveValue("phone", { timeout: 600_000 });
    say("upload, and its columns on the page", since);
    since = Date.now();
    await page.getByRole("button", { name: /^Check / }).click();
    await expect(page.getByText("will be called").first()).toBeVisible({ timeout: 1_800_000 });
    say("import", since);

    since = Date.now();
    const session = page.request;
    const headers = { Origin: server.url };
    const campaigns = (await (await session.get(`${server.url}/api/v1/campaigns`)).json()) as { items: { id: string }[] };
    const asked = await session.post(`${server.url}/api/v1/campaigns/${campaigns.items[0]?.id}/exports`, { headers, data: { format: "csv" } });
    expect(asked.ok(), await asked.text()).toBe(true);
    const { id } = (await asked.json()) as { id: string };
    await expect.poll(async () => ((await (await session.get(`${server.url}/api/v1/exports/${id}`)).json()) as { state: string }).state, { timeout: 1_800_000, intervals: [500] }).toBe("done");
    say("export as CSV", since);
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
});
