import { useState } from "react";
import { phone } from "~/lib/format";
import { Confirm } from "~/ui/dialog";
import { Field, Input } from "~/ui/field";
import type { ContactActions } from "./contact-actions";

export function DoNotCallDialog({ number, actions, onClose }: { number: string; actions: Pick<ContactActions, "block">; onClose: () => void }) {
  const [reason, setReason] = useState("");
  return (
    <Confirm
      open
      onOpenChange={(open) => { if (!open) onClose(); }}
      title={`Never call ${phone(number)} again?`}
      keep="Cancel"
      act="Add to Do not call"
      pendingLabel="Adding…"
      pending={actions.block.isPending}
      onAct={() => actions.block.mutate({ number, reason }, { onSettled: onClose })}
    >
      <p>Applies to every campaign, also running ones.</p>
      <Field label="Reason" optional>{(control) => <Input {...control} value={reason} maxLength={300} onChange={(event) => setReason(event.target.value)} />}</Field>
    </Confirm>
  );
}
