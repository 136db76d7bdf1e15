import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { Plus } from "lucide-react";
import { useEffect, useMemo } from "react";
import { campaignsQuery, employeesQuery } from "~/api/queries";
import { rememberList } from "~/app/back";
import { useCan, useZone } from "~/app/session";
import { counted } from "~/lib/format";
import { startOfDay } from "~/lib/time";
import { campaignStatus, campaignStatuses } from "~/lib/words";
import { useTopics } from "~/live/connection";
import { announce } from "~/ui/announce";
import { buttonClass } from "~/ui/button";
import { SearchField } from "~/ui/field";
import { ChoiceFilter, DayFilter, FilterBar, OneFilter } from "~/ui/filters";
import { PageHead, useTitle } from "~/ui/page";
import { Pager } from "~/ui/pager";
import { Empty, ErrorCard } from "~/ui/states";
import { CampaignStatusText } from "~/ui/status";
import { TableSkeleton } from "~/ui/table";
import { FirstSteps } from "./first-steps";
import { CampaignTable } from "./table";

export function CampaignsPage() {
  useTitle("Campaigns");
  const search = useSearch({ from: "/app/campaigns" });
  const navigate = useNavigate({ from: "/campaigns" });
  const zone = useZone();
  const { operate } = useCan();
  const { status, q, employee, from, to, sort = "-created", page = 1, per_page = 25 } = search;
  const employees = useQuery(employeesQuery);
  const list = useQuery(
    campaignsQuery({
      status: status?.join(","), q, employee, sort, page, per_page,
      from: from && startOfDay(from, zone), to: to && startOfDay(to, zone, 1),
    }),
  );
  const importing = list.data?.items.flatMap((row) => (row.import ? [`import:${row.import.id}`] : [])).join();
  useTopics(useMemo(() => ["campaigns", ...(importing ? importing.split(",") : [])], [importing]));
  useEffect(() => rememberList("/campaigns", search), [search]);

  const active = [status, q, employee, from ?? to].filter(Boolean).length;
  const change = (next: Partial<typeof search>, replace = false) => void navigate({ search: (before) => ({ ...before, page: undefined, ...next }), replace, resetScroll: false });
  const total = list.data?.total.count;
  useEffect(() => {
    if (total !== undefined && !list.isPlaceholderData) announce(`${counted(total, "campaign")}, sorted by ${sort.replace("-", "")}`);
  }, [total, sort, list.isPlaceholderData]);

  const create = operate && <Link to="/campaigns/new" className={buttonClass("primary")}><Plus aria-hidden className="size-4" />New campaign</Link>;
  if (list.data && total === 0 && active === 0) return <FirstSteps />;
  return (
    <>
      <PageHead title="Campaigns" actions={create} />
      <FilterBar active={active} onClear={() => void navigate({ search: { sort: search.sort, per_page: search.per_page } })} search={<SearchField label="Search name" value={q ?? ""} onChange={(next) => change({ q: next || undefined }, true)} />}>
        <ChoiceFilter
          name="Status"
          chosen={status ?? []}
          onChange={(next) => change({ status: next })}
          options={campaignStatuses.map((value) => ({ value, text: campaignStatus[value].label, label: <CampaignStatusText status={value} /> }))}
        />
        {(employees.data?.items.length ?? 0) > 1 && (
          <OneFilter name="AI employee" chosen={employee} onChange={(next) => change({ employee: next })} options={employees.data?.items.map((one) => ({ value: one.id, text: one.name })) ?? []} />
        )}
        <DayFilter name="Created" from={from} to={to} zone={zone} onChange={(days) => change({ from: days.from, to: days.to })} />
      </FilterBar>
      {list.isError && <div className="mb-3"><ErrorCard what="campaigns" error={list.error} onRetry={() => void list.refetch()} /></div>}
      {list.isPending && <TableSkeleton height={60} />}
      {list.data && total === 0 && (
        <Empty title="No campaigns match these filters." action={<button type="button" className={buttonClass()} onClick={() => void navigate({ search: {} })}>Clear filters</button>} />
      )}
      {list.data && total !== 0 && (
        <div className={list.isError ? "opacity-60" : undefined}>
          <CampaignTable rows={list.data.items} sort={sort} onSort={(next) => change({ sort: next })} busy={list.isFetching && list.isPlaceholderData} />
          <Pager page={page} perPage={per_page} total={list.data.total} shown={list.data.items.length} onPage={(next) => change({ page: next })} onPerPage={(next) => change({ per_page: next })} />
        </div>
      )}
    </>
  );
}
