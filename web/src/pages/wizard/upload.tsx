import { useQueryClient } from "@tanstack/react-query";
import { FileUp, Pause, Play } from "lucide-react";
import { type DragEvent, useEffect, useRef, useState } from "react";
import { mayPass } from "~/api/problem";
import { settingsQuery, uploadQuery } from "~/api/queries";
import type { Campaign } from "~/api/types";
import { useSession } from "~/app/session";
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

/** What went wrong with a file; `again` only where the same file may pass when it is tried again. */
interface Trouble {
  text: string;
  again?: () => void;
}

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

/** Step 2: drop, choose or paste; the file goes up in parts with real progress, and leads on only when it can be read. */
export function UploadStep({ campaign, upload, refused, onUploaded, onContinue }: { campaign: Campaign; upload: string | undefined; refused: string | null; onUploaded: (upload: string) => void; onContinue: () => void }) {
  const client = useQueryClient();
  const [sending, setSending] = useState<Sending | null>(null);
  const [looking, setLooking] = useState<string | null>(null);
  const [trouble, setTrouble] = useState<Trouble | null>(refused ? { text: `The file can't be taken. ${refused}` } : null);
  const [over, setOver] = useState(false);
  const [pasted, setPasted] = useState("");
  const user = useSession().user.id;
  const [begun] = useState<Begun | undefined>(() => begunUploads(user).find((entry) => entry.received < entry.size));
  const input = useRef<HTMLInputElement>(null);
  const current = useRef<FileUpload | null>(null);
  useEffect(() => () => current.current?.leave(), []);

  const newest = useRef(0);
  /** The first look at a file that has come: one that can't be read stays here. */
  const look = async (id: string, name: string) => {
    const mine = (newest.current += 1);
    setTrouble(null);
    setLooking(name);
    try {
      const { default_country } = await client.fetchQuery(settingsQuery);
      await client.fetchQuery(uploadQuery(id, campaign.id, default_country ?? undefined));
      if (mine === newest.current) onUploaded(id);
    } catch (fault) {
      if (mine !== newest.current) return;
      setTrouble(mayPass(fault) ? { text: `${name} couldn't be read. ${problemText(fault)}`, again: () => void look(id, name) } : { text: `${name} can't be taken. ${problemText(fault)}` });
    } finally {
      if (mine === newest.current) setLooking(null);
    }
  };
  useEffect(() => () => { newest.current += 1; }, []);

  const send = async (file: File) => {
    if (file.size === 0) {
      setTrouble({ text: `${file.name} is empty.` });
      return;
    }
    setTrouble(null);
    current.current?.leave();
    let from: number | undefined;
    const going = new FileUpload(user, file, ({ sent, state }) => {
      from ??= sent;
      if (current.current === going) setSending({ upload: going, file, sent, state, from });
    });
    current.current = going;
    setSending({ upload: going, file, sent: 0, state: "sending", from: 0 });
    try {
      const made = await going.run();
      if (made) void look(made.id, file.name);
    } catch (fault) {
      setTrouble({ text: `${file.name} couldn't be uploaded. ${problemText(fault)}`, again: mayPass(fault) ? () => void send(file) : undefined });
    } finally {
      if (current.current === going) setSending(null);
    }
  };
  const cancel = () => {
    const going = sending?.file.name;
    current.current?.cancel().catch((fault: unknown) => setTrouble({ text: `What came of ${going} is still on the server, which removes it after a day. ${problemText(fault)}` }));
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
      {trouble && (
        <div className="mb-4">
          <Notice meaning="problem" alert action={trouble.again ? <Button size="sm" onClick={trouble.again}>Try again</Button> : <Button size="sm" onClick={() => input.current?.click()}>Choose another file</Button>}>{trouble.text}</Notice>
        </div>
      )}
      {ready && (
        <div className="mb-4">
          <Notice meaning="success">{counted(campaign.counts.pending, "contact")} ready{campaign.counts.skipped > 0 && `, ${count(campaign.counts.skipped)} skipped`}. Another file is added to them.</Notice>
        </div>
      )}
      {begun && !sending && !looking && !trouble && !upload && (
        <div className="mb-4">
          <Notice meaning="neutral">The upload of {begun.name} stopped at {bytes(begun.received)} of {bytes(begun.size)}. Choose the same file again to go on.</Notice>
        </div>
      )}
      {sending ? (
        <SendingPanel sending={sending} onCancel={cancel} />
      ) : looking ? (
        <section aria-label="Upload" aria-busy="true" className="panel p-6">
          <p role="status"><span className="font-medium">{looking}</span> has come: reading its columns…</p>
        </section>
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
        {(ready || upload) && !sending && !looking && <Button kind={ready ? "primary" : "plain"} onClick={onContinue}>{upload ? "Continue to match columns" : "Continue to pace"}</Button>}
      </WizardFoot>
    </div>
  );
}
