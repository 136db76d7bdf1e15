import { date, searchParser, text } from "~/lib/search";

export const auditSearch = searchParser({ user: text(60), action: text(60), from: date, to: date });
