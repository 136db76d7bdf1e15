import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Copy, Download, FlaskConical, Pause, Pencil, Play, RotateCcw, Square, Trash2, UsersRound } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { activityQuery, retryPreviewQuery, trunksQuery } from "~/api/queries";
import type { Campaign, Stats } from "~/api/types";
import { useCan, useZone } from "~/app/session";
import { count, counted, estimate } from "~/lib/format";
import { when } from "~/lib/time";
import { Button, buttonClass } from "~/ui/button";
import { Menu, type MenuItem } from "~/ui/menu";
import { Facts, PageHead } from "~/ui/page";
import { Notice } from "~/ui/states";
import { CampaignBadge } from "~/ui/status";
import { useCampaignActions } from "./actions";
import { DeleteDraftDialog, RetryDialog, SampleDialog, StartDialog, StopDialog } from "./dialogs";
import { afterwork, statusReason } from "./status-line";

// Only drawn after a press: not part of what the page needs to appear.
const ExportDialog = lazy(() => import("./export-dialog").then((part) => ({ default: part.ExportDialog })));
const FromFilterDialog = lazy(() => import("./from-filter-dialog").then((part) => ({ default: part.FromFilterDialog })));

type Open = "start" | "stop" | "retry" | "delete" | "export" | "from" | "sample" | null;

const lower = (text: string) => text.charAt(0).toLowerCase() + text.slice(1);

/** When it was paused, from its activity where the state does not say. */
function usePausedAt(campaign: Campaign, stats: Stats): string | null {
  const asked = stats.state.status === "paused" && !stats.state.at;
  const rows = useInfiniteQuery({ ...activityQuery(campaign.id, false), enabled: asked }).data?.pages.flatMap((page) => page.items);
  const last = rows?.find((row) => /^campaign_(paused|resumed|started)$/.test(row.kind));
  return asked && last?.kind === "campaign_paused" ? last.at : null;
}

function HeadLine({ campaign, stats }: { campaign: Campaign; stats: Stats }) {
  const zone = useZone();
  const { status } = stats.state;
  const paused = usePausedAt(campaign, stats);
  const waits = stats.state.waiting_for === "trunk";
  const why = useQuery({ ...trunksQuery, enabled: waits, refetchInterval: 10_000 }).data?.items.find(({ id }) => id === campaign.trunk.id)?.state?.detail;
  const started = campaign.started_at && `Started ${when(campaign.started_at, zone)}${campaign.started_by ? ` by ${campaign.started_by}` : ""}`;
  const reason = statusReason(paused ? { ...stats.state, at: paused } : stats.state, stats, zone);
  const rate = stats.calls_per_second > 0 && `${stats.calls_per_second >= 10 ? Math.round(stats.calls_per_second * 10) / 10 : stats.calls_per_second.toFixed(1)} calls/s`;
  const canceled = stats.counts.canceled > 0 && `${counted(stats.counts.canceled, "contact")} ${stats.counts.canceled === 1 ? "was" : "were"} not called`;
  const origin = campaign.parent && <>from <Link to="/campaigns/$id" params={{ id: campaign.parent.id }} className="link-inline">{campaign.parent.name}</Link></>;
  if (status === "running" && !stats.state.waiting_for) {
    return <Facts items={[started, `${count(stats.lines_in_use)} of ${counted(stats.lines, "line")} in use`, rate, stats.eta_s ? `${estimate(stats.eta_s)} of calling left` : null, origin]} />;
  }
  if (status === "completed") return <Facts items={[started, lower(reason), `version ${campaign.employee.version} of ${campaign.employee.name}`, origin]} />;
  const trunk = waits && <>Waiting for trunk <Link to="/settings/trunks" className="link-inline">{campaign.trunk.name}</Link>: {why?.replace(/\.$/, "") ?? "it takes no calls at the moment"}</>;
  return <Facts items={[trunk || reason, afterwork(stats), canceled, status === "draft" ? null : started && lower(started), origin]} />;
}

/** What keeps a draft from starting, each with its way on. */
function Blockers({ campaign }: { campaign: Campaign }) {
  // An import that runs says so itself, with how far it is.
  const blockers = campaign.blockers.filter(({ code }) => code !== "importing");
  if (campaign.state.status !== "draft" || blockers.length === 0) return null;
  return (
    <div id="start-blocked" className="mt-3">
      <Notice meaning="hold">
        <p className="font-medium">Start becomes available when this is done:</p>
        <ul>
          {blockers.map((blocker) => (
            <li key={blocker.code}>
              {blocker.text}{" "}
              {blocker.code === "no_contacts" && <Link to="/campaigns/new" search={{ step: 2, draft: campaign.id }} className="underline underline-offset-2">Upload contacts</Link>}
              {blocker.code === "no_trunk" && <Link to="/settings/trunks" className="underline underline-offset-2">Open trunks</Link>}
              {blocker.code === "missing_variable" && <Link to="/campaigns/new" search={{ step: 2, draft: campaign.id }} className="underline underline-offset-2">Upload a file that has it</Link>}
            </li>
          ))}
        </ul>
      </Notice>
    </div>
  );
}

export function CampaignHead({ campaign, stats }: { campaign: Campaign; stats: Stats }) {
  const actions = useCampaignActions({ ...campaign, control_version: stats.control_version });
  const [open, setOpen] = useState<Open>(null);
  const { operate } = useCan();
  const { status } = stats.state;
  const close = () => setOpen(null);
  const can = (action: Campaign["actions"][number]) => operate && campaign.actions.includes(action);
  const { failed, pending } = stats.counts;
  // Only what may work is worth the one filled button: calling wrong numbers again is not.
  const preview = useQuery({ ...retryPreviewQuery(campaign.id), enabled: operate && status === "completed" && failed > 0 }).data;
  const advised = status === "completed" && preview !== undefined && preview.may_work + preview.interrupted > 0;

  const controls = operate && (
    <>
      {status === "draft" && (
        <Button kind="primary" icon={Play} aria-describedby={campaign.blockers.length > 0 ? "start-blocked" : undefined} blocked={campaign.blockers.length > 0 || campaign.counts.pending === 0} pending={actions.start.isPending} pendingLabel="Starting…" onClick={() => (pending > 1_000 ? setOpen("start") : actions.start.mutate())}>Start campaign</Button>
      )}
      {(status === "running" || status === "queued") && <Button kind="primary" icon={Pause} pending={actions.pause.isPending} pendingLabel="Pausing…" onClick={() => actions.pause.mutate()}>Pause</Button>}
      {status === "paused" && <Button kind="primary" icon={Play} pending={actions.resume.isPending} pendingLabel="Resuming…" onClick={() => actions.resume.mutate()}>Resume</Button>}
      {["running", "queued", "paused"].includes(status) && <Button icon={Square} pending={actions.stop.isPending} onClick={() => setOpen("stop")}>Stop</Button>}
      {failed > 0 && status !== "draft" && (
        status === "canceled" ? (
          <Button icon={UsersRound} onClick={() => setOpen("from")}>New campaign from failed contacts</Button>
        ) : (
          <Button kind={advised ? "primary" : "plain"} icon={RotateCcw} pending={actions.retry.isPending} onClick={() => setOpen("retry")}>Retry failed ({count(failed)})</Button>
        )
      )}
      {status === "draft" && <Link to="/campaigns/new" search={{ draft: campaign.id }} className={buttonClass()}><Pencil aria-hidden className="size-4 text-muted" />Edit</Link>}
    </>
  );
  const menu: MenuItem[] = [
    ...(can("from_filter") && stats.counts.total > 0 ? [{ label: "New campaign from contacts…", icon: UsersRound, onSelect: () => setOpen("from") }] : []),
    ...(can("sample") ? [{ label: "Create sample campaign…", icon: FlaskConical, onSelect: () => setOpen("sample") }] : []),
    ...(can("duplicate") ? [{ label: "Duplicate", icon: Copy, onSelect: () => actions.duplicate.mutate() }] : []),
  ];
  const removal: MenuItem[] = can("delete") ? [{ label: "Delete draft…", icon: Trash2, danger: true, onSelect: () => setOpen("delete") }] : [];
  const inMenu = menu.length + removal.length > 0;
  const exporting: MenuItem[] = stats.counts.total > 0 ? [{ label: "Export…", icon: Download, phoneOnly: true, onSelect: () => setOpen("export") }] : [];
  return (
    <>
      <PageHead
        title={campaign.name}
        badge={<CampaignBadge status={status} />}
        beside={<>AI employee <Link to="/employees/$id" params={{ id: campaign.employee.id }} className="ml-1 font-medium link">{campaign.employee.name}</Link></>}
        actions={
          <>
            {controls}
            {stats.counts.total > 0 && <Button icon={Download} className={inMenu ? "max-md:hidden" : undefined} onClick={() => setOpen("export")}>Export</Button>}
            {inMenu && <Menu name="More actions" groups={[[...menu, ...exporting], removal]} />}
          </>
        }
        sub={<HeadLine campaign={campaign} stats={stats} />}
      />
      <Blockers campaign={campaign} />
      {open === "start" && <StartDialog campaign={campaign} stats={stats} pending={actions.start.isPending} onStart={() => actions.start.mutate(undefined, { onSettled: close })} onClose={close} />}
      {open === "stop" && <StopDialog campaign={campaign} stats={stats} actions={actions} onClose={close} />}
      {open === "retry" && <RetryDialog campaign={campaign} status={status} actions={actions} onClose={close} />}
      {open === "delete" && <DeleteDraftDialog campaign={campaign} actions={actions} onClose={close} />}
      {open === "sample" && <SampleDialog campaign={campaign} actions={actions} onClose={close} />}
      <Suspense>
        {open === "export" && <ExportDialog campaign={campaign} onClose={close} />}
        {open === "from" && <FromFilterDialog campaign={campaign} start={status === "canceled" ? "failed" : undefined} onClose={close} />}
      </Suspense>
    </>
  );
}

