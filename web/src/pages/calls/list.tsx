import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { Play } from "lucide-react";
import { useEffect } from "react";
import { callsQuery, campaignQuery, campaignsQuery } from "~/api/queries";
import type { CallRow } from "~/api/types";
import { rememberList } from "~/app/back";
import { useZone } from "~/app/session";
import { clock, phone } from "~/lib/format";
import { processedAt, startOfDay } from "~/lib/time";
import { type ContactStatus, resultLabel, results } from "~/lib/words";
import { buttonClass } from "~/ui/button";
import { SearchField } from "~/ui/field";
import { ChoiceFilter, DayFilter, FilterBar, OneFilter } from "~/ui/filters";
import { PageHead, useTitle } from "~/ui/page";
import { MorePager } from "~/ui/pager";
import { Empty, ErrorCard } from "~/ui/states";
import { ContactIcon } from "~/ui/status";
import { type Column, DataTable, TableSkeleton } from "~/ui/table";

/** What came of a call, or how far it is. */
export function callOutcome(call: CallRow): string {
  if (call.outcome_text) return call.outcome_text;
  return { placing: "Placing", ringing: "Ringing", answered: "Talking", ended: "Ended", unconfirmed: "Not confirmed" }[call.phase] ?? call.phase;
}

/** The icon that goes with it. A call without an outcome of its own was put back by the trunk: its contact waits again. */
function callStatus(call: CallRow): ContactStatus {
  if (call.phase !== "ended") return call.phase === "unconfirmed" ? "pending" : "in_progress";
  return call.failure ? "failed" : call.result ? "completed" : "pending";
}

/** Calls of all campaigns, newest first. */
export function CallsPage() {
  useTitle("Calls");
  const search = useSearch({ from: "/app/calls" });
  const navigate = useNavigate({ from: "/calls" });
  const zone = useZone();
  const { result, show, from, to, q, campaign } = search;
  const one = useQuery({ ...campaignQuery(campaign ?? ""), enabled: campaign !== undefined }).data;
  // Of campaigns the newest: an older one is a link without its name.
  const campaigns = useQuery({ ...campaignsQuery({ sort: "-created", page: 1, per_page: 250 }), staleTime: 60_000 }).data?.items ?? [];
  const query = useInfiniteQuery({
    ...callsQuery({
      result: result?.join(","), q, campaign, per_page: 50,
      live: show === "live" ? true : undefined, recorded: show === "recorded" ? true : undefined,
      from: from && startOfDay(from, zone), to: to && startOfDay(to, zone, 1),
    }),
    refetchInterval: show === "live" ? 3_000 : false,
  });
  useEffect(() => rememberList("/calls", search), [search]);
  const rows = query.data?.pages.flatMap((page) => page.items) ?? [];
  const active = [result, show, q, campaign, from ?? to].filter(Boolean).length;
  const change = (next: Partial<typeof search>, replace = false) => void navigate({ search: (before) => ({ ...before, ...next }), replace, resetScroll: false });
  const columns: Column<CallRow>[] = [
    { id: "name", header: "Name", rowHeader: true, slot: "a1", className: "max-w-64", cell: (call) => <Link to="/calls/$id" params={{ id: call.id }} className="inline-block max-w-full truncate py-0.5 align-middle font-medium hover:underline">{call.name || phone(call.phone)}</Link> },
    { id: "phone", header: "Phone number", slot: "a2", className: "t-mono", cell: (call) => phone(call.phone) },
    { id: "outcome", header: "Outcome", slot: "b1", cell: (call) => <span className="inline-flex items-center gap-2"><ContactIcon status={callStatus(call)} /><span className={call.result ? undefined : "text-muted"}>{callOutcome(call)}</span></span> },
    { id: "campaign", header: "Campaign", slot: "a3", className: "max-w-56 truncate max-md:t-small", cell: (call) => <Link to="/campaigns/$id" params={{ id: call.campaign }} className="hover:underline">{campaigns.find(({ id }) => id === call.campaign)?.name ?? (call.campaign === one?.id ? one.name : "Campaign")}</Link> },
    { id: "attempt", header: "Attempt", numeric: true, className: "text-muted", cell: (call) => call.attempt },
    { id: "placed", header: "Placed", slot: "b2", className: "whitespace-nowrap max-md:t-small max-md:text-muted", cell: (call) => processedAt(call.placed_at, zone) },
    { id: "duration", header: "Duration", title: "Talk time", numeric: true, className: "text-muted", cell: (call) => (typeof call.talk_s === "number" && call.talk_s > 0 ? clock(call.talk_s) : "–") },
    { id: "play", header: <span className="sr-only">Recording</span>, className: "w-24", cell: (call) => call.has_recording && <Link to="/calls/$id" params={{ id: call.id }} className={buttonClass("ghost", "sm")} aria-label={`Play the call with ${call.name || phone(call.phone)}`}><Play aria-hidden className="size-3.5" />Play</Link> },
  ];
  return (
    <>
      <PageHead title="Calls" sub={campaign && <>Only of {one ? <Link to="/campaigns/$id" params={{ id: one.id }} className="link-inline">{one.name}</Link> : "one campaign"}</>} />
      <FilterBar active={active} onClear={() => void navigate({ search: {} })} search={<SearchField label="Search phone number" value={q ?? ""} onChange={(next) => change({ q: next || undefined }, true)} />}>
        <ChoiceFilter name="Result" chosen={result ?? []} onChange={(next) => change({ result: next })} options={results.map((value) => ({ value, text: resultLabel[value], label: resultLabel[value] }))} />
        <OneFilter name="Campaign" chosen={campaign} onChange={(next) => change({ campaign: next })} options={[...(one && !campaigns.some(({ id }) => id === one.id) ? [one] : []), ...campaigns].map(({ id, name }) => ({ value: id, text: name }))} />
        <OneFilter name="Show" chosen={show} onChange={(next) => change({ show: next as typeof show })} options={[{ value: "live", text: "In progress" }, { value: "recorded", text: "With a recording" }]} />
        <DayFilter name="Placed" from={from} to={to} zone={zone} onChange={(days) => change({ from: days.from, to: days.to })} />
      </FilterBar>
      {query.isError && <div className="mb-3"><ErrorCard what="calls" error={query.error} onRetry={() => void query.refetch()} /></div>}
      {query.isPending && <TableSkeleton />}
      {query.data && rows.length === 0 && (active > 0
        ? <Empty title="No calls match these filters." action={<button type="button" className={buttonClass()} onClick={() => void navigate({ search: {} })}>Clear filters</button>} />
        : <Empty title="No calls yet." action={<Link to="/campaigns" className={buttonClass()}>Open campaigns</Link>}>They appear here as soon as a campaign runs.</Empty>)}
      {rows.length > 0 && (
        <>
          <DataTable caption="Calls, newest first" columns={columns} rows={rows} rowKey={(call) => call.id} busy={query.isFetching && query.isPlaceholderData} />
          <MorePager shown={rows.length} one="call" hasMore={query.hasNextPage} loading={query.isFetchingNextPage} onMore={() => void query.fetchNextPage()} />
        </>
      )}
    </>
  );
}
