import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import type { Schemas } from "~/api/client";
import { auditQuery, campaignsQuery, employeesQuery, trunksQuery, usersQuery } from "~/api/queries";
import { useZone } from "~/app/session";
import { dayAndTime, startOfDay, timeOfDay } from "~/lib/time";
import { userName } from "~/lib/words";
import { Button } from "~/ui/button";
import { DayFilter, FilterBar, OneFilter } from "~/ui/filters";
import { PageHead, useTitle } from "~/ui/page";
import { MorePager } from "~/ui/pager";
import { Empty, ErrorCard } from "~/ui/states";
import { type Column, DataTable, TableSkeleton } from "~/ui/table";
import { AuditThing, type Names } from "./audit-thing";
import { actions, actionWords } from "./audit-words";

type Row = Schemas["AuditRow"];

const named = (things: { id: string; name: string }[] | undefined) => things && new Map(things.map(({ id, name }) => [id, name]));

/** What stands behind the ids of the log. Of campaigns the newest: an older one is a link without its name. */
function useNames(): Names {
  return {
    campaigns: named(useQuery({ ...campaignsQuery({ sort: "-created", page: 1, per_page: 250 }), staleTime: 60_000 }).data?.items) ?? new Map(),
    trunks: named(useQuery(trunksQuery).data?.items),
    users: named(useQuery(usersQuery).data?.items.map((user) => ({ id: user.id, name: userName(user) }))),
    employees: named(useQuery(employeesQuery).data?.items),
  };
}

/** Who did what, newest first; refused attempts too. */
export function AuditPage() {
  useTitle("Audit log", "Settings");
  const search = useSearch({ from: "/app/settings/audit" });
  const navigate = useNavigate({ from: "/settings/audit" });
  const zone = useZone();
  const users = useQuery(usersQuery).data?.items ?? [];
  const names = useNames();
  const { user, action, from, to } = search;
  const query = useInfiniteQuery(auditQuery({ user, action, from: from && startOfDay(from, zone), to: to && startOfDay(to, zone, 1) }));
  const rows = query.data?.pages.flatMap((page) => page.items) ?? [];
  const active = [user, action, from ?? to].filter(Boolean).length;
  const change = (next: Partial<typeof search>) => void navigate({ search: (before) => ({ ...before, ...next }), resetScroll: false });
  const columns: Column<Row>[] = [
    { id: "at", header: "When", slot: "b2", className: "whitespace-nowrap max-md:t-small max-md:text-muted", cell: (row) => `${dayAndTime(row.at, zone)}${timeOfDay(row.at, zone).slice(5)}` },
    { id: "who", header: "Who", slot: "a2", className: "max-md:t-small", cell: (row) => row.who },
    { id: "action", header: "What", rowHeader: true, slot: "a1", cell: (row) => <>{actionWords(row.action)}{row.status >= 400 && <span className="ml-2 font-normal text-muted">refused{row.status === 412 && ": it had been changed meanwhile"} ({row.status})</span>}</> },
    { id: "target", header: "To", className: "max-w-64 truncate", cell: (row) => <AuditThing row={row} names={names} /> },
    { id: "address", header: "From", className: "t-mono text-muted", cell: (row) => row.address ?? "–" },
    { id: "request", header: "Request", className: "t-mono max-w-40 truncate text-muted", cell: (row) => row.request_id ?? "–" },
  ];
  return (
    <>
      <PageHead title="Audit log" />
      <FilterBar active={active} onClear={() => void navigate({ search: {} })}>
        <OneFilter name="What" chosen={action} onChange={(next) => change({ action: next })} options={actions} />
        <OneFilter name="User" chosen={user} onChange={(next) => change({ user: next })} options={users.map((entry) => ({ value: entry.id, text: userName(entry) }))} />
        <DayFilter name="When" from={from} to={to} zone={zone} onChange={(days) => change({ from: days.from, to: days.to })} />
      </FilterBar>
      {query.isPending && <TableSkeleton />}
      {query.isError && <ErrorCard what="the audit log" error={query.error} onRetry={() => void query.refetch()} />}
      {query.data && rows.length === 0 && (active > 0 ? <Empty title="No entries match these filters." action={<Button onClick={() => void navigate({ search: {} })}>Clear filters</Button>} /> : <Empty title="Nothing was done yet." />)}
      {rows.length > 0 && (
        <>
          <DataTable caption="Audit log, newest first" columns={columns} rows={rows} rowKey={(row) => row.id} busy={query.isFetching && query.isPlaceholderData} />
          <MorePager shown={rows.length} one="entry" many="entries" hasMore={query.hasNextPage} loading={query.isFetchingNextPage} onMore={() => void query.fetchNextPage()} />
        </>
      )}
    </>
  );
}
