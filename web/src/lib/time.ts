/** Times in the workspace's zone. The API gives RFC 3339 UTC; no page shows a time in another zone without saying which. */

type Parts = Record<"weekday" | "day" | "month" | "year" | "hour" | "minute" | "second", string>;

const formats = new Map<string, Intl.DateTimeFormat>();

function parts(at: Date, zone: string): Parts {
  let format = formats.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat("en-GB", {
      timeZone: zone,
      weekday: "short",
      day: "2-digit",
      month: "short",
      year: "numeric",
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
      hourCycle: "h23",
    });
    formats.set(zone, format);
  }
  const all = Object.fromEntries(format.formatToParts(at).map((part) => [part.type, part.value])) as Parts;
  return { ...all, month: all.month.slice(0, 3) };
}

const day = (part: Parts) => `${part.day} ${part.month} ${part.year}`;

/** "14:01:13". */
export function timeOfDay(at: string | Date, zone: string): string {
  const part = parts(new Date(at), zone);
  return `${part.hour}:${part.minute}:${part.second}`;
}

/** "Fri 20 Nov 09:02", with the year when it is not this one. */
export function dayAndTime(at: string | Date, zone: string, now = new Date()): string {
  const part = parts(new Date(at), zone);
  const year = part.year === parts(now, zone).year ? "" : ` ${part.year}`;
  return `${part.weekday} ${Number(part.day)} ${part.month}${year} ${part.hour}:${part.minute}`;
}

/** In a column of mostly recent times: seconds for today, the day otherwise. */
export function processedAt(at: string, zone: string, now = new Date()): string {
  const then = parts(new Date(at), zone);
  return day(then) === day(parts(now, zone)) ? `${then.hour}:${then.minute}:${then.second}` : dayAndTime(at, zone, now);
}

/** "Today 10:09" or "Fri 20 Nov 09:02". */
export function startedAt(at: string, zone: string, now = new Date()): string {
  const then = parts(new Date(at), zone);
  return day(then) === day(parts(now, zone)) ? `Today ${then.hour}:${then.minute}` : dayAndTime(at, zone, now);
}

/** The same within a sentence: "today 10:09". */
export function when(at: string, zone: string, now = new Date()): string {
  return startedAt(at, zone, now).replace(/^Today/, "today");
}

/** Short, for ranges: "14:01" today, "Fri 14:01" within a week, else "20 Nov". */
export function shortTime(at: string, zone: string, now = new Date()): string {
  const then = parts(new Date(at), zone);
  if (day(then) === day(parts(now, zone))) return `${then.hour}:${then.minute}`;
  return now.getTime() - new Date(at).getTime() < 6 * 86_400_000 ? `${then.weekday} ${then.hour}:${then.minute}` : `${Number(then.day)} ${then.month}`;
}

/** "20 Nov 2026". */
export function dateOnly(at: string | Date, zone: string): string {
  const part = parts(new Date(at), zone);
  return `${Number(part.day)} ${part.month} ${part.year}`;
}

/** "just now", "4 minutes ago", "3 hours ago"; older than a day as day and time. */
export function ago(at: string, zone: string, now = new Date()): string {
  const seconds = Math.max(0, (now.getTime() - new Date(at).getTime()) / 1000);
  const words = (value: number, unit: string) => `${value} ${unit}${value === 1 ? "" : "s"} ago`;
  if (seconds < 60) return "just now";
  if (seconds < 3600) return words(Math.floor(seconds / 60), "minute");
  if (seconds < 86_400) return words(Math.floor(seconds / 3600), "hour");
  return dayAndTime(at, zone, now);
}

/** Milliseconds that the zone is ahead of UTC at that instant. */
function offset(at: number, zone: string): number {
  const part = parts(new Date(at), zone);
  const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
  const local = Date.UTC(
    Number(part.year), months.indexOf(part.month), Number(part.day), Number(part.hour), Number(part.minute), Number(part.second),
  );
  return local - Math.floor(at / 1000) * 1000;
}

/**
 * The instant at which a day ("2026-11-20") begins in a zone, as RFC 3339. Days are what people filter by; the API takes instants.
 * `days` moves it: +1 for the end of that day.
 */
export function startOfDay(date: string, zone: string, days = 0): string {
  const [year, month, dayOfMonth] = date.split("-").map(Number);
  const utc = Date.UTC(year ?? 1970, (month ?? 1) - 1, (dayOfMonth ?? 1) + days);
  // Twice, since the offset at the guess and at the answer differ on the day the clocks change.
  const guess = utc - offset(utc, zone);
  return new Date(utc - offset(guess, zone)).toISOString().replace(".000Z", "Z");
}

/** Today in a zone as "2026-11-20", moved by `days`. */
export function today(zone: string, days = 0, now = new Date()): string {
  const part = parts(new Date(now.getTime() + days * 86_400_000), zone);
  const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
  return `${part.year}-${String(months.indexOf(part.month) + 1).padStart(2, "0")}-${part.day}`;
}
