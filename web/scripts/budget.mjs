// Fails when the page got heavier than promised: entry JS 150 kB, a page's chunk 40 kB, CSS 15 kB, all gzip.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const dist = new URL("../dist/", import.meta.url);
const manifest = JSON.parse(readFileSync(new URL(".vite/manifest.json", dist), "utf8"));
const size = (file) => gzipSync(readFileSync(new URL(file, dist)), { level: 9 }).length / 1000;
const faults = [];
const report = (name, kilobytes, limit) => {
  const over = kilobytes > limit;
  if (over) faults.push(name);
  console.log(`${over ? "OVER " : "     "}${kilobytes.toFixed(1).padStart(7)} kB of ${limit}  ${name}`);
};

/** The files a browser must have before an entry of the manifest runs. */
function needed(key, seen = new Set()) {
  if (seen.has(key)) return seen;
  seen.add(key);
  for (const next of manifest[key].imports ?? []) needed(next, seen);
  return seen;
}

const entryKey = Object.keys(manifest).find((key) => manifest[key].isEntry);
const first = needed(entryKey);
report("entry JS with all it needs", [...first].reduce((sum, key) => sum + size(manifest[key].file), 0), 150);
for (const [key, chunk] of Object.entries(manifest)) {
  if (!chunk.isDynamicEntry || !chunk.file.endsWith(".js")) continue;
  const own = [...needed(key)].filter((name) => !first.has(name));
  report(key, own.reduce((sum, name) => sum + size(manifest[name].file), 0), 40);
}
const css = new Set(Object.values(manifest).flatMap((chunk) => [...(chunk.css ?? []), ...(chunk.file.endsWith(".css") ? [chunk.file] : [])]));
report("CSS", [...css].reduce((sum, file) => sum + size(file), 0), 15);
if (faults.length > 0) {
  console.error(`Over budget: ${faults.join(", ")}`);
  process.exit(1);
}
