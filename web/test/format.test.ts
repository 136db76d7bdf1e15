import { describe, expect, it } from "vitest";
import { skippedBecause, userName } from "~/lib/words";
import { bytes, clock, count, counted, countedOf, estimate, initials, ordinal, phone, progress, share, span } from "~/lib/format";
import { ago, dayAndTime, processedAt, startOfDay, startedAt, today } from "~/lib/time";

describe("numbers", () => {
  it("are written in full, with shares that never lie at the edges", () => {
    expect(count(1_000_000)).toBe("1,000,000");
    expect([counted(1, "contact"), counted(12, "contact")]).toEqual(["1 contact", "12 contacts"]);
    expect([share(192_690, 986_184), share(1, 3), share(0, 0), share(5, 5)]).toEqual(["19.5%", "33.3%", "0%", "100%"]);
    expect([share(1, 1_000_000), share(999_999, 1_000_000)]).toEqual(["under 0.1%", "100.00%"]);
    expect([progress(610_204, 1_000_000), progress(999_999, 1_000_000), progress(5, 5), progress(0, 0)]).toEqual([61, 99, 100, 0]);
    expect([1, 2, 3, 4, 11, 12, 13, 21, 102, 111].map(ordinal)).toEqual(["1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "102nd", "111th"]);
    expect([clock(78), clock(3723), clock(0.9)]).toEqual(["1:18", "1:02:03", "0:00"]);
    expect([span(48), span(720), span(362_340), span(3599)]).toEqual(["48 s", "12 min", "4 d 4 h 39 min", "1 h"]);
    expect([estimate(20), estimate(400), estimate(37_700), estimate(300_000)]).toEqual(["under 1 min", "about 7 min", "about 10 h 30 min", "about 3 d 12 h"]);
    expect([bytes(999), bytes(2_500_000), bytes(104_857_600)]).toEqual(["999 B", "2.5 MB", "105 MB"]);
  });
});

describe("words", () => {
  it("count with their noun, and say a reason once", () => {
    expect([countedOf(40, 100, "contact"), countedOf(0, 1, "row"), countedOf(1, null, "row")]).toEqual(["40 of 100 contacts", "0 of 1 row", "1 row"]);
    expect(["No phone number: no phone number", "Not a valid phone number: not a phone number", "Number that is never called: emergency, short, premium and shared-cost numbers are never called", "Excluded by Ana"].map(skippedBecause)).toEqual(["No phone number", "Not a valid phone number", "Number that is never called", "Excluded by Ana"]);
    for (const more of ["Duplicate: of row 87", "Missing value: premium", "Not a valid phone number: too short", "On the Do not call list: asked by e-mail"]) expect(skippedBecause(more)).toBe(more);
    expect([userName({ name: "You", login: "demo" }), userName({ name: "Ana", login: "ana" })]).toEqual(["You (demo)", "Ana"]);
  });
});

describe("phone numbers", () => {
  it("have one form, and what is no number stays as it is", () => {
    expect(phone("+14155550123")).toBe("+1 415 555 0123");
    expect(phone("+491512345678")).toBe("+49 151 2345678");
    expect(phone("+3531234567")).toBe("+353 123 4567");
    expect(phone("n/a")).toBe("n/a");
    expect([initials("Ana Ruiz"), initials("ana@example.org"), initials("Ava")]).toEqual(["AR", "AO", "A"]);
  });
});

describe("times", () => {
  const zone = "America/New_York";
  const now = new Date("2026-11-24T19:02:31Z");
  it("stand in the workspace's zone", () => {
    expect(processedAt("2026-11-24T19:01:13Z", zone, now)).toBe("14:01:13");
    expect(processedAt("2026-11-20T23:22:00Z", zone, now)).toBe("Fri 20 Nov 18:22");
    expect(startedAt("2026-11-24T15:09:00Z", zone, now)).toBe("Today 10:09");
    expect(dayAndTime("2025-01-02T12:00:00Z", zone, now)).toBe("Thu 2 Jan 2025 07:00");
    expect(ago("2026-11-24T18:58:31Z", zone, now)).toBe("4 minutes ago");
  });
  it("find the start of a day, also when the clocks change in it", () => {
    expect(startOfDay("2026-11-20", zone)).toBe("2026-11-20T05:00:00Z");
    expect(startOfDay("2026-11-01", zone)).toBe("2026-11-01T04:00:00Z");
    expect(startOfDay("2026-11-01", zone, 1)).toBe("2026-11-02T05:00:00Z");
    expect(startOfDay("2026-03-08", "Europe/Berlin")).toBe("2026-03-07T23:00:00Z");
    expect([today(zone, 0, now), today("Asia/Tokyo", 0, now)]).toEqual(["2026-11-24", "2026-11-25"]);
  });
});
