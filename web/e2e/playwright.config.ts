import { availableParallelism } from "node:os";
import { defineConfig } from "@playwright/test";

/** Drives the real binary (CARILLON_BIN, else target/debug/carillon) with the practice network, in Debian's Chromium. */
export default defineConfig({
  testDir: ".",
  testMatch: "*.spec.ts",
  outputDir: "./results/traces",
  globalSetup: "./setup.ts",
  // First, alone, what measures and what counts the server's streams. Then all the rest at once: campaigns that are waited for leave the time to look at states.
  workers: Math.min(4, Math.max(2, availableParallelism())),
  projects: [
    { name: "live", testMatch: "live.spec.ts", workers: 1 },
    { name: "flows", testIgnore: ["live.spec.ts", "states.spec.ts"], dependencies: ["live"] },
    { name: "states", testMatch: "states.spec.ts", fullyParallel: true, dependencies: ["live"] },
  ],
  retries: 0,
  timeout: 60_000,
  expect: { timeout: 15_000 },
  reporter: [["list"]],
  use: {
    viewport: { width: 1440, height: 900 },
    launchOptions: { executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox", "--disable-background-networking"] },
    trace: process.env.CARILLON_TRACE ? "retain-on-failure" : "off",
  },
});
