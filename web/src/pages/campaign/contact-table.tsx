import { Link, useNavigate } from "@tanstack/react-router";
import { FileText, Hand, Info, Play, RotateCcw, UserRoundX } from "lucide-react";
import { type ReactNode, type Ref, useState } from "react";
import type { Campaign, ContactRow } from "~/api/types";
import { useCan, useZone } from "~/app/session";
import { clock, count, phone } from "~/lib/format";
import { processedAt } from "~/lib/time";
import { type CampaignStatus, type ContactStatus, resultLabel, skippedBecause } from "~/lib/words";
import { Button, buttonClass } from "~/ui/button";
import { cx } from "~/ui/cx";
import { Menu, type MenuItem } from "~/ui/menu";
import { ContactStatusText } from "~/ui/status";
import { type Column, DataTable, type Selection } from "~/ui/table";
import { type ContactActions, useContactActions } from "./contact-actions";
import { DoNotCallDialog } from "./do-not-call-dialog";
import { mayRestore, mayRetry } from "./status-line";
import { waits } from "./waits";

const dash = <span className="text-muted">–</span>;

/** Result, reason, or what it waits for: a reason is muted, a result is not. */
function ResultCell({ row, status }: { row: ContactRow; status: ContactStatus[] | undefined }) {
  const zone = useZone();
  const text = row.status === "pending" ? waits(row, zone) : row.status === "skipped" && row.result_text ? skippedBecause(row.result_text) : row.result_text;
  const gone = status && !status.includes(row.status);
  return (
    <>
      {row.result ? resultLabel[row.result] : text ? <span className="text-muted" title={text === row.result_text ? undefined : row.result_text ?? undefined}>{text}</span> : dash}
      {row.handled && <span className="ml-2 inline-flex items-center gap-1 t-micro text-muted"><Hand aria-hidden className="size-3" />by hand</span>}
      {gone && <span className="ml-2 t-micro text-muted">no longer matches</span>}
    </>
  );
}

/** Fixed places: hearing first, or why it failed, opening or retrying second, the rest in the menu. */
function Actions({ campaign, row, actions, onOpen, onBlock }: { campaign: CampaignStatus; row: ContactRow; actions: ContactActions; onOpen: () => void; onBlock: () => void }) {
  const { operate } = useCan();
  const navigate = useNavigate();
  const name = row.name || `row ${row.row}`;
  const small = cx(buttonClass("ghost", "sm"), "justify-start!");
  const busy = (which: "exclude" | "retry") => actions[which].isPending && actions[which].variables === row.row;
  let first: ReactNode = null;
  let second: ReactNode = null;
  if (row.status === "failed" || row.status === "skipped") first = <Button kind="ghost" size="sm" icon={Info} className="w-21 justify-start!" aria-label={`Details of ${name}`} onClick={onOpen}>Details</Button>;
  else if (row.has_recording && row.call) first = <Link to="/calls/$id" params={{ id: row.call }} className={cx(small, "w-21")} aria-label={`Play the call with ${name}`}><Play aria-hidden className="size-3.5" />Play</Link>;
  else if (row.status === "pending" && operate) first = <Button kind="ghost" size="sm" icon={UserRoundX} className="w-21 justify-start!" aria-label={`Exclude ${name}`} pending={busy("exclude")} onClick={() => actions.exclude.mutate(row.row)}>Exclude</Button>;
  if (row.status === "failed" && operate && mayRetry(campaign)) second = <Button kind="ghost" size="sm" icon={RotateCcw} className="w-19 justify-start!" aria-label={`Retry ${name}`} pending={busy("retry")} onClick={() => actions.retry.mutate(row.row)}>Retry</Button>;
  else if (row.call) second = <Link to="/calls/$id" params={{ id: row.call }} className={cx(small, "w-19")} aria-label={`Open the last call with ${name}`}><FileText aria-hidden className="size-3.5" />Open</Link>;
  const menu: MenuItem[][] = [
    [
      { label: "Details", onSelect: onOpen },
      ...(row.call ? [{ label: row.status === "failed" && row.has_recording ? "Play last call" : "Open last call", onSelect: () => void navigate({ to: "/calls/$id", params: { id: row.call as string } }) }] : []),
    ],
    operate
      ? [
          ...(row.status === "pending" || row.status === "failed" ? [{ label: "Exclude", onSelect: () => actions.exclude.mutate(row.row) }] : []),
          ...(row.skip_reason === "excluded" && mayRestore(campaign) ? [{ label: "Undo exclusion", onSelect: () => actions.restore.mutate(row.row) }] : []),
          { label: row.handled ? "Take off “handled by hand”" : "Mark handled by hand", onSelect: () => actions.handled.mutate({ row: row.row, handled: !row.handled, note: "" }) },
          ...(row.phone ? [{ label: "Add to Do not call…", onSelect: onBlock }] : []),
        ]
      : [],
  ];
  return (
    <span className="-ml-2.5 flex items-center">
      <span className="w-21 shrink-0">{first}</span>
      <span className="w-19 shrink-0">{second}</span>
      <Menu size="sm" name={`More for ${name}`} groups={menu} />
    </span>
  );
}

interface Props {
  campaign: Campaign;
  rows: ContactRow[];
  status: ContactStatus[] | undefined;
  sort: string;
  onSort: (sort: string) => void;
  busy: boolean;
  selection?: Selection<number>;
  onOpen: (row: number) => void;
  onChanged: () => void;
  captionRef: Ref<HTMLTableCaptionElement>;
}

export function ContactTable({ campaign, rows, status, sort, onSort, busy, selection, onOpen, onChanged, captionRef }: Props) {
  const zone = useZone();
  const { operate } = useCan();
  const actions = useContactActions(campaign.id, onChanged);
  const [blocking, setBlocking] = useState<ContactRow | null>(null);
  const columns: Column<ContactRow>[] = [
    {
      id: "name", header: "Name", sort: "name", rowHeader: true, slot: "a1", className: "max-w-64",
      cell: (row) => (
        <Link to="/campaigns/$id" params={{ id: campaign.id }} search={(before) => ({ ...(before as Record<string, unknown>), contact: row.row })} resetScroll={false} className="inline-block max-w-full truncate py-0.5 align-middle font-medium hover:underline">
          {row.name || `Row ${count(row.row)}`}
        </Link>
      ),
    },
    { id: "phone", header: "Phone number", slot: "a2", className: "t-mono", cell: (row) => (row.phone ? phone(row.phone) : <span className="text-muted">{row.phone_text || "–"}</span>) },
    { id: "status", header: "Status", sort: "status", slot: "b1", cell: (row) => <ContactStatusText status={row.status} /> },
    { id: "result", header: "Result", sort: "result", slot: "b2", className: "max-w-72 max-md:t-small", cell: (row) => <ResultCell row={row} status={status} /> },
    { id: "processed", header: "Processed", sort: "processed", descendingFirst: true, className: "whitespace-nowrap", cell: (row) => (row.status === "in_progress" ? "Now" : row.processed_at ? processedAt(row.processed_at, zone) : dash) },
    { id: "duration", header: "Duration", title: "Talk time", numeric: true, className: "text-muted", cell: (row) => (typeof row.talk_s === "number" && row.talk_s > 0 ? clock(row.talk_s) : "–") },
    { id: "actions", header: "Actions", screenOnly: true, className: "w-[200px]", cell: (row) => <Actions campaign={campaign.state.status} row={row} actions={actions} onOpen={() => onOpen(row.row)} onBlock={() => setBlocking(row)} /> },
  ];
  const { exclude, retry } = actions;
  const drawnFor = JSON.stringify([campaign.id, campaign.state.status, status, zone, operate, exclude.isPending && exclude.variables, retry.isPending && retry.variables]);
  return (
    <>
      <DataTable drawnFor={drawnFor} caption={`Contacts of ${campaign.name}`} columns={columns} rows={rows} rowKey={(row) => row.row} sort={sort} onSort={onSort} busy={busy} selection={selection} captionRef={captionRef} />
      {blocking?.phone && <DoNotCallDialog number={blocking.phone} actions={actions} onClose={() => setBlocking(null)} />}
    </>
  );
}
