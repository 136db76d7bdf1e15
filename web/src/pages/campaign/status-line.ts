import type { Stats } from "~/api/types";
import { count, counted, estimate } from "~/lib/format";
import { when as whenOf } from "~/lib/time";
import { waitingLabel } from "~/lib/words";

/** Why a campaign is in the status it is in, in one line. Used by the list's second line and the page's head. */
export function statusReason(state: Stats["state"], stats: Pick<Stats, "counts" | "lines" | "lines_in_use" | "eta_s" | "finishing" | "settling"> | undefined, zone: string): string {
  const waiting = state.waiting_text ?? (state.waiting_for ? waitingLabel[state.waiting_for] : "");
  switch (state.status) {
    case "draft": {
      if (!stats || stats.counts.total === 0) return "Not started. No contacts yet";
      const skipped = stats.counts.skipped > 0 ? `, ${count(stats.counts.skipped)} skipped` : "";
      return `Not started. ${counted(stats.counts.pending, "contact")} ready${skipped}`;
    }
    case "queued":
      return waiting ?? "";
    case "running": {
      if (waiting) return waiting;
      if (!stats) return "";
      return [`${count(stats.lines_in_use)} of ${counted(stats.lines, "line")}`, stats.eta_s ? `${estimate(stats.eta_s)} left` : ""].filter(Boolean).join(", ");
    }
    case "paused": {
      const who = state.by === "Carillon" ? "Paused automatically" : state.by ? `Paused by ${state.by}` : "Paused";
      const when = state.at ? ` ${whenOf(state.at, zone)}` : "";
      return `${who}${when}${state.why ? `: ${state.why}` : ""}`;
    }
    case "completed":
      return state.at ? `Finished ${whenOf(state.at, zone)}` : "Finished";
    case "canceled": {
      const when = state.at ? ` ${whenOf(state.at, zone)}` : "";
      return `Stopped${state.by ? ` by ${state.by}` : ""}${when}`;
    }
  }
}

/** "3 calls are finishing", "marking 389,760": what still moves after Pause or Stop. */
export function afterwork(stats: Pick<Stats, "finishing" | "settling"> | undefined): string {
  if (!stats) return "";
  return [
    stats.finishing > 0 ? `${counted(stats.finishing, "call")} ${stats.finishing === 1 ? "is" : "are"} finishing` : "",
    stats.settling > 0 ? `marking ${counted(stats.settling, "contact")}` : "",
  ].filter(Boolean).join(", ");
}

/** Whether failed contacts can be called again: not before the start, and not after Stop. */
export const mayRetry = (status: Stats["state"]["status"]) => status !== "draft" && status !== "canceled";

/** Whether an exclusion can be undone: not in a campaign that is over. */
export const mayRestore = (status: Stats["state"]["status"]) => status !== "completed" && status !== "canceled";
