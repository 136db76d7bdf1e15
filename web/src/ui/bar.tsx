import { count, progress, share } from "~/lib/format";
import { contactStatus, type ContactStatus } from "~/lib/words";
import { cx } from "./cx";

export interface Counts {
  total: number;
  pending: number;
  in_progress: number;
  completed: number;
  failed: number;
  skipped: number;
  canceled: number;
}

/** Progress first: the bar's order differs from the cards' on purpose. */
const order: ContactStatus[] = ["completed", "in_progress", "failed", "skipped", "canceled", "pending"];

/** Share of contacts that are settled, in whole percent, rounded down. */
export function doneShare(counts: Counts): number {
  return progress(counts.total - counts.pending - counts.in_progress, counts.total);
}

/** One bar of all contacts by status. Colour, hatching and place are backed by the words for screen readers and by the cards. */
export function SegmentBar({ counts, thin }: { counts: Counts; thin?: boolean }) {
  const shown = order.filter((status) => counts[status] > 0);
  const words = shown.map((status) => `${contactStatus[status].label} ${count(counts[status])} (${share(counts[status], counts.total)})`).join(", ");
  return (
    <div role="img" aria-label={words === "" ? "No contacts" : words} className={cx("flex min-w-0 flex-1 gap-0.5", thin ? "h-2" : "h-3")}>
      {shown.length === 0 && <span className="seg open flex-1 rounded" />}
      {shown.map((status) => (
        <span
          key={status}
          style={{ flexGrow: counts[status], flexBasis: 0 }}
          className={cx("seg first:rounded-l last:rounded-r", status === "pending" ? "open" : `m-${contactStatus[status].meaning}`)}
        />
      ))}
    </div>
  );
}

/** Progress of a job whose end may not be known yet. */
export function JobBar({ done, all, label, thin }: { done: number; all: number | null | undefined; label: string; thin?: boolean }) {
  const known = typeof all === "number" && all > 0;
  const percent = known ? Math.min(100, progress(done, all)) : undefined;
  return (
    <div role="progressbar" aria-label={label} aria-valuemin={0} aria-valuemax={100} aria-valuenow={percent} className={cx("flex gap-0.5 overflow-hidden rounded", thin ? "h-2" : "h-3")}>
      <span className={cx("rounded bg-accent transition-[width] duration-(--motion)", !known && "anim-shimmer")} style={{ width: `${percent ?? 30}%` }} />
      <span className="seg open flex-1 rounded" />
    </div>
  );
}
