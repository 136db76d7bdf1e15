import { Copy } from "lucide-react";
import type { CallRow } from "~/api/types";
import { useZone } from "~/app/session";
import { endedBy } from "~/lib/words";
import { dayAndTime, timeOfDay } from "~/lib/time";
import { Button } from "~/ui/button";
import { copyText } from "~/ui/copy";
import { Details } from "~/ui/page";

/** Raw codes for the carrier's support: closed at first, never missing. */
export function TechnicalFold({ call, code, campaign, more = [] }: { call: CallRow; code: string; campaign: string; more?: [string, string][] }) {
  const zone = useZone();
  const at = (time: string | null | undefined) => (time ? `${dayAndTime(time, zone)}${timeOfDay(time, zone).slice(5)}` : "–");
  const items: [string, string][] = [
    ["Code", code],
    ["SIP status", call.sip_status ? String(call.sip_status) : "none came"],
    ["Placed", at(call.placed_at)],
    ["Rang", at(call.ringing_at)],
    ["Answered", at(call.answered_at)],
    ["Ended", at(call.ended_at)],
    ["Ended by", call.ended_by ? endedBy[call.ended_by] : "–"],
    ["Call", call.id],
    ...more,
  ];
  const text = [`Campaign: ${campaign}`, ...items.map(([name, value]) => `${name}: ${value}`)].join("\n");
  return (
    <details className="closed-on-paper mt-3">
      <summary className="min-h-6 t-small text-muted">Technical details</summary>
      <Details className="mt-2 t-small" items={items} />
      <Button size="sm" icon={Copy} className="mt-3" onClick={() => void copyText(text, "Technical details copied.")}>Copy</Button>
    </details>
  );
}
