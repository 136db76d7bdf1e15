/** Numbers, durations and phone numbers as the pages write them. All pure. */

const whole = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });

/** 1000000 becomes "1,000,000": always full digits. */
export function count(value: number): string {
  return whole.format(value);
}

/** `count` with its noun: "1 contact", "12 contacts". */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** How far something is, with the noun of what is counted: "40 of 100 contacts", or "40 contacts" as long as nobody knows of how many. */
export function countedOf(done: number, all: number | null | undefined, one: string): string {
  return all ? `${count(done)} of ${counted(all, one)}` : counted(done, one);
}

/** A share in percent with one digit, "19.5%"; "0%" for nothing of nothing. */
export function share(part: number, all: number): string {
  if (all <= 0) return "0%";
  const percent = (part / all) * 100;
  if (part > 0 && percent < 0.1) return "under 0.1%";
  return `${percent.toFixed(percent >= 99.95 && part < all ? 2 : 1).replace(/\.0$/, "")}%`;
}

/** Progress in whole percent, rounded down: 100 appears only when nothing is left. */
export function progress(done: number, all: number): number {
  return all <= 0 ? 0 : Math.floor((done / all) * 100);
}

/** Talk time: 78 becomes "1:18", 3723 "1:02:03". */
export function clock(seconds: number): string {
  const total = Math.max(0, Math.floor(seconds));
  const pad = (part: number) => String(part).padStart(2, "0");
  const hours = Math.floor(total / 3600);
  const minutes = Math.floor((total % 3600) / 60);
  return hours > 0 ? `${hours}:${pad(minutes)}:${pad(total % 60)}` : `${minutes}:${pad(total % 60)}`;
}

/** A length of time in words: "4 d 4 h 39 min", "12 min", "48 s". */
export function span(seconds: number): string {
  const total = Math.max(0, Math.round(seconds));
  if (total < 60) return `${total} s`;
  const minutes = Math.round(total / 60);
  const days = Math.floor(minutes / 1440);
  const hours = Math.floor((minutes % 1440) / 60);
  const rest = minutes % 60;
  const parts = [days > 0 ? `${days} d` : "", hours > 0 ? `${hours} h` : "", rest > 0 ? `${rest} min` : ""];
  return parts.filter(Boolean).join(" ");
}

/** An estimate, coarser the longer it is: "under 1 min", "about 7 min", "about 10 h 30 min", "about 3 d". */
export function estimate(seconds: number): string {
  if (seconds < 60) return "under 1 min";
  const step = seconds < 1200 ? 60 : seconds < 7200 ? 300 : seconds < 172_800 ? 1800 : 43_200;
  return `about ${span(Math.ceil(seconds / step) * step)}`;
}

/** 250000 bytes become "250 kB". */
export function bytes(size: number): string {
  const units = ["B", "kB", "MB", "GB"];
  let value = size;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit > 0 && value < 10 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}

const twoDigitCodes =
  /^(20|27|30|31|32|33|34|36|39|40|41|43|44|45|46|47|48|49|51|52|53|54|55|56|57|58|60|61|62|63|64|65|66|81|82|84|86|90|91|92|93|94|95|98)/;

/** Length of the country code at the start of the digits of an international number. */
function countryCodeLength(digits: string): number {
  if (digits.startsWith("1") || digits.startsWith("7")) return 1;
  return twoDigitCodes.test(digits) ? 2 : 3;
}

/** One way to write a number on every page: "+1 415 555 0123", "+49 151 2345678". What is not E.164 stays as it is. */
export function phone(number: string): string {
  if (!/^\+[1-9]\d{6,14}$/.test(number)) return number;
  const digits = number.slice(1);
  const country = countryCodeLength(digits);
  const code = digits.slice(0, country);
  const rest = digits.slice(country);
  if (code === "1" && rest.length === 10) return `+1 ${rest.slice(0, 3)} ${rest.slice(3, 6)} ${rest.slice(6)}`;
  if (rest.length <= 5) return `+${code} ${rest}`;
  if (rest.length <= 7) return `+${code} ${rest.slice(0, 3)} ${rest.slice(3)}`;
  const tail = rest.slice(3);
  return `+${code} ${rest.slice(0, 3)} ${tail.length > 7 ? `${tail.slice(0, 4)} ${tail.slice(4)}` : tail}`;
}

/** "just now" becomes "Just now". */
export function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** 2 becomes "2nd". */
export function ordinal(number: number): string {
  const tens = number % 100;
  const ending = tens >= 11 && tens <= 13 ? "th" : ({ 1: "st", 2: "nd", 3: "rd" }[number % 10] ?? "th");
  return `${number}${ending}`;
}

/** First letters of a name for its round mark. */
export function initials(name: string): string {
  const parts = name.trim().split(/[\s@._-]+/).filter(Boolean);
  const letters = parts.length > 1 ? [parts[0], parts[parts.length - 1]] : parts;
  return letters.map((part) => part?.charAt(0).toUpperCase() ?? "").join("");
}
