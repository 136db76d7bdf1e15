import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

type Rgb = [number, number, number];
type Lab = [number, number, number];

const css = readFileSync(new URL("../src/ui/tokens.css", import.meta.url), "utf8");
const block = (start: string) => {
  const from = css.indexOf(start);
  return Object.fromEntries([...css.slice(from, css.indexOf("}", from)).matchAll(/--([\w-]+):\s*(#[0-9a-f]{6});/g)].map((m) => [m[1]!, m[2]!]));
};
const light = block(":root {");
const themes: Record<string, Record<string, string>> = { light, dark: { ...light, ...block('[data-theme="dark"] {') } };

const meanings = ["neutral", "active", "success", "problem", "excluded", "hold", "ended"];
/** What can stand side by side: the statuses of a campaign, those of a contact, the segments of a bar. */
const contact = ["neutral", "active", "success", "problem", "excluded", "ended"];
const sets = [
  ["neutral", "excluded", "active", "hold", "success", "ended"].map((m) => `${m}-fill`),
  contact.map((m) => `${m}-fill`),
  contact.map((m) => (m === "success" ? "success-bar" : `${m}-fill`)),
];
const linear = (c: number) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
const rgb = (hex: string): Rgb => [1, 3, 5].map((at) => linear(parseInt(hex.slice(at, at + 2), 16) / 255)) as Rgb;
const luminance = ([r, g, b]: Rgb) => 0.2126 * r + 0.7152 * g + 0.0722 * b;
function contrast(a: string, b: string): number {
  const [high, low] = [luminance(rgb(a)), luminance(rgb(b))].sort((x, y) => y - x) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

/** Machado, Oliveira and Fernandes 2009, severity 1.0, on linear RGB. */
const sight: Record<string, number[]> = {
  normal: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  protan: [0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998],
  deutan: [0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.01182, 0.04294, 0.968881],
  tritan: [1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.3039],
};
const clamp = (value: number) => Math.min(1, Math.max(0, value));
const seen = (c: Rgb, m: number[]) => [0, 3, 6].map((row) => clamp(m[row]! * c[0] + m[row + 1]! * c[1] + m[row + 2]! * c[2])) as Rgb;

function lab([r, g, b]: Rgb): Lab {
  const f = (t: number) => (t > 0.008856 ? Math.cbrt(t) : 7.787 * t + 16 / 116);
  const x = f((0.4124564 * r + 0.3575761 * g + 0.1804375 * b) / 0.95047);
  const y = f(0.2126729 * r + 0.7151522 * g + 0.072175 * b);
  const z = f((0.0193339 * r + 0.119192 * g + 0.9503041 * b) / 1.08883);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

/** CIEDE2000 (Sharma, Wu, Dalal 2005). */
function distance([l1, a1, b1]: Lab, [l2, a2, b2]: Lab): number {
  const rad = Math.PI / 180;
  const mean = (Math.hypot(a1, b1) + Math.hypot(a2, b2)) / 2;
  const g = 0.5 * (1 - Math.sqrt(mean ** 7 / (mean ** 7 + 25 ** 7)));
  const [p1, p2] = [a1 * (1 + g), a2 * (1 + g)];
  const [c1, c2] = [Math.hypot(p1, b1), Math.hypot(p2, b2)];
  const hue = (a: number, b: number) => (a === 0 && b === 0 ? 0 : (Math.atan2(b, a) / rad + 360) % 360);
  const [h1, h2] = [hue(p1, b1), hue(p2, b2)];
  let dh = c1 * c2 === 0 ? 0 : h2 - h1;
  if (dh > 180) dh -= 360;
  if (dh < -180) dh += 360;
  const dH = 2 * Math.sqrt(c1 * c2) * Math.sin((dh / 2) * rad);
  const [lm, cm] = [(l1 + l2) / 2, (c1 + c2) / 2];
  let hm = h1 + h2;
  if (c1 * c2 !== 0) hm = Math.abs(h1 - h2) <= 180 ? hm / 2 : hm < 360 ? (hm + 360) / 2 : (hm - 360) / 2;
  const t = 1 - 0.17 * Math.cos((hm - 30) * rad) + 0.24 * Math.cos(2 * hm * rad) + 0.32 * Math.cos((3 * hm + 6) * rad) - 0.2 * Math.cos((4 * hm - 63) * rad);
  const sl = 1 + (0.015 * (lm - 50) ** 2) / Math.sqrt(20 + (lm - 50) ** 2);
  const [sc, sh] = [1 + 0.045 * cm, 1 + 0.015 * cm * t];
  const turn = 30 * Math.exp(-(((hm - 275) / 25) ** 2));
  const rt = -2 * Math.sqrt(cm ** 7 / (cm ** 7 + 25 ** 7)) * Math.sin(2 * turn * rad);
  const [dl, dc, dhs] = [(l2 - l1) / sl, (c2 - c1) / sc, dH / sh];
  return Math.sqrt(dl ** 2 + dc ** 2 + dhs ** 2 + rt * dc * dhs);
}

describe.each(Object.keys(themes))("%s theme", (name) => {
  const tokens = themes[name]!;
  const at = (token: string) => tokens[token]!;
  const grounds = ["canvas", "surface", "raised"];

  it("text can be read: 4.5 to 1 at least, on badges 7", () => {
    for (const ground of grounds) for (const text of ["fg", "muted", "accent", "danger"]) expect(contrast(at(text), at(ground)), `${text} on ${ground}`).toBeGreaterThanOrEqual(4.5);
    for (const soft of ["hover", "accent-soft"]) for (const text of ["fg", "muted", "accent"]) expect(contrast(at(text), at(soft)), `${text} on ${soft}`).toBeGreaterThanOrEqual(4.5);
    expect(contrast(at("on-accent"), at("accent"))).toBeGreaterThanOrEqual(4.5);
    expect(contrast(at("on-danger"), at("danger-solid"))).toBeGreaterThanOrEqual(4.5);
    for (const meaning of meanings) expect(contrast(at(`${meaning}-text`), at(`${meaning}-bg`)), meaning).toBeGreaterThanOrEqual(7);
  });

  it("icons, bars and borders of inputs can be seen: 3 to 1 at least", () => {
    for (const ground of grounds) for (const token of [...meanings.map((m) => `${m}-fill`), "success-bar", "line-strong", "danger-solid"]) expect(contrast(at(token), at(ground)), `${token} on ${ground}`).toBeGreaterThanOrEqual(3);
  });

  it("no two meanings look alike, with normal and with colour-blind sight", () => {
    for (const set of sets) {
      for (const [kind, matrix] of Object.entries(sight)) {
        const colours = set.map((token) => [token, lab(seen(rgb(at(token)), matrix))] as const);
        colours.forEach(([a, first], index) => {
          for (const [b, second] of colours.slice(index + 1)) expect(distance(first, second), `${a} and ${b}, ${kind}`).toBeGreaterThanOrEqual(10);
        });
      }
    }
  });
});
