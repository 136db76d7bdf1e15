import { date, oneOf, searchParser, severalOf, text } from "~/lib/search";
import { results } from "~/lib/words";

export const callsSearch = searchParser({ result: severalOf(results), show: oneOf(["live", "recorded"]), from: date, to: date, q: text(40), campaign: text(60) });
