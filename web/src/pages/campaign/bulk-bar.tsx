import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Hand, PhoneOff, RotateCcw, Undo2, UserRoundX, UsersRound } from "lucide-react";
import { useState } from "react";
import { ask, http, type Schemas } from "~/api/client";
import type { Campaign, ContactFilter, ContactRow } from "~/api/types";
import { count, counted } from "~/lib/format";
import { Button } from "~/ui/button";
import { Confirm } from "~/ui/dialog";
import { Field, Input } from "~/ui/field";
import type { Total } from "~/ui/pager";
import { problemText } from "~/ui/states";
import { type Toast, toast } from "~/ui/toast";
import { mayRestore, mayRetry } from "./status-line";
import { FromFilterDialog } from "./from-filter-dialog";

type Action = Schemas["BulkAction"];

/** The most rows the server takes by number; above that a filter says which. */
const rowsMost = 1_000;

const asks: Record<Action, { title: (words: string) => string; body: string; act: string; note?: string; danger?: boolean }> = {
  retry: { title: (words) => `Retry ${words}?`, body: "Those that are Failed are called again. Wrong numbers will probably fail again, and where the call was interrupted the phone may already have rung.", act: "Retry" },
  exclude: { title: (words) => `Exclude ${words}?`, body: "Those that are Pending or Failed become Skipped and are not called.", act: "Exclude" },
  restore: { title: (words) => `Bring ${words} back?`, body: "Those that were excluded become again what they were: Pending ones are called, Failed ones can be retried.", act: "Restore" },
  do_not_call: { title: (words) => `Never call ${words} again?`, body: "Their numbers go on the Do not call list. That applies to every campaign, also running ones.", act: "Add to Do not call", note: "Reason", danger: true },
  handled: { title: (words) => `Mark ${words} as handled by hand?`, body: "The mark stands in the table and in exports; the status stays.", act: "Mark as handled", note: "Note" },
};

/** Where the excluded ones are. */
const excludedOnes = { status: ["skipped" as const], reason: "excluded" };

/** What can be done with the chosen rows, or with all that match. */
export function BulkBar({ campaign, chosen, rows, onPage, total, filter, onDone, onClear }: { campaign: Campaign; chosen: Set<number>; rows: ContactRow[]; onPage: number; total: Total; filter: ContactFilter; onDone: () => void; onClear: () => void }) {
  const [all, setAll] = useState(false);
  const [asking, setAsking] = useState<Action | null>(null);
  const [making, setMaking] = useState(false);
  const [note, setNote] = useState("");
  const words = all ? `all ${total.exact ? "" : "more than "}${counted(total.count, "contact")} that ${total.count === 1 ? "matches" : "match"}` : counted(chosen.size, "contact");
  const client = useQueryClient();
  const navigate = useNavigate();
  const undoable = mayRestore(campaign.state.status);
  const here = rows.filter(({ row }) => chosen.has(row));
  const someExcluded = here.some((row) => row.skip_reason === "excluded");
  const somethingToExclude = here.some((row) => row.status === "pending" || row.status === "failed");
  const send = (body: Schemas["BulkContacts"]) => ask(http.POST("/api/v1/campaigns/{id}/contacts/actions", { params: { path: { id: campaign.id } }, body }));
  const restore = async (which: number[]) => {
    try {
      const { changed } = await send({ action: "restore", rows: which });
      toast(`${counted(changed, "contact")} ${changed === 1 ? "is" : "are"} back in the campaign.`);
    } catch (error) {
      toast(`Couldn't undo the exclusion. ${problemText(error)}`, { kind: "problem" });
    }
    for (const key of ["contacts", "contact", "failures", "stats", "campaign"]) void client.invalidateQueries({ queryKey: [key, campaign.id] });
  };
  /** Undo takes back what this press did and no more: those that were excluded before stay. Of all that match nobody knows which they were. */
  const undo = (changed: number, which: number[]): Toast["action"] => {
    if (changed === 0 || !undoable) return undefined;
    if (!all) return { label: "Undo", run: () => void restore(which) };
    return { label: "Undo under Skipped: Excluded", href: `/campaigns/${campaign.id}?status=skipped&reason=excluded`, run: () => void navigate({ to: "/campaigns/$id", params: { id: campaign.id }, search: excludedOnes }) };
  };
  const work = useMutation({
    mutationFn: (action: Action) => send({ action, note: note || null, ...(all ? { filter } : { rows: [...chosen].slice(0, rowsMost) }) }),
    // As they were when it was pressed: the stream may tell what became of them before the answer comes.
    onMutate: () => ({ which: here.filter(({ status }) => status !== "skipped").map(({ row }) => row).slice(0, rowsMost) }),
    onSuccess: ({ changed, unchanged, remaining }, action, { which }) => {
      const words = [
        `${counted(changed, "contact")} ${action === "exclude" ? "excluded" : action === "restore" ? `${changed === 1 ? "is" : "are"} back in the campaign` : "changed"}`,
        unchanged > 0 ? `${count(unchanged)} left as ${unchanged === 1 ? "it is: its" : "they are: their"} status does not allow it` : "",
        remaining > 0 ? `${count(remaining)} ${remaining === 1 ? "follows" : "follow"} in the background` : "",
      ].filter(Boolean).join(", ");
      toast(`${words}.`, { action: action === "exclude" ? undo(changed + remaining, which) : undefined });
      setAsking(null);
      onDone();
    },
    onError: (error) => toast(`Couldn't do that. ${problemText(error)}`, { kind: "problem" }),
  });
  const question = (about: Action) => {
    // What was typed for another question, and not sent, is no note of this one.
    setNote("");
    setAsking(about);
  };
  const asked = asking && asks[asking];
  return (
    <div role="region" aria-label="Chosen contacts" className="panel mb-2 flex flex-wrap items-center gap-2 border-accent bg-accent-soft px-4 py-2">
      <span className="font-medium">{all ? `All ${total.exact ? "" : "more than "}${count(total.count)} that match selected.` : `${count(chosen.size)} on this page selected.`}</span>
      {!all && chosen.size === onPage && (total.count > onPage || !total.exact) && (
        <button type="button" className="min-h-6 link" onClick={() => setAll(true)}>Select all {total.exact ? "" : "more than "}{count(total.count)} that match</button>
      )}
      <button type="button" className="min-h-6 link" onClick={onClear}>Clear selection</button>
      <span className="flex-1" />
      {mayRetry(campaign.state.status) && <Button size="sm" icon={RotateCcw} onClick={() => question("retry")}>Retry</Button>}
      {(all ? filter.reason !== "excluded" : somethingToExclude) && <Button size="sm" icon={UserRoundX} onClick={() => question("exclude")}>Exclude</Button>}
      {someExcluded && undoable && <Button size="sm" icon={Undo2} onClick={() => question("restore")}>Restore</Button>}
      <Button size="sm" icon={Hand} onClick={() => question("handled")}>Handled by hand</Button>
      <Button size="sm" icon={PhoneOff} onClick={() => question("do_not_call")}>Add to Do not call</Button>
      {all && <Button size="sm" icon={UsersRound} onClick={() => setMaking(true)}>New campaign from these</Button>}
      {asked && asking && (
        <Confirm open onOpenChange={(open) => { if (!open) setAsking(null); }} title={asked.title(words)} keep="Cancel" act={asked.act} danger={asked.danger} pending={work.isPending} onAct={() => work.mutate(asking)}>
          <p>{asked.body}{asking === "exclude" && (undoable ? " It can be undone." : " The campaign is over, so this can't be undone.")}</p>
          {asked.note && <Field label={asked.note} optional>{(control) => <Input {...control} value={note} maxLength={300} onChange={(event) => setNote(event.target.value)} />}</Field>}
        </Confirm>
      )}
      {making && <FromFilterDialog campaign={campaign} filter={filter} onClose={() => setMaking(false)} />}
    </div>
  );
}
