import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { ask, http, type Schemas } from "~/api/client";
import { ApiProblem } from "~/api/problem";
import { catalogQuery, settingsQuery } from "~/api/queries";
import { useZone } from "~/app/session";
import { count, counted, phone } from "~/lib/format";
import { startOfDay } from "~/lib/time";
import { CountrySelect, lacksCountry, noCountryCode } from "~/pages/wizard/country";
import { Button } from "~/ui/button";
import { Dialog, DialogActions } from "~/ui/dialog";
import { ErrorSummary, Field, Input, Textarea } from "~/ui/field";
import { problemText } from "~/ui/states";
import { toast } from "~/ui/toast";

/** The most that the server takes in one request, in bytes. */
const longest = 16 * 1024 * 1024;
const tooLong = (what: string) => `${what} is too long for one request: the server takes at most 16 MiB. Cut it into parts.`;

function useShared() {
  const zone = useZone();
  const countries = useQuery(catalogQuery).data?.countries ?? [];
  const fallback = useQuery(settingsQuery).data?.default_country;
  const [country, setCountry] = useState<string | null>(null);
  const [reason, setReason] = useState("");
  const [until, setUntil] = useState("");
  return { countries, fallback, country: country ?? fallback ?? "", setCountry, reason, setReason, until, setUntil, expires: until === "" ? null : startOfDay(until, zone, 1) };
}

type Shared = ReturnType<typeof useShared>;

type Wrong = { message: string; field?: string }[];

/** What a number without a country code still needs: nobody guesses whose it is. */
const withoutCountry = (shared: Shared, lacks: boolean): Wrong => (shared.country === "" && lacks ? [{ field: "country", message: noCountryCode }] : []);

/** Whether a line has no number with its country code, but one without. */
const lineLacksCountry = (line: string) => {
  const parts = line.split(/[;,\t|]/).map((part) => part.trim().replace(/^["']|["']$/g, ""));
  return parts.some(lacksCountry) && !parts.some((part) => /^(\+|00)/.test(part));
};

function SharedFields({ shared, errors }: { shared: Shared; errors: Wrong }) {
  return (
    <>
      <CountrySelect value={shared.country} fallback={shared.fallback} countries={shared.countries} error={errors.find((error) => error.field === "country")?.message} onChange={shared.setCountry} />
      <Field label="Reason" optional>{(control) => <Input {...control} name="reason" maxLength={300} value={shared.reason} onChange={(event) => shared.setReason(event.target.value)} />}</Field>
      <Field label="Until, included" optional hint="Without a date: for good.">{(control) => <Input {...control} type="date" className="w-48!" value={shared.until} onChange={(event) => shared.setUntil(event.target.value)} />}</Field>
    </>
  );
}

const wrong = (error: unknown) => (error instanceof ApiProblem && error.errors.length > 0 ? error.errors : [{ message: problemText(error) }]);

export function AddDialog({ onClose }: { onClose: () => void }) {
  const client = useQueryClient();
  const shared = useShared();
  const [number, setNumber] = useState("");
  const [errors, setErrors] = useState<Wrong>([]);
  const add = useMutation({
    mutationFn: () => ask(http.POST("/api/v1/do-not-call", { body: { phone: number, country: shared.country || null, reason: shared.reason || null, expires_at: shared.expires } })),
    onSuccess: ({ entry, added, skipped_contacts }) => {
      toast(added ? `${phone(entry.phone)} is never called again.${skipped_contacts > 0 ? ` ${counted(skipped_contacts, "waiting contact")} skipped.` : ""}` : `${phone(entry.phone)} was on the list already.`);
      void client.invalidateQueries();
      onClose();
    },
    onError: (error) => setErrors(wrong(error)),
  });
  const submit = () => {
    const found = number.trim() === "" ? [{ field: "phone", message: "Enter a phone number" }] : withoutCountry(shared, lacksCountry(number));
    setErrors(found);
    if (found.length === 0) add.mutate();
  };
  return (
    <Dialog open onOpenChange={(open) => { if (!open) onClose(); }} title="Add a number" description="Applies to every campaign, also running ones.">
      <form noValidate className="flex flex-col gap-4" onSubmit={(event) => { event.preventDefault(); submit(); }}>
        <ErrorSummary errors={errors} />
        <Field label="Phone number" error={errors.find((error) => error.field === "phone")?.message}>{(control) => <Input {...control} name="phone" inputMode="tel" placeholder="+1 415 555 0123" value={number} onChange={(event) => setNumber(event.target.value)} />}</Field>
        <SharedFields shared={shared} errors={errors} />
        <DialogActions><Button onClick={onClose}>Cancel</Button><span className="flex-1" /><Button kind="primary" type="submit" pending={add.isPending} pendingLabel="Adding…">Add to Do not call</Button></DialogActions>
      </form>
    </Dialog>
  );
}

export function ImportDialog({ onClose }: { onClose: () => void }) {
  const client = useQueryClient();
  const shared = useShared();
  const [text, setText] = useState("");
  const [errors, setErrors] = useState<Wrong>([]);
  const [done, setDone] = useState<Schemas["ImportedDoNotCall"] | null>(null);
  const file = useRef<HTMLInputElement>(null);
  const body = { text, country: shared.country || null, reason: shared.reason || null, expires_at: shared.expires };
  const add = useMutation({
    mutationFn: () => ask(http.POST("/api/v1/do-not-call/import", { body })),
    onSuccess: (result) => {
      setDone(result);
      void client.invalidateQueries();
    },
    onError: (error) => setErrors(wrong(error)),
  });
  const read = async (chosen: File) => {
    if (chosen.size > longest) setErrors([{ field: "text", message: tooLong(chosen.name) }]);
    else {
      setErrors([]);
      setText(await chosen.text());
    }
  };
  const submit = () => {
    const found = text.trim() === "" ? [{ field: "text", message: "Paste numbers or choose a file" }] : new Blob([JSON.stringify(body)]).size > longest ? [{ field: "text", message: tooLong("The list") }] : withoutCountry(shared, text.split("\n").some(lineLacksCountry));
    setErrors(found);
    if (found.length === 0) add.mutate();
  };
  return (
    <Dialog open onOpenChange={(open) => { if (!open) onClose(); }} title="Add a list" description={done ? undefined : "A number a line, or a CSV with a column of numbers."}>
      {done ? (
        <div className="flex flex-col gap-3">
          <p><span className="font-semibold">{count(done.added)}</span> added, {count(done.existing)} {done.existing === 1 ? "was" : "were"} on the list already, {count(done.rejected)} of {counted(done.lines, "line")} without a usable number.</p>
          {done.skipped_contacts > 0 && <p>{counted(done.skipped_contacts, "waiting contact")} became Skipped.</p>}
          {done.rejected_lines.length > 0 && (
            <div role="region" aria-label="Lines without a usable number" tabIndex={0} className="max-h-60 overflow-y-auto rounded border border-line">
              <table className="w-full t-small">
                <caption className="sr-only">Lines without a usable number</caption>
                <thead><tr className="text-muted"><th scope="col" className="px-3 py-1.5">Line</th><th scope="col" className="px-3">Value</th><th scope="col" className="px-3">What is wrong</th></tr></thead>
                <tbody>{done.rejected_lines.map((line) => <tr key={line.line} className="border-t border-line"><td className="px-3 py-1">{count(line.line)}</td><td className="px-3 font-mono break-all">{line.value}</td><td className="px-3 text-muted">{line.reason}</td></tr>)}</tbody>
              </table>
            </div>
          )}
          <DialogActions><span className="flex-1" /><Button kind="primary" onClick={onClose}>Done</Button></DialogActions>
        </div>
      ) : (
        <form noValidate className="flex flex-col gap-4" onSubmit={(event) => { event.preventDefault(); submit(); }}>
          <ErrorSummary errors={errors} />
          <Field label="Numbers" error={errors.find((error) => error.field === "text")?.message}>{(control) => <Textarea {...control} name="text" rows={7} className="font-mono t-small" value={text} onChange={(event) => setText(event.target.value)} />}</Field>
          <div>
            <input ref={file} type="file" accept=".csv,.txt,text/csv,text/plain" className="sr-only" tabIndex={-1} aria-label="File with numbers" onChange={(event) => { const chosen = event.target.files?.[0]; if (chosen) void read(chosen); }} />
            <Button size="sm" onClick={() => file.current?.click()}>Read from a file</Button>
          </div>
          <SharedFields shared={shared} errors={errors} />
          <DialogActions><Button onClick={onClose}>Cancel</Button><span className="flex-1" /><Button kind="primary" type="submit" pending={add.isPending} pendingLabel="Adding…">Add to Do not call</Button></DialogActions>
        </form>
      )}
    </Dialog>
  );
}
