import { defineConfig } from "@playwright/test";

/** Drives the real binary (CARILLON_BIN, else target/debug/carillon) with the practice network, in Debian's Chromium. */
export default defineConfig({
  testDir: ".",
  testMatch: "*.spec.ts",
  outputDir: "./results",
  globalSetup: "./setup.ts",
  workers: 1,
  fullyParallel: false,
  retries: 0,
  timeout: 120_000,
  expect: { timeout: 15_000 },
  reporter: [["list"]],
  use: {
    baseURL: process.env.CARILLON_TEST_URL ?? "http://127.0.0.1:8093",
    storageState: new URL("./results/session.json", import.meta.url).pathname,
    viewport: { width: 1440, height: 900 },
    launchOptions: { executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox", "--disable-background-networking"] },
    trace: "retain-on-failure",
  },
});
