import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { employeesQuery } from "~/api/queries";
import { useZone } from "~/app/session";
import { counted } from "~/lib/format";
import { dayAndTime } from "~/lib/time";
import { PageHead, useTitle } from "~/ui/page";
import { Empty, ErrorCard } from "~/ui/states";
import { DataTable, TableSkeleton } from "~/ui/table";

export function EmployeesPage() {
  useTitle("AI employees");
  const zone = useZone();
  const query = useQuery(employeesQuery);
  const rows = query.data?.items ?? [];
  return (
    <>
      <PageHead title="AI employees" sub="They make the calls: name, greeting and script." />
      {query.isPending && <TableSkeleton rows={3} />}
      {query.isError && <ErrorCard what="AI employees" error={query.error} onRetry={() => void query.refetch()} />}
      {query.data && rows.length === 0 && <Empty title="No AI employees yet." />}
      {rows.length > 0 && (
        <DataTable
          caption="AI employees"
          rows={rows}
          rowKey={(row) => row.id}
          columns={[
            { id: "name", header: "Name", rowHeader: true, slot: "a1", cell: (row) => <Link to="/employees/$id" params={{ id: row.id }} className="inline-flex min-h-6 items-center font-medium hover:underline">{row.name}</Link> },
            { id: "greeting", header: "Greeting", slot: "a2", className: "max-w-96 py-2 max-md:t-small", cell: (row) => <span className="line-clamp-3">{row.greeting}</span> },
            { id: "language", header: "Language", cell: (row) => row.language },
            { id: "version", header: "Version", numeric: true, cell: (row) => row.version },
            { id: "campaigns", header: "Used by", slot: "b1", className: "whitespace-nowrap max-md:t-small", cell: (row) => counted(row.campaigns, "campaign") },
            { id: "updated", header: "Changed", className: "whitespace-nowrap text-muted", cell: (row) => dayAndTime(row.updated_at, zone) },
          ]}
        />
      )}
    </>
  );
}
