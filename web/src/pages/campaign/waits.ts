import type { ContactRow } from "~/api/types";
import { ordinal } from "~/lib/format";
import { shortTime } from "~/lib/time";

/** Why a pending contact is not called yet, as long as the time of its next attempt lies ahead: "2nd attempt after 16:10". */
export function waits(row: Pick<ContactRow, "attempts" | "due_at">, zone: string): string | null {
  if (!row.due_at || Date.parse(row.due_at) <= Date.now()) return null;
  return `${row.attempts > 0 ? `${ordinal(row.attempts + 1)} attempt after` : "Not before"} ${shortTime(row.due_at, zone)}`;
}
