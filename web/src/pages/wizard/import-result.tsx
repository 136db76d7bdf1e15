import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { CircleCheck, SkipForward } from "lucide-react";
import { useEffect, useMemo, useRef, useState } from "react";
import { ask, http } from "~/api/client";
import { importQuery, skippedQuery } from "~/api/queries";
import type { Campaign } from "~/api/types";
import { count, counted, countedOf } from "~/lib/format";
import { useTopics } from "~/live/connection";
import { announce } from "~/ui/announce";
import { JobBar } from "~/ui/bar";
import { Button, buttonClass } from "~/ui/button";
import { Confirm } from "~/ui/dialog";
import { Notice, problemText, Skeleton } from "~/ui/states";
import { toast } from "~/ui/toast";

/** What reading a file again does to what is in from the first time. */
export const inStay = (pending: number) => `${counted(pending, "contact")} of this file ${pending === 1 ? "is in and stays" : "are in and stay"}. Rows with the same numbers become Skipped as duplicates.`;

/** The check of every row: first how far it is, then what will be called, what is skipped and why. `onAgain`: the file is there to be read once more. */
export function ImportResult({ campaign, id, onAgain }: { campaign: Campaign; id: string; onAgain?: () => void }) {
  const client = useQueryClient();
  useTopics(useMemo(() => [`import:${id}`], [id]));
  const query = useQuery({ ...importQuery(id), refetchInterval: ({ state }) => (state.data && ["waiting", "running"].includes(state.data.state) ? 1_500 : false) });
  const job = query.data;
  const running = !job || job.state === "waiting" || job.state === "running";
  const skipped = useQuery({ ...skippedQuery(id), enabled: !running });
  const [asking, setAsking] = useState(false);
  const told = useRef(false);
  const heading = useRef<HTMLHeadingElement>(null);
  // The button that began it is gone: whoever works by keyboard goes on at what came of it.
  useEffect(() => {
    if (!running && document.activeElement === document.body && document.body.dataset.visited) heading.current?.focus({ preventScroll: true });
  }, [running]);
  useEffect(() => {
    if (running || told.current) return;
    told.current = true;
    void client.invalidateQueries({ queryKey: ["campaign", campaign.id] });
    void client.invalidateQueries({ queryKey: ["stats", campaign.id] });
    if (job?.state === "done") announce(`${counted(job.pending, "contact")} ready, ${count(job.skipped)} skipped`);
  }, [running, job, client, campaign.id]);
  const cancel = useMutation({
    mutationFn: () => ask(http.DELETE("/api/v1/imports/{id}", { params: { path: { id } } })),
    onSuccess: (next) => client.setQueryData(["import", id], next),
    onError: (error) => toast(`Couldn't cancel. ${problemText(error)}`, { kind: "problem" }),
  });
  if (query.isError) return <Notice meaning="problem" alert>{problemText(query.error)}</Notice>;
  if (running) {
    return (
      <div className="panel p-6">
        <p role="status" className="mb-2">Checking contacts{job ? `: ${countedOf(job.rows_done, job.rows_total, "row")}` : "…"}</p>
        <div className="flex items-center gap-4">
          <div className="flex-1"><JobBar done={job?.rows_done ?? 0} all={job?.rows_total} label="Contacts checked" /></div>
          <Button pending={cancel.isPending} onClick={() => cancel.mutate()}>Cancel import</Button>
        </div>
        <p className="mt-3 t-small text-muted">You can go on meanwhile: the check runs on the server.</p>
      </div>
    );
  }
  if (job.state === "failed") {
    return (
      <Notice
        meaning="problem"
        alert
        action={
          <span className="flex flex-wrap gap-2">
            {onAgain && <Button size="sm" onClick={onAgain}>Change columns</Button>}
            <Link to="/campaigns/new" search={{ step: 2, draft: campaign.id }} className={buttonClass("plain", "sm")}>Choose another file</Link>
          </span>
        }
      >
        The file couldn't be taken. {job.error}
      </Notice>
    );
  }
  const groups = skipped.data?.groups ?? [];
  const total = skipped.data?.total ?? job.pending + job.skipped;
  return (
    <div className="panel">
      <div className="flex flex-wrap items-center gap-2 px-6 pt-5">
        <h2 ref={heading} tabIndex={-1} className="t-title flex-1">{job.state === "canceled" ? `Canceled after ${counted(total, "row")}` : `${counted(total, "row")} checked`}</h2>
        {onAgain && (job.state === "canceled" ? <Button size="sm" onClick={onAgain}>Go on</Button> : <Button size="sm" onClick={() => (job.pending > 0 ? setAsking(true) : onAgain())}>Read the file in another way</Button>)}
        {onAgain && asking && (
          <Confirm open onOpenChange={setAsking} title={`Read ${job.file_name} in another way?`} keep="Cancel" act="Choose another way" onAct={() => { setAsking(false); onAgain(); }}>
            <p>For another sheet, column or country. {inStay(job.pending)}</p>
          </Confirm>
        )}
      </div>
      <ul className="grid grid-cols-[auto_auto_minmax(0,1fr)] items-center gap-x-2 gap-y-2 px-6 py-4">
        <li className="contents"><CircleCheck aria-hidden className="size-4 text-success-fill" /><span className="text-right font-semibold">{count(job.pending)}</span><span>will be called</span></li>
        <li className="contents"><SkipForward aria-hidden className="m-excluded size-4 text-(--m-fill)" /><span className="text-right font-semibold">{count(job.skipped)}</span><span>skipped</span></li>
      </ul>
      {skipped.isPending && <div className="px-6 pb-5"><Skeleton className="h-24 w-full" /></div>}
      {groups.map((group) => (
        <section key={group.reason} aria-label={group.label} className="border-t border-line px-6 py-4">
          <div className="flex flex-wrap items-center gap-3">
            <h3 className="flex-1"><span className="font-semibold">{count(group.count)}</span> {group.label}</h3>
            <a href={`/api/v1/imports/${id}/skipped.csv?reason=${group.reason}`} download className="inline-flex min-h-6 items-center t-small link" aria-label={`Download rows: ${group.label}`}>Download</a>
          </div>
          {group.hint && <p className="mt-1 t-small text-muted">{group.hint}</p>}
          {group.examples.length > 0 && (
            <table className="folds mt-2 w-full t-small">
              <caption className="sr-only">First rows: {group.label}</caption>
              <thead><tr className="text-muted"><th scope="col" className="w-16 py-1 pr-4 text-right!">Line</th><th scope="col" className="w-1/3 py-1">Value</th><th scope="col" className="py-1">What is wrong</th></tr></thead>
              <tbody>
                {group.examples.map((row) => (
                  <tr key={row.row} className="border-t border-line"><td data-slot="b1" className="py-1 pr-4 text-right"><span className="text-muted md:hidden">line </span>{count(row.line)}</td><td data-slot="a1" className="py-1 pr-3 break-all">{row.value ? <span className="font-mono">{row.value}</span> : <span className="text-muted">empty</span>}</td><td data-slot="wide2" className="py-1 text-muted">{row.text}</td></tr>
                ))}
              </tbody>
            </table>
          )}
        </section>
      ))}
    </div>
  );
}
