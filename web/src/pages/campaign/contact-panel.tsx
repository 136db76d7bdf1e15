import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Hand, PhoneOff, Play, RotateCcw, Undo2, UserRoundX } from "lucide-react";
import { useState } from "react";
import { contactQuery } from "~/api/queries";
import type { CallRow, Campaign, Contact } from "~/api/types";
import { useCan, useZone } from "~/app/session";
import { clock, count, phone } from "~/lib/format";
import { startedAt, when } from "~/lib/time";
import { contactStatus, resultLabel, skippedBecause } from "~/lib/words";
import { Button } from "~/ui/button";
import { Field, Input } from "~/ui/field";
import { Details } from "~/ui/page";
import { SidePanel } from "~/ui/side-panel";
import { ErrorCard, Notice, Skeleton } from "~/ui/states";
import { ContactBadge } from "~/ui/status";
import { useContactActions, type ContactActions } from "./contact-actions";
import { DoNotCallDialog } from "./do-not-call-dialog";
import { useCampaignActions } from "./actions";
import { TechnicalFold } from "./technical";
import { waits } from "./waits";

/** Why it failed: a title, a sentence, what to do; the raw codes come last and are never missing. */
function FailureExplained({ campaign, contact }: { campaign: Campaign; contact: Contact }) {
  const word = contact.explanation;
  if (!word || contact.status !== "failed") return null;
  return (
    <section aria-labelledby="why-failed" className="m-problem mt-4 rounded-lg border border-(--m-border) p-4">
      <h3 id="why-failed" className="t-heading">{word.title} <span className="ml-1 font-normal text-muted">{word.category_label}</span></h3>
      <p className="mt-1">{word.meaning}</p>
      <p className="mt-2"><span className="font-medium">What to do: </span>{word.next_step}</p>
      {!word.may_work && <p className="mt-2 text-muted">Calling again unchanged will probably fail again.</p>}
      {contact.calls[0] && <TechnicalFold call={contact.calls[0]} code={word.code} campaign={campaign.name} />}
    </section>
  );
}

/** The four ways on: retry now, retry later, handle by hand, exclude. */
function WaysOn({ campaign, contact, actions }: { campaign: Campaign; contact: Contact; actions: ContactActions }) {
  const { operate } = useCan();
  const campaignActions = useCampaignActions(campaign);
  const [note, setNote] = useState("");
  const [marking, setMarking] = useState(false);
  const [blocking, setBlocking] = useState(false);
  if (!operate) return null;
  const can = (action: Contact["actions"][number]) => contact.actions.includes(action);
  const pausable = campaign.state.status === "running" || campaign.state.status === "queued";
  return (
    <section aria-label="What you can do" className="mt-4 flex flex-col gap-2">
      <div className="flex flex-wrap gap-2">
        {can("retry") && <Button kind={contact.explanation?.may_work === false ? "plain" : "primary"} icon={RotateCcw} pending={actions.retry.isPending} onClick={() => actions.retry.mutate(contact.row)}>{campaign.state.status === "paused" ? "Retry on resume" : "Retry now"}</Button>}
        {can("retry") && pausable && <Button onClick={() => campaignActions.pause.mutate()} pending={campaignActions.pause.isPending}>Pause campaign, retry later</Button>}
        {can("handled") && <Button icon={Hand} onClick={() => (contact.handled ? actions.handled.mutate({ row: contact.row, handled: false, note: "" }) : setMarking(!marking))}>{contact.handled ? "Take off “handled by hand”" : "Handle by hand"}</Button>}
        {can("exclude") && <Button icon={UserRoundX} pending={actions.exclude.isPending} onClick={() => actions.exclude.mutate(contact.row)}>Exclude</Button>}
        {can("restore") && <Button icon={Undo2} pending={actions.restore.isPending} onClick={() => actions.restore.mutate(contact.row)}>Undo exclusion</Button>}
        {can("do_not_call") && !contact.do_not_call && contact.phone && <Button icon={PhoneOff} onClick={() => setBlocking(true)}>Do not call</Button>}
      </div>
      {marking && !contact.handled && (
        <form
          className="flex items-end gap-2"
          onSubmit={(event) => {
            event.preventDefault();
            actions.handled.mutate({ row: contact.row, handled: true, note }, { onSuccess: () => setMarking(false) });
          }}
        >
          <Field label="What came of it" optional className="flex-1">{(control) => <Input {...control} autoFocus value={note} maxLength={500} onChange={(event) => setNote(event.target.value)} />}</Field>
          <Button type="submit" pending={actions.handled.isPending}>Mark as handled</Button>
        </form>
      )}
      {blocking && contact.phone && <DoNotCallDialog number={contact.phone} actions={actions} onClose={() => setBlocking(false)} />}
    </section>
  );
}

/** Every attempt, newest first. */
export function Attempts({ calls, zone }: { calls: CallRow[]; zone: string }) {
  return (
    <ol className="flex flex-col">
      {calls.map((call) => (
        <li key={call.id} className="flex items-center gap-3 border-line py-2 not-first:border-t">
          <span className="w-6 shrink-0 text-muted">{call.attempt}.</span>
          <span className="min-w-0 flex-1">
            <span className="block truncate">{call.outcome_text ?? "In progress"}</span>
            <span className="block t-small text-muted">{startedAt(call.placed_at, zone)}{typeof call.talk_s === "number" && call.talk_s > 0 && ` · talked ${clock(call.talk_s)}`}</span>
          </span>
          <Link to="/calls/$id" params={{ id: call.id }} aria-label={`Open attempt ${call.attempt}`} className="no-print inline-flex min-h-9 items-center gap-1.5 px-1 link">{call.has_recording && <Play aria-hidden className="size-3.5" />}Open</Link>
        </li>
      ))}
    </ol>
  );
}

export function ContactPanel({ campaign, row, onClose, onNext, onPrevious }: { campaign: Campaign; row: number; onClose: () => void; onNext?: () => void; onPrevious?: () => void }) {
  const zone = useZone();
  const query = useQuery(contactQuery(campaign.id, row));
  const actions = useContactActions(campaign.id);
  const contact = query.data;
  const properties = Object.entries(contact?.properties ?? {});
  return (
    <SidePanel title={contact ? contact.name || `Row ${count(row)}` : "Contact"} onClose={onClose} onNext={onNext} onPrevious={onPrevious}>
      {query.isPending && <div aria-busy="true"><Skeleton className="h-6 w-32" /><Skeleton className="mt-4 h-40 w-full" /></div>}
      {query.isError && <ErrorCard what="this contact" error={query.error} onRetry={() => void query.refetch()} />}
      {contact && (
        <>
          <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
            <ContactBadge status={contact.status} />
            {contact.result ? <span>{resultLabel[contact.result]}</span> : contact.status !== "failed" && <span className="text-muted">{contact.status === "pending" ? waits(contact, zone) : contact.status === "skipped" && contact.result_text ? skippedBecause(contact.result_text) : contact.result_text}</span>}
          </div>
          <p className="mt-2 t-mono">{contact.phone ? phone(contact.phone) : contact.phone_text}</p>
          {contact.do_not_call && <div className="mt-3"><Notice meaning="excluded">This number is on the Do not call list.</Notice></div>}
          {contact.handled && <div className="mt-3"><Notice meaning="neutral">Handled by {contact.handled.by}, {when(contact.handled.at, zone)}{contact.handled.note && `: ${contact.handled.note}`}</Notice></div>}
          <FailureExplained campaign={campaign} contact={contact} />
          <WaysOn campaign={campaign} contact={contact} actions={actions} />
          <h3 className="mt-6 mb-1 t-heading">Attempts</h3>
          {contact.calls.length > 0 ? <Attempts calls={contact.calls} zone={zone} /> : <p className="text-muted">{contact.status === "pending" || contact.status === "in_progress" ? "Not called yet." : "Not called."}</p>}
          <h3 className="mt-6 mb-2 t-heading">Contact</h3>
          <Details
            items={[
              ["Row", `${count(contact.row)}${contact.line > 0 ? `, line ${count(contact.line)} of the file` : ""}`],
              ...(contact.first_name ? [["First name", contact.first_name] as [string, string]] : []),
              ...(contact.last_name ? [["Last name", contact.last_name] as [string, string]] : []),
              ...(contact.phone && contact.phone_text !== contact.phone ? [["Number in the file", contact.phone_text] as [string, string]] : []),
              ...(contact.due_at && Date.parse(contact.due_at) > Date.now() ? [["Next attempt", `${when(contact.due_at, zone)} or later`] as [string, string]] : []),
              ...(contact.processed_at ? [["Processed", when(contact.processed_at, zone)] as [string, string]] : []),
              ...properties,
            ]}
          />
          {contact.also_in.length > 0 && (
            <>
              <h3 className="mt-6 mb-1 t-heading">The same number in other campaigns</h3>
              <ul>
                {contact.also_in.map((other) => (
                  <li key={`${other.campaign}${other.row}`} className="flex flex-wrap items-center gap-x-2 py-1">
                    <Link to="/campaigns/$id" params={{ id: other.campaign }} search={{ contact: other.row }} className="link">{other.campaign_name}</Link>
                    <span className="t-small text-muted">row {count(other.row)}{`, ${other.result ? resultLabel[other.result] : contactStatus[other.status].label}`}</span>
                  </li>
                ))}
              </ul>
            </>
          )}
        </>
      )}
    </SidePanel>
  );
}
