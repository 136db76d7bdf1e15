import { useMutation } from "@tanstack/react-query";
import { CircleAlert, CircleCheck, CircleMinus, CircleX } from "lucide-react";
import { useState } from "react";
import { ask, http, type Schemas } from "~/api/client";
import type { Trunk } from "~/api/types";
import { Button } from "~/ui/button";
import { Dialog, DialogActions } from "~/ui/dialog";
import { Field, Input } from "~/ui/field";
import { Notice, problemText } from "~/ui/states";

type Step = Schemas["TestStep"];
const icons: Record<Step["outcome"], { icon: typeof CircleX; className: string; word: string }> = {
  passed: { icon: CircleCheck, className: "text-success-fill", word: "Passed" },
  failed: { icon: CircleX, className: "text-problem-fill", word: "Failed" },
  warning: { icon: CircleAlert, className: "text-hold-fill", word: "Look at this" },
  not_tried: { icon: CircleMinus, className: "text-muted", word: "Not tried" },
};

function StepRow({ step }: { step: Step }) {
  const { icon: Icon, className, word } = icons[step.outcome];
  return (
    <li className="flex gap-3 border-line py-3 not-first:border-t">
      <Icon aria-hidden className={`mt-0.5 size-4 shrink-0 ${className}`} />
      <div className="min-w-0 flex-1">
        <p className="font-medium">{step.title} <span className="font-normal text-muted">· {word}{typeof step.took_ms === "number" && step.took_ms >= 1 ? `, ${step.took_ms < 1000 ? `${Math.round(step.took_ms)} ms` : `${(step.took_ms / 1000).toFixed(1)} s`}` : ""}</span></p>
        <p>{step.finding}</p>
        {step.hint && <p className="text-muted">{step.hint}</p>}
      </div>
    </li>
  );
}

/** Each step with its finding in words: name look-up, connection, OPTIONS, REGISTER, a test call if wished. */
export function TrunkTestDialog({ trunk, onClose }: { trunk: Trunk; onClose: () => void }) {
  const [number, setNumber] = useState("");
  const test = useMutation({ mutationFn: () => ask(http.POST("/api/v1/trunks/{id}/test", { params: { path: { id: trunk.id } }, body: { number: number.trim() === "" ? null : number } })) });
  return (
    <Dialog open onOpenChange={(open) => { if (!open) onClose(); }} title={`Test trunk ${trunk.name}`} description="Looks up the carrier, connects and asks whether it answers.">
      <form onSubmit={(event) => { event.preventDefault(); test.mutate(); }}>
        <Field label="Also place a test call to" optional hint="It rings and is hung up when answered.">{(control) => <Input {...control} inputMode="tel" placeholder="+1 415 555 0123" value={number} onChange={(event) => setNumber(event.target.value)} />}</Field>
        <div role="status">
          {test.isPending && <p className="mt-4 text-muted">Testing…</p>}
          {test.data && (
            <div className="mt-4">
              <p className="t-heading">{!test.data.passed ? "Something is wrong." : test.data.steps.some((step) => step.outcome === "warning") ? "The carrier answers; look at the step that is marked." : "Every step that was tried passed."}</p>
              <ul className="mt-1">{test.data.steps.map((step) => <StepRow key={step.step} step={step} />)}</ul>
            </div>
          )}
        </div>
        {test.isError && <div className="mt-4"><Notice meaning="problem" alert>The test couldn't be made. {problemText(test.error)}</Notice></div>}
        <DialogActions><Button onClick={onClose}>Close</Button><span className="flex-1" /><Button kind="primary" type="submit" pending={test.isPending} pendingLabel="Testing…">{test.data ? "Test again" : "Run test"}</Button></DialogActions>
      </form>
    </Dialog>
  );
}
