import { defineConfig } from "@playwright/test";
import base from "./playwright.config";

/** Measures instead of testing; see bench/README.md. */
export default defineConfig({ ...base, testMatch: "*.bench.ts", projects: undefined, workers: 1, reporter: [["line"]] });
