import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { PhoneOff } from "lucide-react";
import { useState } from "react";
import { ask, http } from "~/api/client";
import { isProblem } from "~/api/problem";
import { callQuery } from "~/api/queries";
import type { Call } from "~/api/types";
import { rememberedList, useBack } from "~/app/back";
import { useCan, useZone } from "~/app/session";
import { clock, phone } from "~/lib/format";
import { when } from "~/lib/time";
import { endedBy } from "~/lib/words";
import { Button, buttonClass } from "~/ui/button";
import { Confirm } from "~/ui/dialog";
import { Details, Facts, PageHead, PageTitle, Panel, useTitle } from "~/ui/page";
import { ErrorCard, Notice, problemText, Skeleton } from "~/ui/states";
import { Badge, ContactBadge } from "~/ui/status";
import { toast } from "~/ui/toast";
import { Attempts } from "../campaign/contact-panel";
import { useContactActions } from "../campaign/contact-actions";
import { DoNotCallDialog } from "../campaign/do-not-call-dialog";
import { TechnicalFold } from "../campaign/technical";
import { Ladder } from "./ladder";
import { callOutcome } from "./list";
import { Player, usePlayer } from "./player";
import { Transcript } from "./transcript";

function CallHead({ call, live }: { call: Call; live: boolean }) {
  const zone = useZone();
  const client = useQueryClient();
  const { operate } = useCan();
  const actions = useContactActions(call.campaign);
  const [blocking, setBlocking] = useState(false);
  const [hanging, setHanging] = useState(false);
  const hangUp = useMutation({
    mutationFn: () => ask(http.POST("/api/v1/calls/{id}/hang-up", { params: { path: { id: call.id } } })),
    onSuccess: () => {
      toast("Hung up.");
      setHanging(false);
      void client.invalidateQueries({ queryKey: ["call", call.id] });
    },
    onError: (error) => toast(`Couldn't hang up. ${problemText(error)}`, { kind: "problem" }),
  });
  const name = call.name || phone(call.phone);
  const status = live ? "in_progress" : call.failure ? "failed" : "completed";
  const talking = call.answered_at ? (Date.now() - Date.parse(call.answered_at)) / 1000 : 0;
  return (
    <>
      <PageHead
        title={name}
        badge={call.phase === "ended" && !call.failure && !call.result ? <Badge meaning="neutral">Put back</Badge> : <ContactBadge status={status} />}
        beside={<span className="inline-flex flex-wrap items-baseline gap-x-3"><span className="text-fg">{callOutcome(call)}</span><span className="t-mono">{phone(call.phone)}</span></span>}
        actions={operate && (
          <>
            {live && <Button icon={PhoneOff} onClick={() => setHanging(true)}>Hang up</Button>}
            <Button icon={PhoneOff} onClick={() => setBlocking(true)}>Do not call</Button>
          </>
        )}
        sub={
          <Facts
            items={[
              `Attempt ${call.attempt}`,
              when(call.placed_at, zone),
              typeof call.talk_s === "number" && call.talk_s > 0 && `talked ${clock(call.talk_s)}`,
              <Link key="contact" to="/campaigns/$id" params={{ id: call.campaign }} search={{ contact: call.row }} className="link-inline">Row {call.row.toLocaleString("en-US")} of {call.campaign_name}</Link>,
              <span key="employee"><Link to="/employees/$id" params={{ id: call.employee.id }} className="link-inline">{call.employee.name}</Link>, version {call.employee.version}</span>,
            ]}
          />
        }
      />
      {blocking && <DoNotCallDialog number={call.phone} actions={actions} onClose={() => setBlocking(false)} />}
      {hanging && (
        <Confirm open onOpenChange={setHanging} title={`Hang up on ${name}?`} keep="Keep call" act="Hang up" danger pending={hangUp.isPending} onAct={() => hangUp.mutate()}>
          <p>{call.answered_at ? `They are talking with ${call.employee.name} now (${clock(talking)}).` : "The phone has not been answered yet."}</p>
        </Confirm>
      )}
    </>
  );
}

/** A failed call's explanation stands where the player would. */
function Explained({ call }: { call: Call }) {
  const word = call.explanation;
  if (!word) return null;
  return (
    <section aria-labelledby="why" className="panel m-problem mb-3 border-(--m-border) px-6 py-5">
      <h2 id="why" className="t-title">{word.title} <span className="ml-1 t-body text-muted">{word.category_label}</span></h2>
      <p className="mt-1">{word.meaning}</p>
      <p className="mt-2"><span className="font-medium">What to do: </span>{word.next_step}</p>
      <TechnicalFold call={call} code={word.code} campaign={call.campaign_name} more={[["SIP reason", call.sip_reason ?? "–"], ["Q.850 cause", call.q850_cause ? String(call.q850_cause) : "–"], ["Trunk", call.trunk_name ?? call.trunk]]} />
    </section>
  );
}

export function CallPage() {
  const { id } = useParams({ from: "/app/calls/$id" });
  const query = useQuery({ ...callQuery(id), refetchInterval: ({ state }) => (state.data && state.data.phase !== "ended" && state.data.phase !== "unconfirmed" ? 2_000 : false) });
  const zone = useZone();
  const call = query.data;
  const player = usePlayer(id, call?.recording.length_s ?? undefined);
  useBack(call ? `/campaigns/${call.campaign}` : "/calls", call?.campaign_name ?? "Calls", call ? rememberedList(`/campaigns/${call.campaign}`) : undefined);
  useTitle(call ? call.name || phone(call.phone) : "Call", "Calls");
  if (!call) {
    if (query.isPending) return <div aria-busy="true"><PageTitle className="sr-only">Loading call</PageTitle><Skeleton className="h-8 w-72" /><Skeleton className="mt-6 h-32 w-full" /><Skeleton className="mt-3 h-80 w-full" /></div>;
    if (isProblem(query.error, "not_found", "bad_request")) return <div className="panel px-6 py-14 text-center"><PageTitle>This call doesn't exist or you can't see it.</PageTitle><Link to="/calls" className={`${buttonClass()} mt-5`}>Back to calls</Link></div>;
    return <><PageHead title="Call" /><ErrorCard what="this call" error={query.error} onRetry={() => void query.refetch()} /></>;
  }
  const live = call.phase !== "ended" && call.phase !== "unconfirmed";
  const names = { employee: call.employee.name, contact: call.name.split(" ")[0] || "Contact" };
  return (
    <>
      <CallHead call={call} live={live} />
      <Explained call={call} />
      {call.phase === "unconfirmed" && <div className="mb-3"><Notice meaning="hold">Carillon stopped during this call; how it ended is not known yet. The phone may have rung.</Notice></div>}
      {call.recording.available ? <Player call={call} player={player} /> : !call.explanation && (
        <div className="panel mb-3 px-6 py-5 text-muted">No recording{call.recording.missing_text ? `: ${call.recording.missing_text}` : live ? " yet: the call is in progress." : "."}</div>
      )}
      <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-3 lg:grid-cols-[minmax(0,2fr)_minmax(0,1fr)]">
        <Transcript call={call} live={live} names={names} player={call.recording.available ? player : null} />
        <div className="flex flex-col gap-3">
          <Panel title="Technical">
            <div className="px-5 py-4">
              <p className="mb-3 t-small text-muted">{call.trunk_name ?? call.trunk}{call.sip_status && `, ended with ${call.sip_status}${call.sip_reason ? ` ${call.sip_reason}` : ""}`}</p>
              <Ladder steps={call.ladder} />
              <Details
                className="mt-4 t-small"
                items={[
                  ["Call", <span key="id" className="font-mono break-all">{call.id}</span>],
                  ...(call.ended_by ? [["Ended by", endedBy[call.ended_by]] as [string, string]] : []),
                  ...(call.q850_cause ? [["Q.850 cause", String(call.q850_cause)] as [string, string]] : []),
                  ...(call.late ? [["Late", "Its ending came after its process was given up"] as [string, string]] : []),
                ]}
              />
            </div>
          </Panel>
          {call.attempts.length > 0 && <Panel title="Other attempts"><div className="px-5 py-2"><Attempts calls={call.attempts} zone={zone} /></div></Panel>}
        </div>
      </div>
    </>
  );
}
