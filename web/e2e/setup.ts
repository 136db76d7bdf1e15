import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { request } from "@playwright/test";
import { carillon, start } from "./binary";
import { Api, makeWorld } from "./world";

const results = new URL("./results/", import.meta.url).pathname;
const baseURL = process.env.CARILLON_TEST_URL ?? "http://127.0.0.1:8093";
const sip = "127.0.0.1:5093";

/** Numbers of fiction; their last two digits choose how the practice network answers. */
const contacts = (rows: number) =>
  ["name,phone,premium", ...Array.from({ length: rows }, (_, row) => `Person ${row + 1},+1415555${String(100 + row).padStart(4, "0")},${50 + row}`), "No Number,n/a,1", "Person 1 again,+14155550100,2"].join("\n");

/** A fresh data folder, a campaign that was called over the practice network, the server, an administrator, and a world to look at. */
export default async function setup(): Promise<() => Promise<void>> {
  mkdirSync(results, { recursive: true });
  const data = mkdtempSync(join(tmpdir(), "carillon-e2e-"));
  const practice = start(/practice network on/, ["practice", "--listen", sip]);
  await practice.line;
  const file = join(data, "contacts.csv");
  writeFileSync(file, contacts(40));
  carillon(data, "run", file, "--trunk", `sip:${sip}`, "--name", "First wave", "--lines", "40", "--cps", "40", "--ring-timeout", "5", "--max-call", "20", "--json");
  const server = start(/\/link#/, ["serve", "--listen", new URL(baseURL).host, "--data", data]);
  const link = (await server.line).trim();
  const context = await request.newContext({ baseURL, extraHTTPHeaders: { Origin: baseURL } });
  const token = link.slice(link.indexOf("#") + 1);
  const signedIn = await context.post("/api/v1/session/link", { data: { token, login: "ana@example.com", name: "Ana Ruiz", password: "a long password" } });
  if (!signedIn.ok()) throw new Error(`signing in failed: ${signedIn.status()} ${await signedIn.text()}`);
  const api = new Api(context);
  const { items } = await api.get<{ items: { id: string; name: string }[] }>("/campaigns");
  const called = items.find((campaign) => campaign.name === "First wave");
  if (!called) throw new Error("the campaign that was called is missing");
  const world = await makeWorld(api, called.id);
  await context.storageState({ path: `${results}session.json` });
  writeFileSync(`${results}world.json`, JSON.stringify(world, null, 2));
  await context.dispose();
  return async () => {
    await server.stop();
    await practice.stop();
    rmSync(data, { recursive: true, force: true });
  };
}
