#!/usr/bin/env bash
# Builds the web page into web/dist, for the binary to embed. Installs its packages when the lock file changed.
set -euo pipefail
cd "$(dirname "$0")"

node_is_new_enough() { # 20.19 or later 20, or 22.12 and later
  node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit((a === 20 && b >= 19) || (a === 22 && b >= 12) || a > 22 ? 0 : 1)'
}

if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
  echo "The web page needs Node.js 20.19 or later with npm. Install it (nodejs.org, or your system's packages) and run this again." >&2
  exit 1
fi
if ! node_is_new_enough; then
  echo "The web page needs Node.js 20.19 or later, or 22.12 or later; this is $(node --version)." >&2
  exit 1
fi

lock=$(sha256sum package-lock.json | cut -d' ' -f1)
if [ "$(cat node_modules/.carillon-lock 2>/dev/null || true)" != "$lock" ]; then
  npm ci --no-progress --no-audit --no-fund --loglevel=error
  echo "$lock" > node_modules/.carillon-lock
fi

# Built again only when something in here changed: a new `dist` makes cargo build the server anew, which takes minutes.
sources=$(find . -path ./node_modules -prune -o -path ./dist -prune -o -path ./e2e -prune -o -path ./src/api/schema.d.ts -prune -o -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum | cut -d' ' -f1)
if [ ! -f dist/index.html ] || [ "$(cat node_modules/.carillon-built 2>/dev/null || true)" != "$sources" ]; then
  npm run --silent build
  echo "$sources" > node_modules/.carillon-built
fi
