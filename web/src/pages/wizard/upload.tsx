import { FileUp, Pause, Play } from "lucide-react";
import { type DragEvent, useEffect, useRef, useState } from "react";
import type { Campaign } from "~/api/types";
import { bytes, count, counted, progress } from "~/lib/format";
import { JobBar } from "~/ui/bar";
import { Button } from "~/ui/button";
import { cx } from "~/ui/cx";
import { Field, Textarea } from "~/ui/field";
import { Notice, problemText } from "~/ui/states";
import { type Begun, begunUploads, FileUpload, type UploadProgress } from "./upload-file";
import { WizardFoot } from "./wizard";

interface Sending extends UploadProgress {
  upload: FileUpload;
  file: File;
  /** What the server had of it already. */
  from: number;
}

const told: Record<UploadProgress["state"], string> = {
  sending: "It can be paused. It goes on by itself after a lost connection, and after a reload when you choose the same file again.",
  paused: "Paused. What has come stays on the server for a day.",
  waiting: "The connection is lost. The upload goes on by itself as soon as the server answers.",
};

/** How far the file is, with what can be done about it. */
function SendingPanel({ sending, onCancel }: { sending: Sending; onCancel: () => void }) {
  const { upload, file, sent, state, from } = sending;
  return (
    <section aria-label="Upload" className="panel p-6">
      <p className="mb-2 flex flex-wrap justify-between gap-x-4 gap-y-1">
        <span className="min-w-0 break-words"><span className="font-medium">{file.name}</span> · {bytes(sent)} of {bytes(file.size)}</span>
        <span>{progress(sent, file.size)}%</span>
      </p>
      <JobBar done={sent} all={file.size} label={`Upload of ${file.name}`} />
      <div className="mt-3 flex flex-wrap items-center gap-2">
        <p role="status" className={cx("min-w-0 flex-1 basis-72 t-small", state === "waiting" ? "text-danger" : "text-muted")}>{from > 0 && state === "sending" ? `Goes on where it stopped: ${bytes(from)} were there already.` : told[state]}</p>
        {state === "paused" ? <Button icon={Play} onClick={() => upload.resume()}>Resume</Button> : <Button icon={Pause} onClick={() => upload.pause()}>Pause</Button>}
        <Button onClick={onCancel}>Cancel upload</Button>
      </div>
    </section>
  );
}

/** Step 2: drop, choose or paste; the file goes up in parts with real progress. */
export function UploadStep({ campaign, upload, onUploaded, onContinue }: { campaign: Campaign; upload: string | undefined; onUploaded: (upload: string) => void; onContinue: () => void }) {
  const [sending, setSending] = useState<Sending | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [over, setOver] = useState(false);
  const [pasted, setPasted] = useState("");
  const [begun] = useState<Begun | undefined>(() => begunUploads().find((entry) => entry.received < entry.size));
  const input = useRef<HTMLInputElement>(null);
  const current = useRef<FileUpload | null>(null);
  useEffect(() => () => current.current?.leave(), []);

  const send = async (file: File) => {
    if (file.size === 0) {
      setError(`${file.name} is empty.`);
      return;
    }
    setError(null);
    current.current?.leave();
    let from: number | undefined;
    const going = new FileUpload(file, ({ sent, state }) => {
      from ??= sent;
      if (current.current === going) setSending({ upload: going, file, sent, state, from });
    });
    current.current = going;
    setSending({ upload: going, file, sent: 0, state: "sending", from: 0 });
    try {
      const made = await going.run();
      if (made) onUploaded(made.id);
    } catch (fault) {
      setError(`${file.name} couldn't be uploaded. ${problemText(fault)}`);
    } finally {
      if (current.current === going) setSending(null);
    }
  };
  const cancel = () => {
    current.current?.cancel();
    setSending(null);
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
      {begun && !sending && !upload && (
        <div className="mb-4">
          <Notice meaning="neutral">The upload of {begun.name} stopped at {bytes(begun.received)} of {bytes(begun.size)}. Choose the same file again to go on.</Notice>
        </div>
      )}
      {sending ? (
        <SendingPanel sending={sending} onCancel={cancel} />
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
