import { expect, it } from "vitest";
import { date, pageSize, parseAddress, positive, searchParser, severalOf, sortBy, text, toggledSort, writeAddress } from "~/lib/search";
import { contactStatuses } from "~/lib/words";

const parse = searchParser({
  status: severalOf(contactStatuses), q: text(), sort: sortBy(["name", "processed"], "-processed"), from: date, page: positive(1), per_page: pageSize(50),
});

it("an address survives being read and written", () => {
  const address = "?status=pending,failed&q=ada+l&sort=name&from=2026-11-20&page=3&per_page=100";
  const read = parse(parseAddress(address));
  expect(read).toEqual({ status: ["pending", "failed"], q: "ada l", sort: "name", from: "2026-11-20", page: 3, per_page: 100 });
  expect(writeAddress(read)).toBe(address);
  expect(parse(read)).toEqual(read);
});

it("broken and unknown values fall to defaults, and defaults are not written", () => {
  const read = parse(parseAddress("?status=nope&sort=phone&page=0&per_page=77&from=2026-99-99&x=1&q="));
  expect(read).toEqual({});
  expect(parse(parseAddress("?sort=-processed&page=1&per_page=50"))).toEqual({});
  expect(writeAddress({})).toBe("");
  expect(parse({ q: 42 })).toEqual({ q: "42" });
});

it("pressing a header turns the sort round", () => {
  expect([toggledSort("name", "name"), toggledSort("-name", "name"), toggledSort("name", "status"), toggledSort("name", "processed", true)]).toEqual([
    "-name", "name", "status", "-processed",
  ]);
});
