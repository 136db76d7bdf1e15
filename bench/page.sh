#!/usr/bin/env bash
# How soon the page is there, in Debian's Chromium against the real binary: first paint of the campaigns list with an empty cache, and from the list
# to a campaign with 50 rows (`page`, the default); or a million contacts uploaded, imported and exported, with the memory of the server (`million`).
# CARILLON_BIN names the binary (else target/release/carillon), ROUNDS how often (10), CONTACTS how many (1,000,000).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
export CARILLON_BIN=${CARILLON_BIN:-$here/../target/release/carillon}
if [ ! -x "$CARILLON_BIN" ]; then
    echo "$CARILLON_BIN is missing. Build it: web/build.sh && cargo build --release -p carillon" >&2
    exit 1
fi
echo "bench/page.sh with $(basename "$(dirname "$CARILLON_BIN")")/$(basename "$CARILLON_BIN")"
cd "$here/../web"
exec npx --no-install playwright test -c e2e/bench.config.ts "${1:-page}.bench"
