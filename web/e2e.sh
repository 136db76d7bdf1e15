#!/usr/bin/env bash
# The page in Debian's Chromium against target/debug/carillon (or CARILLON_BIN) and the practice network. Arguments go to Playwright:
# web/e2e.sh states -g campaign-running. CARILLON_SHOTS=FOLDER keeps the pictures of all states there; CHROMIUM names another browser.
set -euo pipefail
cd "$(dirname "$0")"
exec npx --no-install playwright test -c e2e/playwright.config.ts "$@"
