import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { isProblem } from "~/api/problem";
import { employeeQuery } from "~/api/queries";
import { useBack } from "~/app/back";
import { useZone } from "~/app/session";
import { initials } from "~/lib/format";
import { dayAndTime } from "~/lib/time";
import { buttonClass } from "~/ui/button";
import { Facts, PageTitle, Panel, useTitle } from "~/ui/page";
import { ErrorCard, Skeleton } from "~/ui/states";
import { CampaignStatusText } from "~/ui/status";

/** Text with its `{{variables}}` marked. */
function Template({ text }: { text: string }) {
  return (
    <span className="whitespace-pre-wrap">
      {text.split(/(\{\{[^}]*\}\})/).map((part, index) => (part.startsWith("{{") ? <code key={index} className="rounded bg-accent-soft px-1 font-mono text-[13px] text-accent">{part}</code> : part))}
    </span>
  );
}

export function EmployeePage() {
  const { id } = useParams({ from: "/app/employees/$id" });
  const zone = useZone();
  const query = useQuery(employeeQuery(id));
  const employee = query.data;
  useBack("/employees", "AI employees");
  useTitle(employee?.name ?? "AI employee", "AI employees");
  if (!employee) {
    if (query.isPending) return <div aria-busy="true"><PageTitle className="sr-only">Loading AI employee</PageTitle><Skeleton className="h-12 w-72" /><Skeleton className="mt-6 h-72 w-full" /></div>;
    if (isProblem(query.error, "not_found", "bad_request")) return <div className="panel px-6 py-14 text-center"><PageTitle>This AI employee doesn't exist or you can't see it.</PageTitle><Link to="/employees" className={`${buttonClass()} mt-5`}>Back to AI employees</Link></div>;
    return <><PageTitle className="mb-4">AI employee</PageTitle><ErrorCard what="this AI employee" error={query.error} onRetry={() => void query.refetch()} /></>;
  }
  return (
    <>
      <header className="mb-5 flex items-center gap-3">
        <span aria-hidden className="grid size-12 shrink-0 place-items-center rounded-full bg-accent-soft text-lg font-semibold text-accent">{initials(employee.name)}</span>
        <div className="min-w-0">
          <PageTitle>{employee.name}</PageTitle>
          <p className="text-muted"><Facts items={[employee.language, `version ${employee.version}`, `saved ${dayAndTime(employee.created_at, zone)}`]} /></p>
        </div>
      </header>
      <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-4 lg:grid-cols-[minmax(0,2fr)_minmax(0,1fr)]">
        <div className="flex flex-col gap-4">
          <Panel title="Greeting"><p className="px-5 py-4"><Template text={employee.greeting} /></p></Panel>
          <Panel title="Script">
            {employee.script.length === 0 ? <p className="px-5 py-4 text-muted">No steps after the greeting.</p> : (
              <ol>
                {employee.script.map((step, index) => (
                  <li key={index} className="flex gap-4 border-line px-5 py-3 not-first:border-t">
                    <span className="w-5 shrink-0 text-right text-muted">{index + 1}</span>
                    <span className="min-w-0"><span className="block t-small text-muted">{step.when}</span>{step.says && <Template text={step.says} />}</span>
                  </li>
                ))}
              </ol>
            )}
          </Panel>
        </div>
        <div className="flex flex-col gap-4">
          <Panel title="Used by">
            {employee.used_by.length === 0 ? <p className="px-5 py-4 text-muted">No campaign yet.</p> : (
              <ul className="py-1">
                {employee.used_by.map((use) => (
                  <li key={use.id} className="flex items-center gap-3 px-5 py-2">
                    <Link to="/campaigns/$id" params={{ id: use.id }} className="min-w-0 flex-1 truncate link">{use.name}</Link>
                    <span className="t-small text-muted">version {use.version}</span>
                    <span className="t-small"><CampaignStatusText status={use.status} /></span>
                  </li>
                ))}
              </ul>
            )}
          </Panel>
          <Panel title="Variables">
            {employee.variables.length === 0 ? <p className="px-5 py-4 text-muted">The texts use none.</p> : (
              <ul className="py-2">
                {employee.variables.map((variable) => (
                  <li key={variable.name} className="px-5 py-1.5">
                    <code className="t-mono">{`{{${variable.name}}}`}</code>
                    <span className="ml-2 t-small text-muted">{variable.default ? `else “${variable.default}”` : "a row without it is skipped"}</span>
                  </li>
                ))}
              </ul>
            )}
          </Panel>
        </div>
      </div>
    </>
  );
}
