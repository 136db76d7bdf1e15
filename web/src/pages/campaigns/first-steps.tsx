import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Check } from "lucide-react";
import type { ReactNode } from "react";
import { employeesQuery, trunksQuery } from "~/api/queries";
import { useCan } from "~/app/session";
import { buttonClass } from "~/ui/button";
import { cx } from "~/ui/cx";
import { PageHead } from "~/ui/page";

function Step({ number, done, ready, title, children, action }: { number: number; done: boolean; ready: boolean; title: string; children: ReactNode; action: ReactNode }) {
  return (
    <li className="flex flex-wrap items-start gap-4 border-line px-6 py-4 not-first:border-t">
      <span aria-hidden className={cx("mt-2 grid size-6 shrink-0 place-items-center rounded-full border t-small", done ? "border-success-fill text-success-fill" : ready ? "border-accent text-accent" : "border-line-strong text-muted")}>
        {done ? <Check className="size-4" /> : number}
      </span>
      <div className="min-w-0 flex-1 basis-44 pt-2">
        <h3 className={cx("t-heading", !ready && !done && "text-muted")}>{title}{done && <span className="sr-only"> (done)</span>}</h3>
        <p className="mt-0.5 text-muted">{children}</p>
      </div>
      {action}
    </li>
  );
}

/** Nothing there yet: three steps, exactly one of them in the accent colour. */
export function FirstSteps() {
  const trunks = useQuery(trunksQuery);
  const employees = useQuery(employeesQuery);
  const { operate, administer } = useCan();
  const names = trunks.data?.items.map((trunk) => trunk.name) ?? [];
  const hasTrunk = names.length > 0;
  const hasEmployee = (employees.data?.items.length ?? 0) > 0;
  return (
    <>
      <PageHead title="Campaigns" />
      <div className="mx-auto mt-16 max-w-[720px]">
        <h2 className="text-center t-title">No campaigns yet</h2>
        <p className="mt-1 mb-5 text-center text-muted">A campaign calls a list of contacts with one AI employee. Three steps to the first one:</p>
        <ol className="panel">
          <Step number={1} done={hasTrunk} ready title="Connect a trunk" action={administer && <Link to="/settings/trunks/new" className={cx(buttonClass(hasTrunk ? "plain" : "primary"), "w-44")}>{hasTrunk ? "Add another trunk" : "Add your trunk"}</Link>}>
            {hasTrunk ? `Connected: ${names.slice(0, 3).join(", ")}.` : "The line to the phone network: host, login and caller ID from your carrier."}
          </Step>
          <Step number={2} done={hasEmployee} ready={hasTrunk} title="Look at your AI employee" action={hasEmployee && <Link to="/employees" className={cx(buttonClass(), "w-44")}>Open AI employees</Link>}>
            {hasEmployee ? `${employees.data?.items[0]?.name} is ready: name, greeting, script.` : "There is none yet. An administrator makes the first one at the command line."}
          </Step>
          <Step number={3} done={false} ready={hasTrunk && hasEmployee} title="Create a campaign" action={operate && hasTrunk && hasEmployee && <Link to="/campaigns/new" className={cx(buttonClass("primary"), "w-44")}>New campaign</Link>}>
            Upload a list, match its columns, review, start.{!(hasTrunk && hasEmployee) && " Becomes available after the steps before."}
          </Step>
        </ol>
      </div>
    </>
  );
}
