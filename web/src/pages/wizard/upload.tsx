import { FileUp } from "lucide-react";
import { type DragEvent, useEffect, useRef, useState } from "react";
import type { Campaign } from "~/api/types";
import { bytes, count, counted } from "~/lib/format";
import { JobBar } from "~/ui/bar";
import { Button } from "~/ui/button";
import { cx } from "~/ui/cx";
import { Field, Textarea } from "~/ui/field";
import { Notice, problemText } from "~/ui/states";
import { uploadFile } from "./upload-file";
import { WizardFoot } from "./wizard";

type Sending = { name: string; sent: number; all: number; cancel: () => void };

/** Step 2: drop, choose or paste; the file goes up with real progress. */
export function UploadStep({ campaign, upload, onUploaded, onContinue }: { campaign: Campaign; upload: string | undefined; onUploaded: (upload: string) => void; onContinue: () => void }) {
  const [sending, setSending] = useState<Sending | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [over, setOver] = useState(false);
  const [pasted, setPasted] = useState("");
  const input = useRef<HTMLInputElement>(null);
  const cancel = useRef<(() => void) | null>(null);
  useEffect(() => () => cancel.current?.(), []);

  const send = async (file: File) => {
    if (file.size === 0) {
      setError(`${file.name} is empty.`);
      return;
    }
    setError(null);
    const { done, cancel: stop } = uploadFile(file, (sent, all) => setSending((before) => before && { ...before, sent, all }));
    cancel.current = stop;
    setSending({ name: file.name, sent: 0, all: file.size, cancel: stop });
    try {
      const made = await done;
      cancel.current = null;
      onUploaded(made.id);
    } catch (fault) {
      if (!(fault instanceof DOMException)) setError(`${file.name} couldn't be uploaded. ${problemText(fault)}`);
    } finally {
      setSending(null);
    }
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    const file = event.dataTransfer.files[0];
    if (file) void send(file);
  };
  const ready = campaign.counts.total > 0;
  return (
    <div className="flex flex-1 flex-col">
      {error && <div className="mb-4"><Notice meaning="problem" alert>{error}</Notice></div>}
      {ready && (
        <div className="mb-4">
          <Notice meaning="success">{counted(campaign.counts.pending, "contact")} ready{campaign.counts.skipped > 0 && `, ${count(campaign.counts.skipped)} skipped`}. Another file is added to them.</Notice>
        </div>
      )}
      {sending ? (
        <div className="panel p-6">
          <p className="mb-2">Uploading {sending.name}: {bytes(sending.sent)} of {bytes(sending.all)}</p>
          <div className="flex items-center gap-4">
            <div className="flex-1"><JobBar done={sending.sent} all={sending.all} label={`Upload of ${sending.name}`} /></div>
            <Button onClick={sending.cancel}>Cancel upload</Button>
          </div>
        </div>
      ) : (
        <div className="grid gap-4 lg:grid-cols-2">
          <div
            onDragOver={(event) => { event.preventDefault(); setOver(true); }}
            onDragLeave={() => setOver(false)}
            onDrop={drop}
            className={cx("flex min-h-64 flex-col items-center justify-center gap-2 rounded-lg border-2 border-dashed p-6 text-center", over ? "border-accent bg-accent-soft" : "border-line-strong bg-surface")}
          >
            <FileUp aria-hidden className="size-7 text-muted" />
            <p className="t-label">Drop a CSV or XLSX file here</p>
            <p className="t-small text-muted">Any separator and encoding, a million rows are fine. Nothing is called yet.</p>
            <input ref={input} type="file" accept=".csv,.tsv,.txt,.xlsx,text/csv" className="sr-only" aria-label="Contact file" tabIndex={-1} onChange={(event) => { const file = event.target.files?.[0]; if (file) void send(file); event.target.value = ""; }} />
            <Button className="mt-2" kind={ready ? "plain" : "primary"} onClick={() => input.current?.click()}>Choose file</Button>
            <a href="/api/v1/template.csv" download="contacts-template.csv" className="mt-1 inline-flex min-h-6 items-center t-small link">Download template</a>
          </div>
          <div className="panel flex flex-col p-6">
            <Field label="Or paste rows" hint="One contact a line, with a header or without: name, phone number." className="flex-1">
              {(control) => <Textarea {...control} className="min-h-36 flex-1 font-mono t-small" placeholder={"name,phone\nAda Byron,+1 415 555 0123"} value={pasted} onChange={(event) => setPasted(event.target.value)} />}
            </Field>
            <Button className="mt-3 self-start" blocked={pasted.trim() === ""} onClick={() => void send(new File([pasted], "pasted.csv", { type: "text/csv" }))}>Use pasted rows</Button>
          </div>
        </div>
      )}
      <WizardFoot back={1} draft={campaign.id} upload={upload}>
        {(ready || upload) && !sending && <Button kind={ready ? "primary" : "plain"} onClick={onContinue}>{upload ? "Continue to match columns" : "Continue to pace"}</Button>}
      </WizardFoot>
    </div>
  );
}
