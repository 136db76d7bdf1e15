import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { RefreshCw } from "lucide-react";
import { lazy, Suspense, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { isProblem } from "~/api/problem";
import { campaignQuery, catalogQuery, contactsQuery, statsQuery } from "~/api/queries";
import type { ContactFilter, ContactPage, ContactRow } from "~/api/types";
import { rememberList } from "~/app/back";
import { useCan, useZone } from "~/app/session";
import { count, counted } from "~/lib/format";
import { startOfDay } from "~/lib/time";
import { answeredResults, contactStatus, contactStatuses, resultLabel, results } from "~/lib/words";
import { type ChangedRow, changesSince, noChanges, type RowChanges } from "~/live/apply";
import { useTopics } from "~/live/connection";
import { announce } from "~/ui/announce";
import { Button, buttonClass } from "~/ui/button";
import { SearchField } from "~/ui/field";
import { ChoiceFilter, DayFilter, FilterBar, OneFilter } from "~/ui/filters";
import { Pager } from "~/ui/pager";
import { Empty, ErrorCard, Notice } from "~/ui/states";
import { ContactStatusText } from "~/ui/status";
import { TableSkeleton } from "~/ui/table";
import { ContactTable } from "./contact-table";

const BulkBar = lazy(() => import("./bulk-bar").then((part) => ({ default: part.BulkBar })));
const ContactPanel = lazy(() => import("./contact-panel").then((part) => ({ default: part.ContactPanel })));

const sortWords: Record<string, string> = { row: "place in the file", name: "name", status: "status", processed: "time processed", result: "result" };

/** A changed row stays the same object until it changes again, so that it is not drawn again. */
const merged = new WeakMap<ChangedRow, { row: ContactRow; merged: ContactRow }>();

/** Rows as the page shows them: what changed since is patched in place; nothing is inserted, removed or moved under the reader. */
function patched({ items, began = 0 }: ContactPage, changes: RowChanges): ContactRow[] {
  return items.map((row) => {
    const change = changes.rows[row.row];
    if (!change || change.heardAt < began) return row;
    const known = merged.get(change);
    if (known?.row === row) return known.merged;
    const next = { ...row, status: change.status as ContactRow["status"], result: change.result as ContactRow["result"], result_text: change.result_text, processed_at: change.processed_at };
    merged.set(change, { row, merged: next });
    return next;
  });
}

export function ContactsTab() {
  const { id } = useParams({ from: "/app/campaigns/$id/" });
  const search = useSearch({ from: "/app/campaigns/$id/" });
  const navigate = useNavigate({ from: "/campaigns/$id" });
  const client = useQueryClient();
  const zone = useZone();
  const { operate } = useCan();
  const campaign = useQuery(campaignQuery(id)).data;
  const stats = useQuery({ ...statsQuery(id), enabled: false }).data;
  const catalog = useQuery(catalogQuery).data;
  const { status, result, reason, handled, from, to, q, sort: chosenSort, page = 1, per_page = 50, contact } = search;
  // The way back from a call leads to the list as it was, without the panel over it.
  useEffect(() => rememberList(`/campaigns/${id}`, { ...search, contact: undefined }), [id, search]);
  const [chosen, setChosen] = useState<Set<number>>(new Set());
  const caption = useRef<HTMLTableCaptionElement>(null);

  const filter: ContactFilter = useMemo(
    () => ({
      status: status ?? [], result: result ?? [], reason, q,
      handled: handled === undefined ? undefined : handled === "yes",
      from: from && startOfDay(from, zone), to: to && startOfDay(to, zone, 1),
    }),
    [status, result, reason, q, handled, from, to, zone],
  );
  // Next and Previous go by cursor (fast however deep); a page typed into the box goes by number.
  const [cursor, setCursor] = useState<{ page: number; after?: string; before?: string } | null>(null);
  const byCursor = cursor && cursor.page === page ? { after: cursor.after, before: cursor.before } : { page };
  const list = useQuery(
    contactsQuery(id, { status: status?.join(","), result: result?.join(","), reason, q, handled: filter.handled ?? undefined, from: filter.from ?? undefined, to: filter.to ?? undefined, sort: chosenSort, per_page, ...byCursor }),
  );

  // After a reload a page is known by its number alone, and of combined filters only the first pages can be read by number.
  const [tooDeep, setTooDeep] = useState<number | null>(null);
  const refused = list.isError && page > 1 && isProblem(list.error, "bad_query", "page_too_deep");
  useEffect(() => {
    if (!refused) return;
    setTooDeep(page);
    setCursor(null);
    void navigate({ search: (before) => ({ ...before, page: undefined }), replace: true, resetScroll: false });
  }, [refused]);

  useTopics(useMemo(() => [`rows:${id}`], [id]));
  // Whoever leaves the table hears no more of its rows: coming back is a new look.
  useEffect(() => () => void client.invalidateQueries({ queryKey: ["contacts", id], refetchType: "none" }), [client, id]);
  const changes = useQuery<RowChanges>({ queryKey: ["changed-rows", id], queryFn: () => noChanges, enabled: false }).data ?? noChanges;
  const sort = chosenSort ?? list.data?.sort ?? "";
  const dirty = changesSince(changes, list.data?.began ?? 0);
  // The cursor stays: by its number a page that lies deep can't be read.
  const refresh = useCallback(() => {
    void client.invalidateQueries({ queryKey: ["contacts", id] });
    void client.invalidateQueries({ queryKey: ["contact", id] });
  }, [client, id]);
  const rows = useMemo(() => (list.data ? patched(list.data, changes) : []), [list.data, changes]);

  const change = (next: Partial<typeof search>, replace = false) => {
    setChosen(new Set());
    setTooDeep(null);
    if (!("page" in next)) setCursor(null);
    void navigate({ search: (before) => ({ ...before, page: undefined, ...next }), replace, resetScroll: false });
  };
  const turn = (next: number) => {
    const data = list.data;
    setCursor(data && next === page + 1 && data.next ? { page: next, after: data.next } : data && next === page - 1 && data.previous && next > 1 ? { page: next, before: data.previous } : null);
    change({ page: next });
    document.querySelector("[data-contacts-top]")?.scrollIntoView({ block: "start" });
  };
  const open = (row: number | undefined) => void navigate({ search: (before) => ({ ...before, contact: row }), replace: contact !== undefined && row !== undefined, resetScroll: false });

  const total = list.data?.total;
  const settled = !list.isPlaceholderData;
  useEffect(() => {
    if (total && settled) announce(`${total.exact ? "" : "more than "}${counted(total.count, "contact")}, sorted by ${sortWords[sort.replace("-", "") || "row"] ?? sort}${sort.startsWith("-") ? ", descending" : ""}`);
  }, [total?.count, total?.exact, sort, settled]);

  const active = [status, result, reason, handled, q, from ?? to].filter(Boolean).length;
  const clear = () => void navigate({ search: { sort: search.sort, per_page: search.per_page }, resetScroll: false });
  const reasonText = reason && (catalog?.failures.find((word) => word.code === reason)?.title ?? catalog?.skip_reasons.find((word) => word.code === reason)?.label ?? reason);
  const counts = stats?.counts ?? campaign?.counts;

  if (campaign && counts?.total === 0 && active === 0) {
    const importing = campaign.import?.state === "running" || campaign.import?.state === "waiting";
    return importing ? <div className="pt-4"><TableSkeleton /></div> : (
      <div className="pt-4">
        <Empty title="This campaign has no contacts." action={operate && campaign.actions.includes("import") && <Link to="/campaigns/new" search={{ step: 2, draft: id }} className={buttonClass("primary")}>Upload contacts</Link>}>
          A CSV or XLSX file with a column of phone numbers is enough.
        </Empty>
      </div>
    );
  }
  const behind = list.data && settled && rows.length === 0 && page > 1 && list.data.total.count > 0;
  const last = Math.max(1, Math.min(page - 1, Math.ceil((total?.count ?? 0) / per_page)));
  const index = rows.findIndex((row) => row.row === contact);
  return (
    <section aria-label="Contacts">
      <span data-contacts-top />
      <FilterBar
        active={active}
        onClear={clear}
        search={<SearchField label="Search name or phone" value={q ?? ""} onChange={(next) => change({ q: next || undefined }, true)} />}
        trailing={
          list.data && dirty !== 0 && (
            <span className="flex items-center gap-2">
              <span className="t-small text-muted">{dirty === "many" ? "Many rows changed" : `${counted(dirty, "row")} changed`}</span>
              <Button icon={RefreshCw} onClick={refresh}>Refresh</Button>
            </span>
          )
        }
      >
        <ChoiceFilter name="Status" chosen={status ?? []} onChange={(next) => change({ status: next })} options={contactStatuses.map((value) => ({ value, text: contactStatus[value].label, label: <ContactStatusText status={value} /> }))} />
        <ChoiceFilter name="Result" chosen={result ?? []} onChange={(next) => change({ result: next })} options={results.map((value) => ({ value, text: resultLabel[value], label: <span>{resultLabel[value]}{!answeredResults.includes(value) && <span className="text-muted"> · not answered</span>}</span> }))} />
        <DayFilter name="Processed" from={from} to={to} zone={zone} onChange={(days) => change({ from: days.from, to: days.to })} />
        {(reason || (counts?.failed ?? 0) > 0 || (counts?.skipped ?? 0) > 0) && catalog && (
          <OneFilter
            name="Reason"
            chosen={reason}
            onChange={(next) => change({ reason: next })}
            options={[...catalog.failures.map((word) => ({ value: word.code as string, text: word.title })), ...catalog.skip_reasons.map((word) => ({ value: word.code as string, text: word.label }))]}
          />
        )}
        {(handled || (counts?.failed ?? 0) > 0) && <OneFilter name="By hand" chosen={handled} onChange={(next) => change({ handled: next as "yes" | "no" | undefined })} options={[{ value: "yes", text: "Handled by hand" }, { value: "no", text: "Not handled by hand" }]} />}
      </FilterBar>
      {tooDeep !== null && <div className="mb-3"><Notice meaning="neutral">With these filters page {count(tooDeep)} can't be opened by its number: this is the first page. Next leads on from here, and fewer filters lead further.</Notice></div>}
      {list.isError && !refused && <div className="mb-3"><ErrorCard what="the contacts" error={list.error} onRetry={() => void list.refetch()} /></div>}
      {list.isPending && <TableSkeleton />}
      {behind && (
        <Empty title="This page is behind the last one." action={<Button onClick={() => { setCursor(null); change({ page: last }); }}>Go to page {count(last)}</Button>}>
          {list.data?.total.exact && `${counted(list.data.total.count, "contact")} ${active > 0 ? (list.data.total.count === 1 ? "matches" : "match") : (list.data.total.count === 1 ? "is there" : "are there")}.`}
        </Empty>
      )}
      {list.data && rows.length === 0 && !behind && active > 0 && <Empty title="No contacts match these filters." action={<Button onClick={clear}>Clear filters</Button>}>{reasonText && `Filtered by the reason “${reasonText}”.`}</Empty>}
      {list.data && campaign && rows.length > 0 && (
        <div className={list.isError ? "opacity-60" : undefined}>
          {operate && chosen.size > 0 && <Suspense fallback={<div className="mb-2 h-11" />}><BulkBar campaign={campaign} chosen={chosen} rows={rows} onPage={rows.length} total={list.data.total} filter={filter} onDone={() => { setChosen(new Set()); refresh(); }} onClear={() => setChosen(new Set())} /></Suspense>}
          <ContactTable campaign={campaign} rows={rows} status={status} sort={sort} onSort={(next) => change({ sort: next })} busy={list.isFetching && list.isPlaceholderData} selection={operate ? { chosen, change: setChosen, name: (row) => `Choose ${rows.find((entry) => entry.row === row)?.name || `row ${row}`}` } : undefined} onOpen={open} onChanged={refresh} captionRef={caption} />
          <Pager page={page} perPage={per_page} total={list.data.total} shown={rows.length} unfiltered={active > 0 ? counts?.total : undefined} hasNext={list.data.total.exact ? page * per_page < list.data.total.count : Boolean(list.data.next)} onPage={turn} onPerPage={(next) => change({ per_page: next })} />
        </div>
      )}
      {contact !== undefined && campaign && (
        <Suspense><ContactPanel key={contact} campaign={campaign} row={contact} onClose={() => open(undefined)} onNext={index >= 0 && index < rows.length - 1 ? () => open(rows[index + 1]?.row) : undefined} onPrevious={index > 0 ? () => open(rows[index - 1]?.row) : undefined} /></Suspense>
      )}
    </section>
  );
}
