import { useInfiniteQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { activityQuery } from "~/api/queries";
import { useZone } from "~/app/session";
import { dayAndTime, timeOfDay } from "~/lib/time";
import type { Schemas } from "~/api/client";
import { Checkbox } from "~/ui/field";
import { MorePager } from "~/ui/pager";
import { Empty, ErrorCard } from "~/ui/states";
import { type Column, DataTable, TableSkeleton } from "~/ui/table";

/** What happened, newest first. */
export function ActivityTab() {
  const { id } = useParams({ from: "/app/campaigns/$id/activity" });
  const { contacts = false } = useSearch({ from: "/app/campaigns/$id/activity" });
  const navigate = useNavigate({ from: "/campaigns/$id/activity" });
  const zone = useZone();
  const query = useInfiniteQuery({ ...activityQuery(id, contacts), refetchInterval: 10_000 });
  const rows = query.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <section aria-label="Activity">
      <div className="flex items-center gap-2 py-3">
        <Checkbox className="min-h-9 items-center [&>span:first-child]:mt-0" label="Also what happened to single contacts" checked={contacts} onChange={(event) => void navigate({ search: { contacts: event.target.checked || undefined }, resetScroll: false })} />
      </div>
      {query.isPending && <TableSkeleton />}
      {query.isError && <ErrorCard what="the activity" error={query.error} onRetry={() => void query.refetch()} />}
      {query.data && rows.length === 0 && <Empty title="Nothing happened yet.">Starting, pausing, imports and changes of settings are written down here.</Empty>}
      {rows.length > 0 && (
        <>
          <DataTable
            caption="Activity, newest first"
            rows={rows}
            rowKey={(row) => row.id}
            columns={[
              { id: "at", header: "When", slot: "a2", className: "w-56 whitespace-nowrap text-muted max-md:t-small", cell: (row) => `${dayAndTime(row.at, zone)}${timeOfDay(row.at, zone).slice(5)}` },
              { id: "text", header: "What", rowHeader: true, slot: "a1", className: "font-normal", cell: (row) => row.text },
              ...(contacts ? [{
                id: "about", header: "About", slot: "b2", className: "w-40 max-md:t-small",
                cell: (row) => row.row ? <Link to="/campaigns/$id" params={{ id }} search={{ contact: row.row }} className="link">Row {row.row.toLocaleString("en-US")}</Link> : row.call ? <Link to="/calls/$id" params={{ id: row.call }} className="link">Call</Link> : null,
              } satisfies Column<Schemas["ActivityRow"]>] : []),
            ]}
          />
          <MorePager shown={rows.length} one="event" hasMore={query.hasNextPage} loading={query.isFetchingNextPage} onMore={() => void query.fetchNextPage()} />
        </>
      )}
    </section>
  );
}
