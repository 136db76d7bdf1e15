import { useEffect, useState } from "react";
import type { CampaignSettings } from "~/api/types";
import { count, counted, estimate } from "~/lib/format";
import { Checkbox, Field, Input, Radio, Select } from "~/ui/field";

export type FieldError = { field: string; message: string };
type Retry = NonNullable<CampaignSettings["retry"]>;
type RetryKind = "busy" | "no_answer" | "failed";

/** How long a line is taken by one call, dialing included: for the estimate only. */
const secondsPerCall = 36;

/** Seconds that so many contacts take at this pace, at the least. */
export function calledIn(contacts: number, settings: CampaignSettings): number {
  const rate = Math.min(settings.calls_per_second ?? 5, (settings.lines ?? 10) / secondsPerCall);
  return rate > 0 ? contacts / rate + secondsPerCall : 0;
}

/** What is out of bounds, in the words that stand at the field. */
export function paceErrors(settings: CampaignSettings): FieldError[] {
  const errors: FieldError[] = [];
  const within = (field: string, value: number | undefined, least: number, most: number, what: string, whole = true) => {
    if (value === undefined || Number.isNaN(value) || value < least || value > most || (whole && !Number.isInteger(value))) errors.push({ field, message: `${what} must be ${count(least)} to ${count(most)}` });
  };
  within("lines", settings.lines, 1, 10_000, "Lines at once");
  const rate = settings.calls_per_second;
  if (rate === undefined || !(rate > 0 && rate <= 5_000)) errors.push({ field: "calls_per_second", message: "New calls per second must be more than 0, at most 5,000" });
  within("ring_timeout_s", settings.ring_timeout_s, 1, 180, "Ringing");
  within("max_call_s", settings.max_call_s, 1, 14_400, "The longest call");
  for (const kind of ["busy", "no_answer", "failed"] as const) {
    const rule = settings.retry?.[kind];
    if (!rule) continue;
    within(`retry.${kind}.attempts`, rule.attempts, 1, 10, "Further attempts");
    within(`retry.${kind}.delay_s`, rule.delay_s, 60, 30 * 86_400, "The delay in seconds");
  }
  return errors;
}

/** A number that may be half typed: the text is the field's, the value goes out as soon as it is one. */
export function NumberInput({ value, onChange, className, ...rest }: { value: number | undefined; onChange: (value: number) => void; className?: string } & Record<string, unknown>) {
  const [typed, setTyped] = useState(value === undefined ? "" : String(value));
  useEffect(() => {
    setTyped((before) => (Number(before) === value || value === undefined || Number.isNaN(value) ? before : String(value)));
  }, [value]);
  return <Input {...rest} inputMode="decimal" className={className ?? "w-28!"} value={typed} onChange={(event) => { setTyped(event.target.value); onChange(event.target.value.trim() === "" ? Number.NaN : Number(event.target.value)); }} />;
}

const kinds: { kind: RetryKind; label: string; note: string; start: { attempts: number; delay_s: number } }[] = [
  { kind: "busy", label: "Busy", note: "Somebody was on the phone", start: { attempts: 2, delay_s: 900 } },
  { kind: "no_answer", label: "No answer", note: "Nobody picked up", start: { attempts: 2, delay_s: 3_600 } },
  { kind: "failed", label: "Technical failure that passes by itself", note: "Never when the phone may have rung or the number is wrong", start: { attempts: 2, delay_s: 900 } },
];

const units = [{ label: "minutes", seconds: 60 }, { label: "hours", seconds: 3_600 }, { label: "days", seconds: 86_400 }];
const unitOf = (delay: number) => [...units].reverse().find((unit) => delay % unit.seconds === 0)?.seconds ?? 60;

function RetryRule({ kind, label, note, start, rule, onChange, error }: (typeof kinds)[number] & { rule: Retry[RetryKind]; onChange: (rule: Retry[RetryKind]) => void; error: (field: string) => string | undefined }) {
  const [unit, setUnit] = useState(unitOf(rule?.delay_s ?? start.delay_s));
  return (
    <div className="border-line py-3 [&+&]:border-t">
      <Checkbox label={<>{label} <span className="text-muted">· {note}</span></>} checked={Boolean(rule)} onChange={(event) => onChange(event.target.checked ? start : null)} />
      {rule && (
        <div className="mt-2 flex flex-wrap items-end gap-4 pl-6.5">
          <Field label="Further attempts" error={error(`retry.${kind}.attempts`)}>{(control) => <NumberInput {...control} name={`retry.${kind}.attempts`} value={rule.attempts} onChange={(attempts) => onChange({ ...rule, attempts })} />}</Field>
          <Field label="Time between" error={error(`retry.${kind}.delay_s`)}>
            {(control) => (
              <span className="flex gap-2">
                <NumberInput {...control} name={`retry.${kind}.delay_s`} className="w-20!" value={rule.delay_s / unit} onChange={(value) => onChange({ ...rule, delay_s: value * unit })} />
                <Select aria-label={`Unit of the time between, ${label}`} value={unit} onChange={(event) => { const next = Number(event.target.value); onChange({ ...rule, delay_s: (rule.delay_s / unit) * next }); setUnit(next); }}>
                  {units.map((one) => <option key={one.seconds} value={one.seconds}>{one.label}</option>)}
                </Select>
              </span>
            )}
          </Field>
        </div>
      )}
    </div>
  );
}

/**
 * Everything about pace that a person chooses. Used by the wizard and by the campaign's Settings tab. Without `contacts` it is only to be looked at.
 * `left`: the seconds of calling that are left as the server measures them, as long as nothing was changed here: one clock on a page.
 */
export function PaceForm({ settings, onChange, errors, trunkLines, contacts, left, orderFixed }: { settings: CampaignSettings; onChange: (settings: CampaignSettings) => void; errors: FieldError[]; trunkLines?: number; contacts: number | null; left?: number | null; orderFixed: boolean }) {
  const set = (part: Partial<CampaignSettings>) => onChange({ ...settings, ...part });
  const error = (field: string) => errors.find((entry) => entry.field === field || entry.field === `settings.${field}`)?.message;
  const broken = paceErrors(settings).length > 0;
  return (
    <div className="grid gap-4 lg:grid-cols-[minmax(0,2fr)_minmax(0,1fr)]">
      <div className="panel flex flex-col gap-6 p-6">
        <div className="grid gap-5 sm:grid-cols-2">
          <Field label="Lines at once" error={error("lines")} hint={trunkLines ? `Uses up to ${count(Math.min(settings.lines ?? 0, trunkLines))} of the trunk's ${count(trunkLines)}.` : "Calls that may be in progress at the same time."}>{(control) => <NumberInput {...control} name="lines" value={settings.lines} onChange={(lines) => set({ lines })} />}</Field>
          <Field label="New calls per second" error={error("calls_per_second")} hint="Start small, raise it while it runs.">{(control) => <NumberInput {...control} name="calls_per_second" value={settings.calls_per_second} onChange={(calls_per_second) => set({ calls_per_second })} />}</Field>
          <Field label="Ringing, at most" error={error("ring_timeout_s")} hint="Seconds; then it counts as No answer.">{(control) => <NumberInput {...control} name="ring_timeout_s" value={settings.ring_timeout_s} onChange={(ring_timeout_s) => set({ ring_timeout_s })} />}</Field>
          <Field label="Longest call" error={error("max_call_s")} hint="Seconds from the answer.">{(control) => <NumberInput {...control} name="max_call_s" value={settings.max_call_s} onChange={(max_call_s) => set({ max_call_s })} />}</Field>
        </div>
        <fieldset>
          <legend className="mb-1 t-label">Call again by itself after</legend>
          {kinds.map((entry) => <RetryRule key={entry.kind} {...entry} rule={settings.retry?.[entry.kind] ?? null} onChange={(rule) => set({ retry: { ...settings.retry, [entry.kind]: rule } })} error={error} />)}
        </fieldset>
        {orderFixed ? (
          <p><span className="t-label">Order:</span> {settings.order === "newest_first" ? "last rows first" : "as in the file"} <span className="t-small text-muted">(fixed since contacts were imported)</span></p>
        ) : (
          <fieldset className="flex flex-col gap-2">
            <legend className="mb-2 t-label">Order</legend>
            <Radio name="order" checked={settings.order !== "newest_first"} onChange={() => set({ order: "as_uploaded" })} label="As in the file" />
            <Radio name="order" checked={settings.order === "newest_first"} onChange={() => set({ order: "newest_first" })} label="Last rows first" />
          </fieldset>
        )}
        <Checkbox label="Record the calls" checked={settings.recording ?? true} onChange={(event) => set({ recording: event.target.checked })} />
      </div>
      {contacts !== null && <aside aria-label="What that means" className="panel h-fit p-5">
        <h2 className="t-heading">At this pace</h2>
        {broken || contacts === 0 ? <p className="mt-2 text-muted">{broken ? "Mend the fields first." : orderFixed ? "No contact waits for a call." : "Known once contacts are uploaded."}</p> : (
          <>
            <p className="mt-2 t-stat">{estimate(left ?? calledIn(contacts, settings))}</p>
            <p className="mt-1 t-small text-muted">for {counted(contacts, "contact")}, {left ? "as fast as the last calls were." : `if a line is taken for ${secondsPerCall} seconds a call. Further attempts come on top.`}</p>
          </>
        )}
      </aside>}
    </div>
  );
}
