import { Link } from "@tanstack/react-router";
import type { Campaign, Stats } from "~/api/types";
import { count, counted, share } from "~/lib/format";
import { type ContactStatus, contactStatus } from "~/lib/words";
import { doneShare, SegmentBar } from "~/ui/bar";
import { cx } from "~/ui/cx";
import { ContactIcon } from "~/ui/status";

const order: ContactStatus[] = ["pending", "in_progress", "completed", "failed", "skipped", "canceled"];

/** The line under a number: what part of it is worth knowing. */
function subText(status: ContactStatus, { counts, waiting, finishing, answered, duplicates, state }: Stats): string {
  const over = state.status === "completed" || state.status === "canceled";
  switch (status) {
    case "pending":
      return counts.pending === 0 ? "None left" : waiting > 0 ? `${count(waiting)} to try again` : "In the queue";
    case "in_progress":
      return finishing > 0 ? `${count(finishing)} finishing` : counts.in_progress > 0 ? "On the line now" : over ? "None left" : "None now";
    case "completed":
      return counts.completed > 0 ? `${share(answered, counts.completed)} answered` : "None yet";
    case "failed": {
      return counts.failed > 0 ? `${share(counts.failed, counts.completed + counts.failed)} of called` : "None";
    }
    case "skipped":
      return duplicates > 0 ? counted(duplicates, "duplicate") : counts.skipped > 0 ? "Never called" : "None";
    case "canceled":
      return counts.canceled > 0 ? "Not called" : over ? "Never stopped" : "Only after Stop";
  }
}

function Card({ campaign, status, label, value, sub, stale }: { campaign: Campaign; status?: ContactStatus; label: string; value: number; sub: string; stale: boolean }) {
  return (
    <li className={cx("min-w-0 bg-surface", !status && "max-lg:col-span-full")}>
      <Link
        to="/campaigns/$id"
        params={{ id: campaign.id }}
        search={(before) => ({ ...(before as Record<string, unknown>), status: status ? [status] : undefined, result: undefined, reason: undefined, page: undefined, contact: undefined })}
        activeOptions={{ exact: true, includeSearch: true }}
        resetScroll={false}
        className={cx("block h-full px-4 py-3 -outline-offset-2! hover:bg-hover max-md:px-3 max-md:py-2", !status && "max-md:flex max-md:items-center max-md:justify-between print:block!")}
      >
        <span className="flex items-center gap-1.5 t-small whitespace-nowrap text-muted">{status && <ContactIcon status={status} />}{label}</span>
        <span data-count={status ?? "total"} className={cx("mt-1 block t-stat-strip max-md:mt-0", stale && "text-muted")}>{count(value)}</span>
        <span className="mt-0.5 block truncate t-micro text-muted max-md:hidden print:block! print:whitespace-normal">{sub}</span>
      </Link>
    </li>
  );
}

/**
 * Seven numbers in one strip; each filters the table, Total takes the filter off. The six add up to the first in every frame.
 * `asOf`: they are no longer fresh, but of that time.
 */
export function Cards({ campaign, stats, bar, asOf }: { campaign: Campaign; stats: Stats; bar: boolean; asOf?: string }) {
  const { counts } = stats;
  const over = stats.state.status === "completed" || stats.state.status === "canceled";
  return (
    <>
      {bar && (
        <div className={cx("mt-4 flex items-center gap-3", asOf && "grayscale")}>
          <SegmentBar counts={counts} />
          <span className="w-10 text-right t-label">{doneShare(counts)}%</span>
        </div>
      )}
      <ul aria-label="Contacts by status" className={cx("panel print-colour grid grid-cols-2 gap-px overflow-hidden bg-line! min-[370px]:grid-cols-3 lg:grid-cols-7 print:grid-cols-7 print:[&>li]:col-auto!", bar ? "mt-3" : "mt-4", asOf && "grayscale")}>
        <Card campaign={campaign} label="Total rows" stale={asOf !== undefined} value={counts.total} sub={over ? `${count(counts.completed + counts.failed)} called` : `${count(counts.total - counts.skipped)} to call`} />
        {order.map((status) => <Card key={status} campaign={campaign} status={status} stale={asOf !== undefined} label={contactStatus[status].label} value={counts[status]} sub={subText(status, stats)} />)}
      </ul>
      {asOf && <p className="mt-1.5 t-small text-muted">As of {asOf}. They go on by themselves once the server can be reached.</p>}
    </>
  );
}
