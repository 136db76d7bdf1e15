import { useQuery, useQueryClient } from "@tanstack/react-query";
import { FileText, Play } from "lucide-react";
import { lazy, type ReactNode, Suspense, useState } from "react";
import { notesQuery, summaryQuery } from "~/api/queries";
import type { Campaign, Stats, Summary } from "~/api/types";
import { clock, count, counted, share, span } from "~/lib/format";
import { results } from "~/lib/words";
import { Button } from "~/ui/button";
import { cx } from "~/ui/cx";
import { ErrorCard, Notice, Skeleton } from "~/ui/states";
import { useFollow } from "./follow";
import { NotesEditor } from "./notes";
import { RandomConversations } from "./random";

const ExportDialog = lazy(() => import("./export-dialog").then((part) => ({ default: part.ExportDialog })));

function Figure({ label, value, children }: { label: string; value: string; children: ReactNode }) {
  return (
    <div className="min-w-28 flex-1 md:min-w-36">
      <dt className="t-small text-muted">{label}</dt>
      <dd>
        <span className="mt-0.5 block t-stat">{value}</span>
        <span className="mt-0.5 block t-micro text-muted">{children}</span>
      </dd>
    </div>
  );
}

const percent = (rate: number | null | undefined) => (typeof rate === "number" ? share(rate * 1000, 1000) : "–");

function Numbers({ summary, final }: { summary: Summary; final: boolean }) {
  return (
    <dl className="flex flex-wrap gap-x-4 gap-y-4 md:gap-x-6">
      <Figure label="Contacts processed" value={count(summary.processed)}>{count(summary.called)} called<br />{count(summary.skipped)} skipped</Figure>
      <Figure label="Success rate" value={percent(summary.success_rate)}>(Success + Transferred)<br />of Completed</Figure>
      <Figure label="Answer rate" value={percent(summary.answer_rate)}>{count(summary.answered)} by a person<br />of {count(summary.counts.completed)} completed</Figure>
      <Figure label="Duration" value={typeof summary.duration_s === "number" ? span(summary.duration_s) : "–"}>first call to last end,<br />{summary.paused_s > 0 ? `${span(summary.paused_s)} paused` : "never paused"}</Figure>
      <Figure label="Talk time" value={summary.talk_s > 0 ? (summary.talk_s > 172_800 ? `${count(summary.talk_s / 3600)} h` : span(summary.talk_s)) : "–"}>{typeof summary.mean_talk_s === "number" ? <>{clock(summary.mean_talk_s)} a call<br />that was answered</> : final ? <>No call was<br />answered</> : <>no answered call<br />is over yet</>}</Figure>
    </dl>
  );
}

/** No conversation was drawn yet: now there may be one. Those that were may be playing. */
const noneYet = ({ state }: { state: { data: unknown } }) => ((state.data as { items?: unknown[] } | undefined)?.items?.length ?? 0) === 0;

/** Shades that go with a place in the legend; the words stand beside each, so no colour has to be matched. */
const shades: Record<string, string> = { success: "bg-(--success-bar) border-(--success-bar)", transferred: "bg-(--success-bar) border-(--success-bar)" };
const shade = (result: string, answered: boolean) => shades[result] ?? (answered ? "bg-tint-5 border-accent" : "bg-tint-3 border-accent");

function Group({ title, results, completed }: { title: string; results: Summary["results"]; completed: number }) {
  const sum = results.reduce((total, entry) => total + entry.count, 0);
  return (
    <figure className="min-w-56 flex-1">
      <figcaption className="t-small"><span className="font-medium">{title}</span> <span className="text-muted">{count(sum)} ({share(sum, completed)})</span></figcaption>
      <div aria-hidden className="mt-1.5 flex h-4 gap-0.5">
        {sum === 0 && <span className="seg open flex-1 rounded" />}
        {results.filter((entry) => entry.count > 0).map((entry) => (
          <span key={entry.result} style={{ flexGrow: entry.count, flexBasis: 0 }} className={cx("print-colour min-w-1 border first:rounded-l last:rounded-r", shade(entry.result, entry.answered_by_person))} />
        ))}
      </div>
      <table className="mt-2 w-full t-small">
        <caption className="sr-only">{title}</caption>
        <tbody>
          {results.map((entry) => (
            <tr key={entry.result}>
              <th scope="row" className="py-0.5 font-normal">
                <span className="flex items-center gap-2"><span aria-hidden className={cx("print-colour size-2.5 rounded-[2px] border", shade(entry.result, entry.answered_by_person))} />{entry.label}</span>
              </th>
              <td className="py-0.5 text-right">{count(entry.count)}</td>
              <td className="w-14 py-0.5 text-right text-muted">{share(entry.count, completed)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </figure>
  );
}

/** What came of the campaign, once it is over. Calls that still finish change it: it says so, and follows them. */
export function SummaryBlock({ campaign, stats }: { campaign: Campaign; stats: Stats }) {
  const client = useQueryClient();
  const query = useQuery(summaryQuery(campaign.id));
  const { counts } = stats;
  useFollow(JSON.stringify(counts), () => {
    void query.refetch();
    void client.invalidateQueries({ queryKey: ["random-calls", campaign.id], predicate: noneYet });
  });
  const finishing = counts.in_progress;
  const final = finishing === 0 && stats.settling === 0;
  const notes = useQuery(notesQuery(campaign.id));
  const [exporting, setExporting] = useState(false);
  const [draw, setDraw] = useState(0);
  const [playing, setPlaying] = useState(false);
  const summary = query.data;
  const inOrder = [...(summary?.results ?? [])].sort((a, b) => results.indexOf(a.result) - results.indexOf(b.result));
  return (
    <section aria-labelledby="summary" className="panel mt-4 px-4 py-5 md:px-6">
      <div className="mb-4 flex flex-wrap items-center gap-2">
        <h2 id="summary" className="t-title flex-1">Summary</h2>
        {(summary?.answered ?? 0) > 0 && <Button icon={Play} onClick={() => { setPlaying(true); document.getElementById("random-conversations")?.scrollIntoView({ block: "nearest" }); }}>Play 5 random conversations</Button>}
        <Button icon={FileText} onClick={() => setExporting(true)}>Export PDF</Button>
      </div>
      {!final && (
        <div className="mb-4">
          <Notice meaning="neutral">{[finishing > 0 && `${counted(finishing, "call")} ${finishing === 1 ? "is" : "are"} finishing`, stats.settling > 0 && `${counted(stats.settling, "contact")} ${stats.settling === 1 ? "is" : "are"} still to be marked`].filter(Boolean).join(", ")}; these figures are not final.</Notice>
        </div>
      )}
      {query.isPending && <Skeleton className="h-52 w-full" />}
      {query.isError && <ErrorCard what="the final statistics" error={query.error} onRetry={() => void query.refetch()} />}
      {summary && (
        <>
          <Numbers summary={summary} final={final} />
          <div className="mt-5 grid gap-x-8 gap-y-6 border-t border-line pt-5 xl:grid-cols-[minmax(0,2.2fr)_minmax(0,1fr)_minmax(0,1fr)]">
            <div>
              <h3 className="mb-2 t-heading">Results of {counted(summary.counts.completed, "Completed contact")}</h3>
              <div className="flex flex-wrap gap-x-8 gap-y-4">
                <Group title="Answered by a person" results={inOrder.filter((entry) => entry.answered_by_person)} completed={summary.counts.completed} />
                <Group title="Not answered" results={inOrder.filter((entry) => !entry.answered_by_person)} completed={summary.counts.completed} />
              </div>
            </div>
            <div className="no-print"><RandomConversations campaign={campaign.id} draw={draw} onDraw={() => setDraw(draw + 1)} playing={playing} onPlaying={setPlaying} final={final} /></div>
            <div className={notes.data?.text ? undefined : "no-print"}>
              <h3 className="mb-2 t-heading">What we learned</h3>
              {notes.data ? <NotesEditor key={campaign.id} campaign={campaign} notes={notes.data} short /> : <Skeleton className="h-28 w-full" />}
            </div>
          </div>
        </>
      )}
      {exporting && <Suspense><ExportDialog campaign={campaign} format="pdf" onClose={() => setExporting(false)} /></Suspense>}
    </section>
  );
}
