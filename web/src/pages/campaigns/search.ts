import { date, oneOf, type Parsed, pageSize, positive, searchParser, severalOf, sortBy, text } from "~/lib/search";
import { campaignStatuses, contactStatuses, results } from "~/lib/words";

/** `/campaigns?status=running,paused&q=&employee=&sort=-created&page=1&per_page=25` */
export const campaignsSearch = searchParser({
  status: severalOf(campaignStatuses),
  q: text(),
  employee: text(60),
  from: date,
  to: date,
  sort: sortBy(["name", "status", "created", "started"], "-created"),
  page: positive(1),
  per_page: pageSize(25),
});

/** `/campaigns/ID?status=failed&result=&reason=&from=&to=&q=&sort=-processed&page=1&per_page=50&contact=9817` */
// Without `sort` the server chooses: the file's order, or that which suits the filters.
export const contactsSearch = searchParser({
  status: severalOf(contactStatuses),
  result: severalOf(results),
  reason: text(60),
  handled: oneOf(["yes", "no"]),
  from: date,
  to: date,
  q: text(),
  sort: sortBy(["status", "name", "processed", "result"], ""),
  page: positive(1),
  per_page: pageSize(50),
  contact: positive(0, 1_000_000_000),
});

export type ContactsSearch = Parsed<{
  status: ReturnType<typeof severalOf<(typeof contactStatuses)[number]>>;
  result: ReturnType<typeof severalOf<(typeof results)[number]>>;
  reason: ReturnType<typeof text>;
  handled: ReturnType<typeof oneOf<"yes" | "no">>;
  from: typeof date;
  to: typeof date;
  q: ReturnType<typeof text>;
  sort: ReturnType<typeof sortBy>;
  page: ReturnType<typeof positive>;
  per_page: ReturnType<typeof pageSize>;
  contact: ReturnType<typeof positive>;
}>;
