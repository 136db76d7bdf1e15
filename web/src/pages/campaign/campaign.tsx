import { useQuery } from "@tanstack/react-query";
import { Link, Outlet, useMatchRoute, useParams } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useMemo, useRef } from "react";
import { campaignQuery, statsQuery } from "~/api/queries";
import { isProblem } from "~/api/problem";
import type { Campaign, Stats } from "~/api/types";
import { rememberedList, useBack } from "~/app/back";
import { spokenProgressOn } from "~/app/preferences";
import { useZone } from "~/app/session";
import { count } from "~/lib/format";
import { timeOfDay } from "~/lib/time";
import { useOldSince, useTopics } from "~/live/connection";
import { announce } from "~/ui/announce";
import { doneShare } from "~/ui/bar";
import { buttonClass } from "~/ui/button";
import { PageHead, PageTitle, useTitle } from "~/ui/page";
import { ErrorCard, Skeleton } from "~/ui/states";
import { Cards } from "./cards";
import { DegradedStrip } from "./degraded";
import { CampaignHead } from "./head";
import { liveStats } from "./live-stats";
import { ImportStrip } from "./import-strip";

const SummaryBlock = lazy(() => import("./summary").then((part) => ({ default: part.SummaryBlock })));

/** Says milestones, never numbers that change four times a second: each 10 %, at most every 30 seconds. */
function useMilestones(name: string, stats: Stats | undefined): void {
  const told = useRef({ step: -1, at: 0, failed: false });
  const share = stats ? doneShare(stats.counts) : 0;
  const failed = (stats?.counts.failed ?? 0) > 0;
  const known = stats !== undefined;
  useEffect(() => {
    if (!known) return;
    const step = Math.floor(share / 10);
    const state = told.current;
    if (state.step < 0) {
      told.current = { step, at: Date.now(), failed };
      return;
    }
    if (!spokenProgressOn() || Date.now() - state.at < 30_000) return;
    if (step > state.step) announce(`${name}: ${share} percent done`);
    else if (failed && !state.failed) announce(`${name}: the first contact failed`);
    else return;
    told.current = { step, at: Date.now(), failed };
  }, [known, share, failed, name]);
}

function Tabs({ campaign, stats }: { campaign: Campaign; stats: Stats }) {
  const matches = useMatchRoute();
  const params = { id: campaign.id };
  const tabs = [
    { to: "/campaigns/$id" as const, label: "Contacts" },
    { to: "/campaigns/$id/failures" as const, label: "Failures", number: stats.counts.failed },
    { to: "/campaigns/$id/activity" as const, label: "Activity" },
    { to: "/campaigns/$id/settings" as const, label: "Settings" },
    { to: "/campaigns/$id/notes" as const, label: "Notes" },
  ];
  return (
    <nav aria-label="Parts of this campaign" className="no-print -mx-4 mt-4 flex gap-6 overflow-x-auto border-b border-line px-4 [scrollbar-width:none] md:mx-0 md:px-0">
      {tabs.map(({ to, label, number }) => {
        const current = Boolean(matches({ to, params }));
        return (
          <Link
            key={to}
            to={to}
            params={params}
            resetScroll={false}
            aria-current={current ? "page" : undefined}
            className={`-mb-px inline-flex h-10 shrink-0 items-center gap-1.5 border-b-2 t-label -outline-offset-2! coarse:h-11 ${current ? "border-accent text-fg" : "border-transparent text-muted hover:text-fg"}`}
          >
            {label}
            {number !== undefined && number > 0 && <span className="t-small font-normal text-muted">{count(number)}</span>}
          </Link>
        );
      })}
    </nav>
  );
}

export function CampaignPage() {
  const { id } = useParams({ from: "/app/campaigns/$id" });
  const matches = useMatchRoute();
  const query = useQuery(campaignQuery(id));
  const statsOf = useQuery(statsQuery(id));
  const campaign = query.data;
  const zone = useZone();
  const oldSince = useOldSince();
  useBack("/campaigns", "Campaigns", rememberedList("/campaigns"));
  const importing = campaign?.import && ["waiting", "running"].includes(campaign.import.state) ? campaign.import.id : undefined;
  useTopics(useMemo(() => [`campaign:${id}`, ...(importing ? [`import:${importing}`] : [])], [id, importing]));
  const stats = campaign ? liveStats(campaign, statsOf.data) : undefined;
  useMilestones(campaign?.name ?? "", stats);
  useTitle(stats && stats.state.status !== "draft" ? `${doneShare(stats.counts)}%` : undefined, campaign?.name ?? "Campaign", "Campaigns");

  if (!campaign || !stats) {
    if (query.isPending) return <LoadingCampaign />;
    if (isProblem(query.error, "not_found", "bad_request")) {
      return (
        <div className="panel px-6 py-14 text-center">
          <PageTitle>This campaign doesn't exist or you can't see it.</PageTitle>
          <Link to="/campaigns" className={`${buttonClass()} mt-5`}>Back to campaigns</Link>
        </div>
      );
    }
    return (
      <>
        <PageHead title="Campaign" />
        <ErrorCard what="this campaign" error={query.error} onRetry={() => void query.refetch()} />
      </>
    );
  }
  // On the other tabs it would push what was asked for out of sight.
  const contacts = Boolean(matches({ to: "/campaigns/$id", params: { id } }));
  const over = stats.state.status === "completed" || stats.state.status === "canceled";
  return (
    <>
      <CampaignHead campaign={campaign} stats={stats} />
      {query.isError && <div className="mb-3"><ErrorCard what="the newest state of this campaign" error={query.error} onRetry={() => void query.refetch()} /></div>}
      <ImportStrip campaign={campaign} />
      {stats.state.status === "running" && <DegradedStrip campaign={campaign} />}
      {over && contacts && <Suspense fallback={<Skeleton className="mt-4 h-[410px] w-full" />}><SummaryBlock campaign={campaign} stats={stats} /></Suspense>}
      {(stats.counts.total > 0 || stats.state.status !== "draft") && <Cards campaign={campaign} stats={stats} bar={!over && stats.state.status !== "draft"} asOf={oldSince === null ? undefined : timeOfDay(new Date(Math.max(oldSince, statsOf.dataUpdatedAt)), zone)} />}
      <Tabs campaign={campaign} stats={stats} />
      <Outlet />
    </>
  );
}

function LoadingCampaign() {
  return (
    <div aria-busy="true">
      <PageTitle className="sr-only">Loading campaign</PageTitle>
      <Skeleton className="h-8 w-72" />
      <Skeleton className="mt-2 h-5 w-96 max-w-full" />
      <Skeleton className="mt-5 h-3 w-full" />
      <Skeleton className="mt-3 h-[90px] w-full" />
      <Skeleton className="mt-6 h-80 w-full" />
    </div>
  );
}
