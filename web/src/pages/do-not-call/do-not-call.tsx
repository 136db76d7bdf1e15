import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { Download, ListPlus, Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { ask, http, type Schemas } from "~/api/client";
import { doNotCallQuery } from "~/api/queries";
import { useCan, useZone } from "~/app/session";
import { phone } from "~/lib/format";
import { dateOnly, dayAndTime } from "~/lib/time";
import { Button, buttonClass } from "~/ui/button";
import { Confirm } from "~/ui/dialog";
import { Field, Input, SearchField } from "~/ui/field";
import { FilterBar, OneFilter } from "~/ui/filters";
import { PageHead, useTitle } from "~/ui/page";
import { MorePager } from "~/ui/pager";
import { Empty, ErrorCard, problemText } from "~/ui/states";
import { type Column, DataTable, TableSkeleton } from "~/ui/table";
import { toast } from "~/ui/toast";
import { AddDialog, ImportDialog } from "./add-dialogs";
import { CheckNumber } from "./check-number";
import type { sources } from "./search";

type Entry = Schemas["DoNotCallEntry"];

const sourceLabel: Record<Entry["source"], string> = { manual: "Added by hand", import: "Imported list", call: "Said in a call", api: "Another program", other: "Other" };

function RemoveDialog({ entry, onClose }: { entry: Entry; onClose: () => void }) {
  const client = useQueryClient();
  const [reason, setReason] = useState("");
  const remove = useMutation({
    mutationFn: () => ask(http.DELETE("/api/v1/do-not-call/{phone}", { params: { path: { phone: entry.phone }, query: { reason } } })),
    onSuccess: () => {
      toast(`${phone(entry.phone)} may be called again.`);
      void client.invalidateQueries({ queryKey: ["do-not-call"] });
      onClose();
    },
    onError: (error) => toast(`Couldn't remove the number. ${problemText(error)}`, { kind: "problem" }),
  });
  return (
    <Confirm open onOpenChange={(open) => { if (!open) onClose(); }} title={`Allow calls to ${phone(entry.phone)} again?`} keep="Keep on the list" act="Remove from list" danger pending={remove.isPending} blocked={reason.trim() === ""} onAct={() => remove.mutate()}>
      <p>Campaigns may call the number from now on. Contacts that were skipped for it stay Skipped.</p>
      <Field label="Reason" hint="Needed, and kept in the audit log: for example “asked for a call by e-mail of 3 October”.">{(control) => <Input {...control} value={reason} maxLength={300} onChange={(event) => setReason(event.target.value)} />}</Field>
    </Confirm>
  );
}

/** Numbers that no campaign ever calls. */
export function DoNotCallPage() {
  useTitle("Do not call");
  const { q, source } = useSearch({ from: "/app/do-not-call" });
  const navigate = useNavigate({ from: "/do-not-call" });
  const zone = useZone();
  const { operate } = useCan();
  const query = useInfiniteQuery(doNotCallQuery({ q, source }));
  const [adding, setAdding] = useState<"one" | "many" | null>(null);
  const [removing, setRemoving] = useState<Entry | null>(null);
  const rows = query.data?.pages.flatMap((page) => page.items) ?? [];
  const active = [q, source].filter(Boolean).length;
  const columns: Column<Entry>[] = [
    { id: "phone", header: "Phone number", rowHeader: true, slot: "a1", className: "t-mono font-normal", cell: (row) => phone(row.phone) },
    { id: "source", header: "Source", slot: "b1", cell: (row) => sourceLabel[row.source] },
    { id: "reason", header: "Reason", slot: "a2", className: "max-w-96 max-md:t-small", cell: (row) => row.reason ?? <span className="text-muted">–</span> },
    { id: "by", header: "Added by", cell: (row) => row.added_by },
    { id: "at", header: "Added", className: "whitespace-nowrap", cell: (row) => dayAndTime(row.added_at, zone) },
    { id: "expires", header: "Until", className: "whitespace-nowrap", cell: (row) => (row.expires_at ? dateOnly(row.expires_at, zone) : "For good") },
    { id: "remove", header: <span className="sr-only">Actions</span>, slot: "b2", className: "w-28", cell: (row) => operate && <Button kind="ghost" size="sm" icon={Trash2} aria-label={`Remove ${phone(row.phone)}`} onClick={() => setRemoving(row)}>Remove</Button> },
  ];
  return (
    <>
      <PageHead
        title="Do not call"
        sub="Numbers that no campaign calls, also running ones."
        actions={
          <>
            {rows.length > 0 && <a href="/api/v1/do-not-call/export" download="do-not-call.csv" className={buttonClass()}><Download aria-hidden className="size-4" />Export CSV</a>}
            {operate && <Button icon={ListPlus} onClick={() => setAdding("many")}>Add a list</Button>}
            {operate && <Button kind="primary" icon={Plus} onClick={() => setAdding("one")}>Add a number</Button>}
          </>
        }
      />
      <CheckNumber />
      <FilterBar active={active} onClear={() => void navigate({ search: {} })} search={<SearchField label="Search phone number" value={q ?? ""} onChange={(next) => void navigate({ search: (before) => ({ ...before, q: next || undefined }), replace: true })} />}>
        <OneFilter name="Source" chosen={source} onChange={(next) => void navigate({ search: (before) => ({ ...before, source: next as (typeof sources)[number] | undefined }) })} options={Object.entries(sourceLabel).map(([value, text]) => ({ value, text }))} />
      </FilterBar>
      {query.isError && <div className="mb-3"><ErrorCard what="the list" error={query.error} onRetry={() => void query.refetch()} /></div>}
      {query.isPending && <TableSkeleton />}
      {query.data && rows.length === 0 && (active > 0
        ? <Empty title="No numbers match these filters." action={<Button onClick={() => void navigate({ search: {} })}>Clear filters</Button>} />
        : <Empty title="The list is empty.">Add numbers that must never be called, one by one or as a list.</Empty>)}
      {rows.length > 0 && (
        <>
          <DataTable caption="Do not call list, newest first" columns={columns} rows={rows} rowKey={(row) => row.phone} busy={query.isFetching && query.isPlaceholderData} />
          <MorePager shown={rows.length} one="number" hasMore={query.hasNextPage} loading={query.isFetchingNextPage} onMore={() => void query.fetchNextPage()} />
        </>
      )}
      {adding === "one" && <AddDialog onClose={() => setAdding(null)} />}
      {adding === "many" && <ImportDialog onClose={() => setAdding(null)} />}
      {removing && <RemoveDialog entry={removing} onClose={() => setRemoving(null)} />}
    </>
  );
}
