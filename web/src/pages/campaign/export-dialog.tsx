import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Download } from "lucide-react";
import { useEffect, useMemo, useRef, useState } from "react";
import { ask, http, usePress } from "~/api/client";
import { exportQuery, exportsQuery } from "~/api/queries";
import type { Campaign, ContactFilter, Export, ExportColumn, ExportFormat } from "~/api/types";
import { useZone } from "~/app/session";
import { bytes, count, countedOf } from "~/lib/format";
import { dayAndTime } from "~/lib/time";
import { useTopics } from "~/live/connection";
import { JobBar } from "~/ui/bar";
import { Button, buttonClass } from "~/ui/button";
import { Dialog, DialogActions } from "~/ui/dialog";
import { Checkbox, Radio } from "~/ui/field";
import { Notice, problemText } from "~/ui/states";
import { toast } from "~/ui/toast";
import { usePageFilter } from "./page-filter";

const formats: { value: ExportFormat; label: string; note: string }[] = [
  { value: "csv", label: "CSV", note: "A row per contact, for spreadsheets and other programs" },
  { value: "xlsx", label: "Excel (XLSX)", note: "A workbook, numbers kept as text" },
  { value: "json", label: "JSON", note: "Summary and contacts with every attempt" },
  { value: "jsonl", label: "JSON lines", note: "One contact a line, for very large campaigns" },
  { value: "pdf", label: "PDF report", note: "Statistics, charts and causes, to hand to others" },
];

const columns: { value: ExportColumn; label: string }[] = [
  { value: "row", label: "Row" }, { value: "name", label: "Name" }, { value: "phone", label: "Phone number" }, { value: "status", label: "Status" },
  { value: "result", label: "Result" }, { value: "reason", label: "Reason" }, { value: "attempts", label: "Attempts" }, { value: "attempt_details", label: "All attempts in detail" },
  { value: "processed_at", label: "Time processed" }, { value: "zone", label: "Time zone" }, { value: "duration", label: "Duration" }, { value: "link", label: "Link to the conversation" },
  { value: "handled", label: "Handled by hand" }, { value: "properties", label: "Custom properties" },
];

/** Format, which contacts, which columns; then the file is made in the background and a link appears. */
export function ExportDialog({ campaign, format: first = "csv", filter: given, onClose }: { campaign: Pick<Campaign, "id" | "name" | "counts" | "state">; format?: ExportFormat; filter?: ContactFilter; onClose: () => void }) {
  const pageFilter = usePageFilter(campaign.id);
  const filter = given ?? pageFilter;
  const [format, setFormat] = useState<ExportFormat>(first);
  const [filtered, setFiltered] = useState(filter !== undefined);
  const [chosen, setChosen] = useState<ExportColumn[]>(columns.map((column) => column.value));
  const [mark, setMark] = useState(true);
  const [job, setJob] = useState<Export | null>(null);
  const press = usePress();
  const make = useMutation({
    mutationFn: () => {
      const body = {
        format,
        filter: format !== "pdf" && filtered ? filter : null,
        columns: format === "pdf" || chosen.length === columns.length ? null : chosen,
        byte_order_mark: format === "csv" && mark,
      };
      return press.send(body, (headers) => ask(http.POST("/api/v1/campaigns/{id}/exports", { headers, params: { path: { id: campaign.id } }, body })));
    },
    onSuccess: setJob,
  });
  const tabular = format !== "pdf";
  return (
    <Dialog open onOpenChange={(open) => { if (!open) onClose(); }} title={`Export ${campaign.name}`}>
      {job ? <ExportProgress first={job} onAgain={() => setJob(null)} onClose={onClose} /> : (
        <>
        <KeptExports campaign={campaign.id} />
        <form onSubmit={(event) => { event.preventDefault(); make.mutate(); }} className="flex flex-col gap-5">
          <fieldset className="flex flex-col gap-2">
            <legend className="mb-2 t-label">Format</legend>
            {formats.map((entry) => <Radio key={entry.value} name="format" checked={format === entry.value} onChange={() => setFormat(entry.value)} label={entry.label} note={entry.note} />)}
          </fieldset>
          {tabular && !filter && <p><span className="t-label">Contacts</span> <span className="ml-2">all {count(campaign.counts.total)}</span></p>}
          {tabular && filter && (
            <fieldset className="flex flex-col gap-2">
              <legend className="mb-2 t-label">Contacts</legend>
              <Radio name="scope" checked={!filtered} onChange={() => setFiltered(false)} label={`All ${count(campaign.counts.total)}`} />
              <Radio name="scope" checked={filtered} onChange={() => setFiltered(true)} label={given ? "Only the failed ones" : "Only those that match the table's filters"} />
            </fieldset>
          )}
          {tabular && (
            <details>
              <summary className="min-h-6 t-label">Columns ({chosen.length} of {columns.length})</summary>
              <div className="mt-2 grid gap-1 sm:grid-cols-2">
                {columns.map((column) => (
                  <Checkbox key={column.value} label={column.label} checked={chosen.includes(column.value)} onChange={(event) => setChosen(columns.map((entry) => entry.value).filter((value) => (value === column.value ? event.target.checked : chosen.includes(value))))} />
                ))}
              </div>
            </details>
          )}
          {format === "csv" && <Checkbox label="Mark the file as UTF-8, so that Excel reads umlauts right" checked={mark} onChange={(event) => setMark(event.target.checked)} />}
          {campaign.state.status === "running" && <p className="t-small text-muted">The campaign is running: the file says from when to when it was read.</p>}
          {make.isError && <Notice meaning="problem" alert>Couldn't begin the export. {problemText(make.error)}</Notice>}
          <DialogActions>
            <Button onClick={onClose}>Cancel</Button>
            <span className="flex-1" />
            <Button kind="primary" type="submit" pending={make.isPending} pendingLabel="Beginning…" blocked={tabular && chosen.length === 0}>Export</Button>
          </DialogActions>
        </form>
        </>
      )}
    </Dialog>
  );
}

/** Exports that are being made or still kept: closing the dialog or the page loses no file. */
function KeptExports({ campaign }: { campaign: string }) {
  const client = useQueryClient();
  const zone = useZone();
  const kept = useQuery(exportsQuery(campaign)).data?.items.filter((job) => job.state === "done" || job.state === "waiting" || job.state === "running") ?? [];
  const remove = useMutation({
    mutationFn: (id: string) => ask(http.DELETE("/api/v1/exports/{id}", { params: { path: { id } } })),
    onSettled: () => client.invalidateQueries({ queryKey: ["exports", campaign] }),
    onError: (error) => toast(`Couldn't delete the file. ${problemText(error)}`, { kind: "problem" }),
  });
  if (kept.length === 0) return null;
  return (
    <section aria-label="Files that are there already" className="mb-5 rounded-lg border border-line px-4 py-2">
      <h3 className="mb-1 t-label">Files that are there already</h3>
      <ul className="max-h-48 overflow-y-auto">
        {kept.map((job) => (
          <li key={job.id} className="flex flex-wrap items-center gap-x-3 border-line py-1.5 not-first:border-t">
            <span className="min-w-0 flex-1 basis-48">
              <span className="block break-words">{job.file_name}</span>
              <span className="block t-small text-muted">
                {job.state === "done" ? [typeof job.bytes === "number" && bytes(job.bytes), job.expires_at && `kept until ${dayAndTime(job.expires_at, zone)}`].filter(Boolean).join(", ") : `Preparing: ${countedOf(job.rows_done, job.rows_total, "contact")}`}
              </span>
            </span>
            {job.state === "done" && <a href={job.download ?? `/api/v1/exports/${job.id}/file`} download={job.file_name} aria-label={`Download ${job.file_name}`} className={buttonClass("plain", "sm")}>Download</a>}
            <Button size="sm" kind="ghost" pending={remove.isPending && remove.variables === job.id} aria-label={`${job.state === "done" ? "Delete" : "Cancel"} ${job.file_name}`} onClick={() => remove.mutate(job.id)}>{job.state === "done" ? "Delete" : "Cancel"}</Button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function ExportProgress({ first, onAgain, onClose }: { first: Export; onAgain: () => void; onClose: () => void }) {
  const zone = useZone();
  useTopics(useMemo(() => [`export:${first.id}`], [first.id]));
  const query = useQuery({ ...exportQuery(first.id), refetchInterval: ({ state }) => (state.data && !["waiting", "running"].includes(state.data.state) ? false : 1_000) });
  const job = query.data ?? first;
  const link = useRef<HTMLAnchorElement>(null);
  useEffect(() => {
    if (job.state === "done") link.current?.focus();
  }, [job.state]);
  if (job.state === "failed" || job.state === "canceled") {
    return <Notice meaning="problem" alert action={<Button size="sm" onClick={onAgain}>Try again</Button>}>The export ended without a file. {job.error}</Notice>;
  }
  if (job.state !== "done") {
    return (
      <div>
        <p role="status" className="mb-2">Preparing: {countedOf(job.rows_done, job.rows_total, "contact")}</p>
        <JobBar done={job.rows_done} all={job.rows_total} label="Contacts written" />
        <p className="mt-3 t-small text-muted">You can close this: the file is made anyway, kept for seven days and found again under Export.</p>
        <DialogActions><Button onClick={onClose}>Close</Button></DialogActions>
      </div>
    );
  }
  return (
    <div>
      <p>{job.file_name} is ready{typeof job.bytes === "number" ? `: ${bytes(job.bytes)}` : ""}.</p>
      {job.read_from && job.read_to && <p className="mt-1 t-small text-muted">Read from {dayAndTime(job.read_from, zone)} to {dayAndTime(job.read_to, zone)}, while the campaign ran.</p>}
      {job.expires_at && <p className="mt-1 t-small text-muted">Kept until {dayAndTime(job.expires_at, zone)}.</p>}
      <DialogActions>
        <Button onClick={onClose}>Close</Button>
        <span className="flex-1" />
        <a ref={link} href={job.download ?? `/api/v1/exports/${job.id}/file`} download={job.file_name} className={buttonClass("primary")}><Download aria-hidden className="size-4" />Download</a>
      </DialogActions>
    </div>
  );
}
