import { existsSync, mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { carillon, Practice, Served } from "./binary";
import { results } from "./fixtures";
import { contactFile } from "./people";
import { Api, makeWorld } from "./world";

/** A fresh data folder, a campaign that was called over the practice network, the server, an administrator, and a world to look at. */
export default async function setup(): Promise<() => Promise<void>> {
  // While writing tests: `CARILLON_WORLD=keep` takes the world of another run that is still there.
  if (process.env.CARILLON_WORLD === "keep" && existsSync(`${results}world.json`)) return () => Promise.resolve();
  mkdirSync(results, { recursive: true });
  const practice = await Practice.start();
  let server: Served | undefined;
  const end = async () => {
    await server?.stop();
    await practice.stop();
  };
  try {
    const data = mkdtempSync(join(tmpdir(), "carillon-e2e-"));
    const file = join(data, "contacts.csv");
    writeFileSync(file, contactFile(120));
    carillon(data, "run", file, "--trunk", `sip:${practice.address}`, "--name", "Autumn check-in", "--lines", "120", "--cps", "30", "--ring-timeout", "5", "--max-call", "12", "--json");
    server = await Served.start(data);
    const context = await server.signIn();
    const world = await makeWorld(new Api(context), server, practice.address);
    await context.storageState({ path: `${results}session.json` });
    writeFileSync(`${results}world.json`, JSON.stringify(world, null, 2));
    await context.dispose();
  } catch (error) {
    await end();
    throw error;
  }
  return end;
}
