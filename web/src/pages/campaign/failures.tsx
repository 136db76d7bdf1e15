import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { CalendarClock, Hand, RotateCcw, TriangleAlert, UserRoundX } from "lucide-react";
import { lazy, type ReactNode, Suspense, useState } from "react";
import { campaignQuery, failuresQuery, minutesQuery, retryPreviewQuery, statsQuery } from "~/api/queries";
import type { Campaign, FailureCause, Failures } from "~/api/types";
import { useCan, useZone } from "~/app/session";
import { count, counted, share } from "~/lib/format";
import { shortTime } from "~/lib/time";
import { Button, buttonClass } from "~/ui/button";
import { Empty, ErrorCard, Skeleton } from "~/ui/states";
import { type Column, DataTable, TableSkeleton } from "~/ui/table";
import { type CampaignActions, useCampaignActions } from "./actions";
import { RetryCauseDialog, RetryDialog } from "./dialogs";
import { useFollow } from "./follow";
import { mayRestore } from "./status-line";

const ExportDialog = lazy(() => import("./export-dialog").then((part) => ({ default: part.ExportDialog })));
const FailureChart = lazy(() => import("./failure-chart"));

const ofCause = (code: string) => ({ status: ["failed" as const], reason: code });

/** The finding: one sentence with a number, then what it means. */
function Finding({ campaign, failures, cause }: { campaign: Campaign; failures: Failures; cause: FailureCause }) {
  const dominant = failures.main_cause === cause.code;
  return (
    <div className="min-w-0 flex-1 basis-96 px-6 py-5">
      <h2 className="flex items-center gap-2 t-title"><TriangleAlert aria-hidden className="size-5 shrink-0 text-problem-fill" />{dominant ? `Most failures have one cause: ${cause.title}` : `${counted(failures.causes.length, "cause")} of failure`}</h2>
      <p className="mt-2">
        <span className="font-medium">{!dominant && `${cause.title}: `}{count(cause.count)} of {counted(failures.failed, "failed contact")} ({share(cause.count, failures.failed)}).</span>{" "}
        <span className="text-muted">{cause.meaning}</span>
      </p>
      <p className="mt-2"><span className="font-medium">What to do: </span>{cause.next_step}</p>
      <div className="no-print mt-4 flex flex-wrap gap-2">
        <Link to="/campaigns/$id" params={{ id: campaign.id }} search={ofCause(cause.code)} className={buttonClass("plain", "sm")}>Show {counted(cause.count, "contact")}</Link>
      </div>
    </div>
  );
}

function Way({ icon: Icon, title, action, children }: { icon: typeof Hand; title: string; action: ReactNode; children: ReactNode }) {
  return (
    <li className="min-w-56 flex-1 border-line px-4 py-3 not-first:border-l max-lg:not-first:border-t max-lg:not-first:border-l-0">
      <div className="flex min-h-8 flex-wrap items-center gap-2"><Icon aria-hidden className="size-4 text-muted" /><h3 className="t-heading flex-1 whitespace-nowrap">{title}</h3>{action}</div>
      <p className="mt-1 text-muted">{children}</p>
    </li>
  );
}

/** The four ways on for all failed contacts together. */
function Ways({ campaign, actions, onRetry, onList }: { campaign: Campaign; actions: CampaignActions; onRetry: () => void; onList: () => void }) {
  const preview = useQuery(retryPreviewQuery(campaign.id)).data;
  const { status } = campaign.state;
  const pausable = status === "running" || status === "queued";
  const retryable = campaign.actions.includes("retry");
  return (
    <ul aria-label="Ways on" className="no-print panel mt-3 flex flex-wrap max-lg:flex-col">
      <Way icon={RotateCcw} title="Retry now" action={retryable && preview?.may_work !== 0 && <Button size="sm" onClick={onRetry}>{preview ? `Retry ${counted(preview.may_work, "contact")}` : "Retry…"}</Button>}>
        {!retryable ? "A stopped campaign can't be resumed: make a new one from its failed contacts" : !preview ? "Asks first" : preview.may_work === 0 ? "None of them may work unchanged: mend the cause or the number first" : `${count(preview.may_work)} may work; ${preview.number_wrong > 0 ? "wrong numbers left out" : "asks first"}`}
      </Way>
      <Way icon={CalendarClock} title="Retry later" action={pausable && <Button size="sm" pending={actions.pause.isPending} pendingLabel="Pausing…" onClick={() => actions.pause.mutate()}>Pause campaign</Button>}>
        {pausable ? "Pauses now; retry once you resume" : status === "paused" ? "It is paused: retry, then resume when it suits" : "Come back and retry whenever it suits"}
      </Way>
      <Way icon={Hand} title="Handle by hand" action={<Button size="sm" onClick={onList}>Download list</Button>}>Download, call yourself, mark as handled</Way>
      <Way icon={UserRoundX} title="Exclude" action={<Link to="/campaigns/$id" params={{ id: campaign.id }} search={{ status: ["failed"] }} className={buttonClass("plain", "sm")}>Choose contacts</Link>}>{mayRestore(status) ? "They become Skipped, can be undone" : "They become Skipped, for good: the campaign is over"}</Way>
    </ul>
  );
}

function CauseTable({ campaign, failures, onRetry }: { campaign: Campaign; failures: Failures; onRetry: (cause: FailureCause) => void }) {
  const zone = useZone();
  const { operate } = useCan();
  const top = failures.causes[0]?.count ?? 1;
  const columns: Column<FailureCause>[] = [
    { id: "cause", header: "Cause", rowHeader: true, slot: "a1", className: "min-w-44 py-2 font-normal", cell: (cause) => <>{cause.title}<span className="block t-small text-muted">{cause.category_label}</span></> },
    { id: "count", header: "Failed", numeric: true, slot: "b1", cell: (cause) => count(cause.count) },
    {
      id: "share", header: "Share",
      cell: (cause) => (
        <span className="flex items-center gap-2">
          <span aria-hidden className="w-14"><span className="seg m-problem block h-2 rounded-[2px]" style={{ width: `${Math.max(6, (cause.count / top) * 100)}%` }} /></span>
          <span className="w-14 text-right text-muted">{share(cause.count, failures.failed)}</span>
        </span>
      ),
    },
    { id: "seen", header: "First and last seen", className: "whitespace-nowrap text-muted", cell: (cause) => [cause.first_seen_at, cause.last_seen_at].filter((at, index, all) => at && all.indexOf(at) === index).map((at) => shortTime(at as string, zone)).filter((at, index, all) => all.indexOf(at) === index).join(" – ") },
    { id: "trunk", header: "Trunk", className: "whitespace-nowrap text-muted", cell: () => campaign.trunk.name },
    {
      id: "example", header: "Example", className: "whitespace-nowrap",
      cell: (cause) => cause.example && <Link to="/campaigns/$id" params={{ id: campaign.id }} search={{ ...ofCause(cause.code), contact: cause.example.row }} className="hover:underline">{cause.example.name || `Row ${count(cause.example.row)}`}</Link>,
    },
    { id: "next", header: "What to do", slot: "a2", className: "min-w-56 py-2 t-small", cell: (cause) => cause.next_step },
    {
      id: "ways", header: <span className="sr-only">Ways on</span>, slot: "b2", screenOnly: true, className: "whitespace-nowrap",
      cell: (cause) => (
        <span className="flex gap-4">
          <Link to="/campaigns/$id" params={{ id: campaign.id }} search={ofCause(cause.code)} className="inline-flex min-h-6 items-center link" aria-label={`Show contacts with: ${cause.title}`}>Show</Link>
          {cause.may_work && operate && campaign.actions.includes("retry") && <button type="button" className="min-h-6 link" aria-label={`Retry contacts with: ${cause.title}`} onClick={() => onRetry(cause)}>Retry</button>}
        </span>
      ),
    },
  ];
  return <div className="mt-3"><DataTable caption="Causes of failure, most frequent first" columns={columns} rows={failures.causes} rowKey={(cause) => cause.code} /></div>;
}

export function FailuresTab() {
  const { id } = useParams({ from: "/app/campaigns/$id/failures" });
  const campaign = useQuery(campaignQuery(id)).data;
  const failed = useQuery({ ...statsQuery(id), enabled: false }).data?.counts.failed ?? campaign?.counts.failed;
  const query = useQuery(failuresQuery(id));
  const minutes = useQuery(minutesQuery(id));
  const { refetch } = query;
  useFollow(failed, () => { void refetch(); void minutes.refetch(); });
  const actions = useCampaignActions(campaign ?? { id, name: "" });
  const [retrying, setRetrying] = useState(false);
  const [cause, setCause] = useState<FailureCause | null>(null);
  const [listing, setListing] = useState(false);
  const { operate } = useCan();
  const failures = query.data;
  const main = failures?.causes[0];
  if (query.isError && !failures) return <div className="pt-4"><ErrorCard what="the failures" error={query.error} onRetry={() => void refetch()} /></div>;
  if (!failures || !campaign) return <div className="pt-4"><Skeleton className="mb-3 h-40 w-full" /><TableSkeleton rows={4} /></div>;
  if (!main) {
    return <div className="pt-4"><Empty title="No contact failed.">Busy, no answer, declined and voicemail are results of a finished call; only technical problems stand here.</Empty></div>;
  }
  const hasMinutes = (minutes.data?.items.length ?? 0) > 1;
  return (
    <section aria-label="Failures" className="pt-4">
      <div className="panel flex flex-wrap">
        <Finding campaign={campaign} failures={failures} cause={main} />
        {hasMinutes && (
          <div className="w-full px-6 py-5 lg:w-[420px]">
            <Suspense fallback={<Skeleton className="h-36 w-full" />}><FailureChart minutes={minutes.data?.items ?? []} /></Suspense>
          </div>
        )}
      </div>
      {operate && <Ways campaign={campaign} actions={actions} onRetry={() => setRetrying(true)} onList={() => setListing(true)} />}
      <CauseTable campaign={campaign} failures={failures} onRetry={setCause} />
      {retrying && <RetryDialog campaign={campaign} status={campaign.state.status} actions={actions} onClose={() => setRetrying(false)} />}
      {cause && <RetryCauseDialog cause={cause} status={campaign.state.status} actions={actions} onClose={() => setCause(null)} />}
      {listing && <Suspense><ExportDialog campaign={campaign} filter={{ status: ["failed"] }} onClose={() => setListing(false)} /></Suspense>}
    </section>
  );
}
