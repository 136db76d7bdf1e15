import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { Copy, Download, FolderOpen, Pause, Play, Trash2 } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { statsQuery } from "~/api/queries";
import type { CampaignRow, Stats } from "~/api/types";
import { useCan, useZone } from "~/app/session";
import { count, counted } from "~/lib/format";
import { startedAt } from "~/lib/time";
import { JobBar, SegmentBar, doneShare } from "~/ui/bar";
import { Menu, type MenuItem } from "~/ui/menu";
import { CampaignStatusText } from "~/ui/status";
import { type Column, DataTable } from "~/ui/table";
import { useCampaignActions } from "../campaign/actions";
import { DeleteDraftDialog } from "../campaign/dialogs";
import { afterwork, statusReason } from "../campaign/status-line";

const ExportDialog = lazy(() => import("../campaign/export-dialog").then((part) => ({ default: part.ExportDialog })));

/** Live numbers that the list itself does not carry, such as lines in use. They come by the stream only. */
function useLiveStats(id: string): Stats | undefined {
  return useQuery({ ...statsQuery(id), enabled: false }).data;
}

function StatusCell({ row }: { row: CampaignRow }) {
  const stats = useLiveStats(row.id);
  const zone = useZone();
  const known = stats ?? { counts: row.counts, lines: 0, lines_in_use: 0, eta_s: null, finishing: 0, settling: 0 };
  const reason = row.state.status === "running" && !stats && !row.state.waiting_text ? "" : statusReason(row.state, known, zone);
  const more = afterwork(stats);
  return (
    <span className="block py-2 max-md:py-0">
      <CampaignStatusText status={row.state.status} />
      <span className="mt-0.5 block min-h-[18px] pl-6 t-small text-muted">{row.import ? "Checking contacts" : [reason, more].filter(Boolean).join(", ")}</span>
    </span>
  );
}

function ProgressCell({ row }: { row: CampaignRow }) {
  const { counts } = row;
  if (row.import) {
    const { rows_done: done, rows_total: all } = row.import;
    return (
      <span className="block py-2 max-md:py-0">
        <span className="flex items-center gap-3">
          <span className="w-36 max-md:w-16"><JobBar done={done} all={all} label={`Contacts of ${row.name} checked`} thin /></span>
          {all ? <span className="w-10 text-right font-medium">{Math.floor((100 * done) / all)}%</span> : null}
        </span>
        <span className="mt-0.5 block t-small text-muted max-md:hidden">{count(done)}{all ? ` of ${count(all)}` : ""} checked</span>
      </span>
    );
  }
  if (row.state.status === "draft") return <span className="block py-2 text-muted max-md:py-0">{counts.total > 0 ? counted(counts.total, "contact") : "–"}</span>;
  return (
    <span className="block py-2 max-md:py-0">
      <span className="flex items-center gap-3">
        <span className="flex w-36 max-md:w-16"><SegmentBar counts={counts} thin /></span>
        <span className="w-10 text-right font-medium">{doneShare(counts)}%</span>
      </span>
      <span className="mt-0.5 block t-small text-muted max-md:hidden">{row.state.status === "canceled" && counts.canceled > 0 ? `${count(counts.canceled)} not called` : `${count(counts.total - counts.pending - counts.in_progress)} of ${count(counts.total)}`}</span>
    </span>
  );
}

function RowMenu({ row }: { row: CampaignRow }) {
  const actions = useCampaignActions(row);
  const navigate = useNavigate();
  const { operate } = useCan();
  const [asked, setAsked] = useState<"delete" | "export" | null>(null);
  const close = () => setAsked(null);
  const open: MenuItem = { label: "Open", icon: FolderOpen, onSelect: () => void navigate({ to: "/campaigns/$id", params: { id: row.id } }) };
  const { status } = row.state;
  const controls: MenuItem[] = [
    ...(status === "running" || status === "queued" ? [{ label: "Pause", icon: Pause, onSelect: () => actions.pause.mutate() }] : []),
    ...(status === "paused" ? [{ label: "Resume", icon: Play, onSelect: () => actions.resume.mutate() }] : []),
    { label: "Duplicate", icon: Copy, onSelect: () => actions.duplicate.mutate() },
  ];
  const results: MenuItem[] = row.counts.total > 0 ? [{ label: "Export…", icon: Download, onSelect: () => setAsked("export") }] : [];
  const removal: MenuItem[] = status === "draft" ? [{ label: "Delete draft…", icon: Trash2, danger: true, onSelect: () => setAsked("delete") }] : [];
  return (
    <>
      <Menu size="sm" name={`Actions for ${row.name}`} groups={operate ? [[open], [...controls, ...results], removal] : [[open, ...results]]} />
      {asked === "delete" && <DeleteDraftDialog campaign={row} actions={actions} onClose={close} />}
      {asked === "export" && <Suspense><ExportDialog campaign={row} onClose={close} /></Suspense>}
    </>
  );
}

export function CampaignTable({ rows, sort, onSort, busy }: { rows: CampaignRow[]; sort: string; onSort: (sort: string) => void; busy: boolean }) {
  const zone = useZone();
  const columns: Column<CampaignRow>[] = [
    {
      id: "name", header: "Name", sort: "name", rowHeader: true, slot: "a1", className: "align-top py-2 min-w-44",
      cell: (row) => <Link to="/campaigns/$id" params={{ id: row.id }} className="inline-block min-h-6 font-medium break-words hover:underline">{row.name}</Link>,
    },
    { id: "status", header: "Status", sort: "status", slot: "wide2", className: "align-top min-w-56", cell: (row) => <StatusCell row={row} /> },
    {
      id: "employee", header: "AI employee", className: "align-top py-2",
      cell: (row) => <Link to="/employees/$id" params={{ id: row.employee.id }} className="inline-block min-h-6 hover:underline">{row.employee.name}</Link>,
    },
    { id: "progress", header: "Progress", title: "(Total rows − Pending − In Progress) / Total rows, rounded down", slot: "b1", className: "align-top max-md:self-start", cell: (row) => <ProgressCell row={row} /> },
    { id: "failed", header: "Failed", numeric: true, className: "align-top py-2", cell: (row) => (row.state.status === "draft" ? <span className="text-muted">–</span> : count(row.counts.failed)) },
    { id: "started", header: "Started", sort: "started", descendingFirst: true, className: "align-top py-2 whitespace-nowrap", cell: (row) => (row.started_at ? startedAt(row.started_at, zone) : <span className="text-muted">–</span>) },
    { id: "menu", header: <span className="sr-only">Actions</span>, slot: "b2", className: "align-top py-1.5 text-right", cell: (row) => <RowMenu row={row} /> },
  ];
  return <DataTable caption="Campaigns" columns={columns} rows={rows} rowKey={(row) => row.id} sort={sort} onSort={onSort} busy={busy} />;
}
