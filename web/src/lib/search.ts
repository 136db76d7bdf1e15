/**
 * The address is the state of every table. Each route has a parser made of these readers: an unknown or broken value falls back to its
 * default in silence, and a default is never written, so that addresses stay short and comparable.
 */

type Raw = Record<string, unknown>;

/** Reads one parameter; `undefined` means its default. */
export type Reader<T> = (value: unknown) => T | undefined;

export const text = (longest = 200): Reader<string> => (value) => {
  const plain = typeof value === "number" ? String(value) : value;
  return typeof plain === "string" && plain.trim() !== "" && plain.length <= longest ? plain : undefined;
};

export const oneOf = <T extends string>(allowed: readonly T[], fallback?: T): Reader<T> => (value) =>
  allowed.includes(value as T) && value !== fallback ? (value as T) : undefined;

/** "running,paused", in the order of `allowed`, each once. */
export const severalOf = <T extends string>(allowed: readonly T[]): Reader<T[]> => (value) => {
  const given = Array.isArray(value) ? value : typeof value === "string" ? value.split(",") : [];
  const known = allowed.filter((entry) => given.includes(entry));
  return known.length > 0 ? known : undefined;
};

export const positive = (fallback: number, most = 1_000_000): Reader<number> => (value) => {
  const number = Number(value);
  return Number.isInteger(number) && number >= 1 && number <= most && number !== fallback ? number : undefined;
};

/** One of the page sizes. */
export const pageSizes = [25, 50, 100, 250] as const;
export const pageSize = (fallback: number): Reader<number> => (value) => {
  const number = Number(value);
  return (pageSizes as readonly number[]).includes(number) && number !== fallback ? number : undefined;
};

/** A day, "2026-11-20". */
export const date: Reader<string> = (value) =>
  typeof value === "string" && /^\d{4}-\d{2}-\d{2}$/.test(value) && !Number.isNaN(Date.parse(value)) ? value : undefined;

/** "name" or "-name" of the columns that can be sorted by. */
export const sortBy = (columns: readonly string[], fallback: string): Reader<string> => (value) =>
  typeof value === "string" && columns.includes(value.replace(/^-/, "")) && value !== fallback ? value : undefined;

type Shape = Record<string, Reader<unknown>>;
export type Parsed<S extends Shape> = { [K in keyof S]?: S[K] extends Reader<infer T> ? T : never };

/** A parser for one route. Anything the shape does not name is dropped. */
export function searchParser<S extends Shape>(shape: S): (raw: Raw) => Parsed<S> {
  return (raw) => {
    const parsed: Record<string, unknown> = {};
    // Also what is left out is named: the router would put the broken value of the address in its place.
    for (const [name, read] of Object.entries(shape)) parsed[name] = read(raw[name]);
    return parsed as Parsed<S>;
  };
}

/** The router's own reading of an address: plain strings, no JSON in the address bar. */
export function parseAddress(search: string): Raw {
  return Object.fromEntries(new URLSearchParams(search));
}

/** And its writing: lists with commas, nothing that is empty. */
export function writeAddress(search: Raw): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(search)) {
    const plain = Array.isArray(value) ? value.join(",") : value === undefined || value === null ? "" : String(value);
    if (plain !== "") parameters.set(name, plain);
  }
  const written = parameters.toString().replaceAll("%2C", ",");
  return written === "" ? "" : `?${written}`;
}

/** The next sort when a header is pressed: its own direction first, then the other. */
export function toggledSort(current: string, column: string, descendingFirst = false): string {
  if (current === column) return `-${column}`;
  if (current === `-${column}`) return column;
  return descendingFirst ? `-${column}` : column;
}
