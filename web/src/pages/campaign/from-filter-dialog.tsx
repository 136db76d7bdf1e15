import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { ask, http, usePress } from "~/api/client";
import { summaryQuery } from "~/api/queries";
import type { Campaign, ContactFilter } from "~/api/types";
import { count } from "~/lib/format";
import { applyCampaign } from "~/live/apply";
import { Confirm } from "~/ui/dialog";
import { Field, Input, Radio } from "~/ui/field";
import { problemText } from "~/ui/states";
import { toast } from "~/ui/toast";
import { usePageFilter } from "./page-filter";

type Choice = { key: string; label: string; note?: string; filter: ContactFilter; size?: number };

/** Contacts of this campaign into a new one: a draft with the same settings, nothing is called yet. */
export function FromFilterDialog({ campaign, filter, start, onClose }: { campaign: Campaign; filter?: ContactFilter; start?: string; onClose: () => void }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const summary = useQuery(summaryQuery(campaign.id)).data;
  const shown = usePageFilter(campaign.id);
  const { counts } = campaign;
  const size = (result: string) => summary?.results.find((entry) => entry.result === result)?.count;
  const choices: Choice[] = filter
    ? []
    : [
        ...(shown ? [{ key: "shown", label: "Those that the table shows", note: "All that match its filters now.", filter: shown }] : []),
        { key: "voicemail", label: "Voicemail", note: "Call back at a better time.", filter: { result: ["voicemail"] }, size: size("voicemail") },
        { key: "no_answer", label: "No answer", filter: { result: ["no_answer"] }, size: size("no_answer") },
        { key: "busy", label: "Busy", filter: { result: ["busy"] }, size: size("busy") },
        { key: "success", label: "Success and Transferred", note: "To follow up.", filter: { result: ["success" as const, "transferred" as const] }, size: (size("success") ?? 0) + (size("transferred") ?? 0) },
        { key: "failed", label: "Failed", filter: { status: ["failed"] }, size: counts.failed },
        { key: "canceled", label: "Not called, since the campaign was stopped", filter: { status: ["canceled" as const] }, size: counts.canceled },
      ].filter((choice) => choice.size !== 0) as Choice[];
  const [chosen, setChosen] = useState(start);
  const [name, setName] = useState(`${campaign.name} (2)`);
  const choice = choices.find((entry) => entry.key === chosen) ?? (choices.length > 0 && chosen === undefined ? choices[0] : undefined);
  const wanted = filter ?? choice?.filter;
  const press = usePress();
  const make = useMutation({
    mutationFn: () => {
      const body = { name, filter: wanted ?? {} };
      return press.send(body, (headers) => ask(http.POST("/api/v1/campaigns/{id}/from-filter", { headers, params: { path: { id: campaign.id } }, body })));
    },
    onSuccess: async (made) => {
      applyCampaign(client, made);
      onClose();
      await navigate({ to: "/campaigns/$id", params: { id: made.id } });
      toast("Draft made. Look at it, then start it.");
    },
    onError: (error) => toast(`Couldn't make the campaign. ${problemText(error)}`, { kind: "problem" }),
  });
  return (
    <Confirm open onOpenChange={(open) => { if (!open) onClose(); }} title={`New campaign from contacts of ${campaign.name}`} keep="Cancel" act="Create draft" pendingLabel="Creating…" pending={make.isPending} blocked={!wanted || name.trim() === ""} onAct={() => make.mutate()}>
      {filter ? <p>It takes all contacts that match the table's filters.</p> : choices.length === 0 ? <p>No contact has a result to choose by yet.</p> : (
        <fieldset className="flex flex-col gap-2">
          <legend className="mb-2 t-label">Which contacts</legend>
          {choices.map((entry) => (
            <Radio key={entry.key} name="which" checked={choice?.key === entry.key} onChange={() => setChosen(entry.key)} note={entry.note} label={`${entry.label}${entry.size !== undefined ? ` (${count(entry.size)})` : ""}`} />
          ))}
        </fieldset>
      )}
      <Field label="Name of the new campaign">{(control) => <Input {...control} value={name} maxLength={120} onChange={(event) => setName(event.target.value)} />}</Field>
      <p className="text-muted">The same AI employee, trunk and pace. Numbers on the Do not call list are left out.</p>
    </Confirm>
  );
}
