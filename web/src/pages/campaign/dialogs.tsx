import { useQuery } from "@tanstack/react-query";
import { Pause } from "lucide-react";
import { useState } from "react";
import { retryPreviewQuery } from "~/api/queries";
import type { Campaign, CampaignRow, FailureCause, RetryScope, Stats } from "~/api/types";
import { count, counted } from "~/lib/format";
import type { CampaignStatus } from "~/lib/words";
import { Button } from "~/ui/button";
import { Confirm } from "~/ui/dialog";
import { Checkbox, Field, Input, Radio } from "~/ui/field";
import { problemText, Skeleton } from "~/ui/states";
import type { CampaignActions } from "./actions";

interface Props {
  campaign: Campaign;
  actions: CampaignActions;
  onClose: () => void;
}

const closing = (onClose: () => void) => (open: boolean) => {
  if (!open) onClose();
};

export function StartDialog({ campaign, stats, pending, onStart, onClose }: Pick<Props, "campaign" | "onClose"> & { stats: Stats; pending: boolean; onStart: () => void }) {
  return (
    <Confirm
      open
      onOpenChange={closing(onClose)}
      title={`Start calling ${counted(stats.counts.pending, "contact")}?`}
      keep="Not yet"
      act="Start campaign"
      pendingLabel="Starting…"
      pending={pending}
      onAct={onStart}
    >
      <p>Calls begin within seconds with AI employee {campaign.employee.name}, up to {count(campaign.settings.lines ?? 0)} at a time. You can pause at any moment.</p>
    </Confirm>
  );
}

/** Above so many contacts Stop wants the campaign's name typed. */
const typedAbove = 100_000;

export function StopDialog({ campaign, stats, actions, onClose }: Props & { stats: Stats }) {
  const [hangUp, setHangUp] = useState(false);
  const [typed, setTyped] = useState("");
  const { pending, in_progress: active } = stats.counts;
  const never = Math.max(0, pending - stats.waiting);
  const mustType = pending > typedAbove;
  const running = stats.state.status !== "paused";
  return (
    <Confirm
      open
      onOpenChange={closing(onClose)}
      title={`Stop ${campaign.name} for good?`}
      keep={running ? "Keep running" : "Keep paused"}
      act="Stop campaign"
      pendingLabel="Stopping…"
      danger
      pending={actions.stop.isPending}
      blocked={mustType && typed.trim() !== campaign.name}
      onAct={() => actions.stop.mutate(hangUp, { onSettled: onClose })}
      instead={running && <Button icon={Pause} onClick={() => { onClose(); actions.pause.mutate(); }}>Pause instead</Button>}
    >
      <p>
        {counted(never, "contact")} will not be called and {never === 1 ? "is" : "are"} marked Canceled.
        {stats.waiting > 0 && ` ${count(stats.waiting)} that ${stats.waiting === 1 ? "waits" : "wait"} for another attempt ${stats.waiting === 1 ? "keeps" : "keep"} the result of ${stats.waiting === 1 ? "its" : "their"} last call.`}
      </p>
      {active > 0 && !hangUp && <p>{counted(active, "call")} in progress {active === 1 ? "finishes" : "finish"} normally.</p>}
      <p>A stopped campaign can't be resumed: to continue later, pause it instead.</p>
      {active > 0 && <Checkbox label={`Also hang up the ${counted(active, "active call")}`} checked={hangUp} onChange={(event) => setHangUp(event.target.checked)} />}
      {mustType && <Field label="Type the campaign name to stop it">{(control) => <Input {...control} value={typed} autoComplete="off" onChange={(event) => setTyped(event.target.value)} />}</Field>}
    </Confirm>
  );
}

/** The question before the contacts of one cause are called again. */
export function RetryCauseDialog({ cause, status, actions, onClose }: Pick<Props, "actions" | "onClose"> & { cause: FailureCause; status: CampaignStatus }) {
  return (
    <Confirm
      open
      onOpenChange={closing(onClose)}
      title={`Retry ${counted(cause.count, "contact")} with “${cause.title}”?`}
      keep="Cancel"
      act={`Retry ${counted(cause.count, "contact")}`}
      pending={actions.retry.isPending}
      onAct={() => actions.retry.mutate({ scope: "all", code: cause.code }, { onSettled: onClose })}
    >
      {cause.may_have_rung && <p>Their phone may already have rung: whoever picked up then is called a second time.</p>}
      {cause.needs_fix && <p>They fail again until this is mended: {cause.next_step}</p>}
      {!cause.may_have_rung && !cause.needs_fix && <p>{cause.next_step}</p>}
      {status === "paused" && <p className="text-muted">Calls start when you resume.</p>}
      {status === "completed" && <p className="text-muted">The campaign runs again until they are done.</p>}
    </Confirm>
  );
}

export function RetryDialog({ campaign, status, actions, onClose }: Props & { status: CampaignStatus }) {
  const preview = useQuery(retryPreviewQuery(campaign.id));
  const [chosen, setChosen] = useState<RetryScope | null>(null);
  const numbers = preview.data;
  const scope: RetryScope = chosen ?? (numbers && numbers.may_work === 0 ? "all" : "may_work");
  const sizes: Record<RetryScope, number> = { all: numbers?.all ?? 0, may_work: numbers?.may_work ?? 0, with_interrupted: (numbers?.may_work ?? 0) + (numbers?.interrupted ?? 0) };
  const size = sizes[scope];
  return (
    <Confirm
      open
      onOpenChange={closing(onClose)}
      title={`Retry ${counted(numbers?.all ?? campaign.counts.failed, "failed contact")}?`}
      keep="Cancel"
      act={`Retry ${counted(size, "contact")}`}
      pending={actions.retry.isPending}
      blocked={!numbers || size === 0}
      onAct={() => actions.retry.mutate({ scope }, { onSettled: onClose })}
    >
      {preview.isPending && <Skeleton className="h-24 w-full" />}
      {preview.isError && <p className="text-danger">Couldn't count the contacts. {problemText(preview.error)}</p>}
      {numbers && (
        <>
          {numbers.number_wrong > 0 && <p>{count(numbers.number_wrong)} failed because the number doesn't exist or is incomplete, and will probably fail again.</p>}
          {numbers.needs_fix > 0 && <p>{count(numbers.needs_fix)} of them {numbers.needs_fix === 1 ? "fails" : "fail"} again until something is mended, such as the trunk's login or the firewall.</p>}
          {numbers.may_work === 0 && <p className="text-muted">None of them may work unchanged.</p>}
          <fieldset className="flex flex-col gap-2">
            <legend className="sr-only">Which contacts</legend>
            {numbers.may_work > 0 && <Radio name="scope" checked={scope === "may_work"} onChange={() => setChosen("may_work")} label={`Only the ${count(sizes.may_work)} that may work`} />}
            {numbers.interrupted > 0 && (
              <Radio name="scope" checked={scope === "with_interrupted"} onChange={() => setChosen("with_interrupted")} label={`Also the ${count(numbers.interrupted)} whose call was interrupted`} note="Their phone may already have rung." />
            )}
            <Radio name="scope" checked={scope === "all"} onChange={() => setChosen("all")} label={`All ${count(sizes.all)}`} />
          </fieldset>
          {status === "paused" && <p className="text-muted">Calls start when you resume.</p>}
          {status === "completed" && <p className="text-muted">The campaign runs again until they are done.</p>}
        </>
      )}
    </Confirm>
  );
}

export function DeleteDraftDialog({ campaign, actions, onClose }: { campaign: Campaign | CampaignRow; actions: CampaignActions; onClose: () => void }) {
  const { total } = campaign.counts;
  return (
    <Confirm
      open
      onOpenChange={closing(onClose)}
      title={`Delete draft “${campaign.name}”?`}
      keep="Keep draft"
      act="Delete draft"
      pendingLabel="Deleting…"
      danger
      pending={actions.remove.isPending}
      onAct={() => actions.remove.mutate(undefined, { onSettled: onClose })}
    >
      <p>{total > 0 && `Its ${counted(total, "uploaded contact")} ${total === 1 ? "is" : "are"} deleted too. `}This can't be undone.</p>
    </Confirm>
  );
}

export function SampleDialog({ campaign, actions, onClose }: Props) {
  const [rows, setRows] = useState("10");
  const [skip, setSkip] = useState(true);
  const number = Number(rows);
  const fine = Number.isInteger(number) && number >= 1 && number <= 100;
  return (
    <Confirm
      open
      onOpenChange={closing(onClose)}
      title={`Create a sample of ${campaign.name}?`}
      keep="Cancel"
      act="Create sample"
      pending={actions.sample.isPending}
      blocked={!fine}
      onAct={() => actions.sample.mutate({ rows: number, skip_in_parent: skip }, { onSettled: onClose })}
    >
      <p>A small campaign with the same settings and the first contacts of this one, to listen to before the full launch. It begins as a draft.</p>
      <Field label="Contacts" error={fine ? undefined : "1 to 100"} hint="5 to 10 are enough to hear greeting, script and conclusion.">
        {(control) => <Input {...control} inputMode="numeric" className="w-24!" value={rows} onChange={(event) => setRows(event.target.value)} />}
      </Field>
      <Checkbox label="Skip them in this campaign, so that nobody is called twice" checked={skip} onChange={(event) => setSkip(event.target.checked)} />
    </Confirm>
  );
}
