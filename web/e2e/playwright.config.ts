import { defineConfig } from "@playwright/test";

/** Drives the real binary (CARILLON_BIN, else target/debug/carillon) with the practice network, in Debian's Chromium. */
export default defineConfig({
  testDir: ".",
  testMatch: "*.spec.ts",
  outputDir: "./results/traces",
  globalSetup: "./setup.ts",
  // First what measures and what counts streams, alone; then the states, which only look.
  workers: 2,
  projects: [
    { name: "flows", testIgnore: "states.spec.ts", workers: 1 },
    { name: "states", testMatch: "states.spec.ts", fullyParallel: true, dependencies: ["flows"] },
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
