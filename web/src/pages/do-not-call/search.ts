import { oneOf, searchParser, text } from "~/lib/search";

export const sources = ["manual", "import", "call", "api", "other"] as const;
export const doNotCallSearch = searchParser({ q: text(40), source: oneOf(sources) });
