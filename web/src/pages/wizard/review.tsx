import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { FlaskConical, Play } from "lucide-react";
import { type ReactNode, useState } from "react";
import { statsQuery, trunksQuery } from "~/api/queries";
import type { Campaign } from "~/api/types";
import { count, counted, estimate, phone, span } from "~/lib/format";
import { Button, buttonClass } from "~/ui/button";
import { Notice } from "~/ui/states";
import { useCampaignActions } from "../campaign/actions";
import { SampleDialog, StartDialog } from "../campaign/dialogs";
import { liveStats } from "../campaign/live-stats";
import { calledIn } from "../campaign/pace-form";
import { WizardFoot } from "./wizard";

/** Step 5: every answer once more, each with Change, before anything rings. */
export function Review({ campaign, upload }: { campaign: Campaign; upload: string | undefined }) {
  const navigate = useNavigate();
  const trunk = useQuery(trunksQuery).data?.items.find((entry) => entry.id === campaign.trunk.id);
  const stats = liveStats(campaign, useQuery(statsQuery(campaign.id)).data);
  const actions = useCampaignActions({ ...campaign, control_version: stats.control_version });
  const [asking, setAsking] = useState<"start" | "sample" | null>(null);
  const { settings, counts } = campaign;
  const start = () => actions.start.mutate(undefined, { onSuccess: () => void navigate({ to: "/campaigns/$id", params: { id: campaign.id } }), onSettled: () => setAsking(null) });
  const rules = (["busy", "no_answer", "failed"] as const).flatMap((kind) => {
    const rule = settings.retry?.[kind];
    return rule ? [`${{ busy: "Busy", no_answer: "No answer", failed: "Technical failure" }[kind]}: ${counted(rule.attempts, "further attempt")}, ${span(rule.delay_s)} apart`] : [];
  });
  const lines: [string, ReactNode, number | null, string][] = [
    ["Name", campaign.name, 1, "name"],
    ["AI employee", `${campaign.employee.name}, version ${campaign.employee.version}`, 1, "AI employee"],
    ["Trunk", <>{campaign.trunk.name}{trunk?.caller_id && <span className="text-muted"> · people see {phone(trunk.caller_id)}</span>}</>, 1, "trunk"],
    ["Contacts", counts.total === 0 ? "None yet" : <>{count(counts.pending)} will be called{counts.skipped > 0 && <span className="text-muted"> · {count(counts.skipped)} skipped</span>}</>, 2, "contacts"],
    ["Pace", <>{counted(settings.lines ?? 0, "line")}, {settings.calls_per_second} new calls per second{counts.pending > 0 && <span className="text-muted"> · {estimate(calledIn(counts.pending, settings))}</span>}</>, 4, "pace"],
    ["Ringing, longest call", `${settings.ring_timeout_s} s, ${span(settings.max_call_s ?? 300)}`, 4, "times"],
    ["Call again", rules.length > 0 ? rules.map((rule) => <span key={rule} className="block">{rule}</span>) : "Never by itself", 4, "further attempts"],
    ["Order", settings.order === "newest_first" ? "Last rows first" : "As in the file", counts.total > 0 ? null : 3, "order"],
    ["Recording", settings.recording === false ? "Off" : "On", 4, "recording"],
  ];
  return (
    <>
      {campaign.blockers.length > 0 && (
        <div id="start-blocked" className="mb-4">
          <Notice meaning="hold">
            <p className="font-medium">Start becomes available when this is done:</p>
            <ul>{campaign.blockers.map((blocker) => <li key={blocker.code}>{blocker.text}</li>)}</ul>
          </Notice>
        </div>
      )}
      <dl className="panel max-w-3xl">
        {lines.map(([name, value, step, what]) => (
          <div key={name} className="flex flex-wrap items-baseline gap-x-4 gap-y-1 border-line px-4 py-3 not-first:border-t sm:px-6">
            <dt className="w-full shrink-0 text-muted sm:w-44">{name}</dt>
            <dd className="min-w-0 flex-1">{value}</dd>
            <dd>{step !== null && <Link to="/campaigns/new" search={{ step: step === 1 ? undefined : step, draft: campaign.id, upload }} aria-label={`Change ${what}`} className="inline-flex min-h-6 items-center link">Change</Link>}</dd>
          </div>
        ))}
      </dl>
      <p className="mt-4 max-w-3xl text-muted">Start places real calls{trunk ? ` over ${trunk.name}` : ""}, which your carrier may charge for. The first go out within seconds. You can pause at any moment.</p>
      <WizardFoot back={4} draft={campaign.id} upload={upload}>
        <Link to="/campaigns/$id" params={{ id: campaign.id }} className={buttonClass()}>Save as draft</Link>
        {counts.pending > 10 && <Button icon={FlaskConical} onClick={() => setAsking("sample")}>Create sample of 10</Button>}
        <Button kind="primary" icon={Play} aria-describedby={campaign.blockers.length > 0 ? "start-blocked" : undefined} blocked={campaign.blockers.length > 0 || counts.pending === 0} pending={actions.start.isPending} pendingLabel="Starting…" onClick={() => (counts.pending > 1_000 ? setAsking("start") : start())}>Start campaign</Button>
      </WizardFoot>
      {asking === "start" && <StartDialog campaign={campaign} stats={stats} pending={actions.start.isPending} onStart={start} onClose={() => setAsking(null)} />}
      {asking === "sample" && <SampleDialog campaign={campaign} actions={actions} onClose={() => setAsking(null)} />}
    </>
  );
}
