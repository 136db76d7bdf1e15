import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useBlocker, useParams } from "@tanstack/react-router";
import { Pencil } from "lucide-react";
import { useState } from "react";
import { ask, http } from "~/api/client";
import { ApiProblem, isProblem } from "~/api/problem";
import { campaignQuery, statsQuery, trunksQuery } from "~/api/queries";
import type { Campaign } from "~/api/types";
import { useCan } from "~/app/session";
import { applyCampaign } from "~/live/apply";
import { Button } from "~/ui/button";
import { ErrorSummary, Field, Input } from "~/ui/field";
import { Notice, problemText, Skeleton } from "~/ui/states";
import { toast } from "~/ui/toast";
import { liveStats } from "./live-stats";
import { type FieldError, PaceForm, paceErrors } from "./pace-form";

/** Name and pace, also while it runs: they hold for the calls to come. */
function SettingsForm({ campaign }: { campaign: Campaign }) {
  const client = useQueryClient();
  const { operate } = useCan();
  const trunks = useQuery(trunksQuery).data;
  const [base, setBase] = useState(campaign);
  const [name, setName] = useState(campaign.name);
  const [settings, setSettings] = useState(campaign.settings);
  const [errors, setErrors] = useState<FieldError[]>([]);
  const changed = name !== base.name || JSON.stringify(settings) !== JSON.stringify(base.settings);
  const editable = operate && campaign.actions.includes("edit");
  const stats = liveStats(campaign, useQuery({ ...statsQuery(campaign.id), enabled: false }).data);
  useBlocker({ shouldBlockFn: () => changed && !confirm("Leave without saving? The changes of this page are lost."), enableBeforeUnload: changed, disabled: !changed });
  const take = (next: Campaign) => {
    setBase(next);
    setName(next.name);
    setSettings(next.settings);
  };
  const save = useMutation({
    mutationFn: () => ask(http.PATCH("/api/v1/campaigns/{id}", { params: { path: { id: campaign.id }, header: { "If-Match": `"${base.control_version}"` } }, body: { name, settings } })),
    onSuccess: (next) => {
      applyCampaign(client, next);
      take(next);
      toast("Saved. It holds for the calls to come.");
    },
    onError: (error) => {
      if (isProblem(error, "version_changed") && error.current) {
        const current = error.current as Campaign;
        applyCampaign(client, current);
        setBase(current);
        setErrors([{ field: "", message: "Somebody changed this campaign meanwhile. Your changes are still here: save again to keep them." }]);
      } else if (error instanceof ApiProblem && error.errors.length > 0) setErrors(error.errors.map((entry) => ({ ...entry, field: entry.field.replace(/^settings\./, "") })));
      else setErrors([{ field: "", message: problemText(error) }]);
    },
  });
  const submit = () => {
    const wrong = [...(name.trim() === "" ? [{ field: "name", message: "Enter a name" }] : []), ...paceErrors(settings)];
    setErrors(wrong);
    if (wrong.length === 0) save.mutate();
  };
  return (
    <form noValidate onSubmit={(event) => { event.preventDefault(); submit(); }}>
      <ErrorSummary errors={errors.map((error) => ({ message: error.message, field: error.field || undefined }))} />
      {!editable && <div className="mb-4"><Notice meaning="neutral">{operate ? "This campaign is over: its settings can't be changed." : "You can look at the settings. Changing them needs the role Operator."}</Notice></div>}
      <fieldset disabled={!editable}>
        <Field label="Name" className="mb-4 max-w-xl" error={errors.find((error) => error.field === "name")?.message}>{(control) => <Input {...control} name="name" maxLength={120} value={name} onChange={(event) => setName(event.target.value)} />}</Field>
        <PaceForm settings={settings} onChange={setSettings} errors={errors} trunkLines={trunks?.items.find((trunk) => trunk.id === campaign.trunk.id)?.lines} contacts={editable ? stats.counts.pending : null} left={changed || stats.state.status !== "running" ? null : stats.eta_s} orderFixed={campaign.counts.total > 0} />
      </fieldset>
      {changed && (
        <div className="sticky bottom-0 z-10 -mx-4 mt-4 -mb-4 flex items-center gap-3 border-t border-line bg-surface px-4 py-3 md:-mx-6 md:-mb-6 md:px-6 lg:-mx-8 lg:px-8">
          <Pencil aria-hidden className="size-4 text-hold-fill" />
          <span className="flex-1">Unsaved changes</span>
          <Button kind="ghost" onClick={() => { take(base); setErrors([]); }}>Discard</Button>
          <Button kind="primary" type="submit" pending={save.isPending} pendingLabel="Saving…">Save changes</Button>
        </div>
      )}
    </form>
  );
}

export function CampaignSettingsTab() {
  const { id } = useParams({ from: "/app/campaigns/$id/settings" });
  const campaign = useQuery(campaignQuery(id)).data;
  return (
    <section aria-label="Settings" className="pt-4">
      {campaign ? <SettingsForm key={id} campaign={campaign} /> : <Skeleton className="h-96 w-full" />}
    </section>
  );
}
