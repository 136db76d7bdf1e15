import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { ask, http, type Schemas } from "~/api/client";
import { isProblem } from "~/api/problem";
import { campaignQuery, notesQuery } from "~/api/queries";
import type { Campaign } from "~/api/types";
import { useCan, useZone } from "~/app/session";
import { ago } from "~/lib/time";
import { Button } from "~/ui/button";
import { Textarea } from "~/ui/field";
import { ErrorCard, Notice, problemText, Skeleton } from "~/ui/states";
import { toast } from "~/ui/toast";

type Notes = Schemas["Notes"];

/** What was learned, for the next campaign. Saved when the field is left; somebody else's words are never overwritten unseen. */
export function NotesEditor({ campaign, notes, short }: { campaign: Campaign; notes: Notes; short?: boolean }) {
  const client = useQueryClient();
  const zone = useZone();
  const { operate } = useCan();
  const [text, setText] = useState(notes.text);
  const [base, setBase] = useState(notes);
  const [other, setOther] = useState<Notes | null>(null);
  const changed = text !== base.text;
  useEffect(() => {
    if (notes.version > base.version && text === base.text) {
      setBase(notes);
      setText(notes.text);
    }
  }, [notes, base, text]);
  const save = useMutation({
    mutationFn: (version: number) =>
      ask(http.PUT("/api/v1/campaigns/{id}/notes", { params: { path: { id: campaign.id }, header: { "If-Match": `"${version}"` } }, body: { text } })),
    onSuccess: (saved) => {
      setBase(saved);
      setOther(null);
      client.setQueryData(["notes", campaign.id], saved);
    },
    onError: (error) => {
      const current = isProblem(error, "version_changed") ? (error.current as Notes | undefined) : undefined;
      // Saved already, by another tab or a first press: the words that stand are these.
      if (current?.text === text) setBase(current);
      else if (current) setOther(current);
      else toast(`Couldn't save the notes. ${problemText(error)}`, { kind: "problem" });
    },
  });
  // Leaving the field by pressing "Save notes" asks twice: one of them is enough.
  const asking = useRef(false);
  const saveAs = (version: number) => {
    if (asking.current) return;
    asking.current = true;
    save.mutate(version, { onSettled: () => { asking.current = false; } });
  };
  const status = save.isPending ? "Saving…" : changed ? "Not saved yet" : base.updated_at ? `Saved ${ago(base.updated_at, zone)}${base.updated_by ? ` by ${base.updated_by}` : ""}` : "Nothing written yet";
  return (
    <div className="flex flex-col gap-2">
      <Textarea
        aria-label="What we learned"
        rows={short ? 5 : 14}
        maxLength={20_000}
        readOnly={!operate}
        className={operate ? undefined : "border-line! bg-hover!"}
        placeholder={operate ? "What worked, what to change next time" : undefined}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onBlur={() => {
          if (changed && !other) saveAs(base.version);
        }}
      />
      <p className="print-only whitespace-pre-wrap">{text}</p>
      {other && (
        <Notice meaning="hold">
          <p>{other.updated_by ?? "Somebody"} changed the notes meanwhile:</p>
          <p className="my-2 max-h-32 overflow-y-auto whitespace-pre-wrap">{other.text}</p>
          <span className="flex flex-wrap gap-2">
            <Button size="sm" onClick={() => { setText(other.text); setBase(other); setOther(null); }}>Take theirs</Button>
            <Button size="sm" onClick={() => saveAs(other.version)}>Keep mine</Button>
          </span>
        </Notice>
      )}
      <div className="flex min-h-7 items-center gap-3 t-small text-muted">
        <span>{status}{!operate && ". Changing notes needs the role Operator."}</span>
        {changed && operate && <Button size="sm" pending={save.isPending} onClick={() => saveAs(base.version)}>Save notes</Button>}
      </div>
    </div>
  );
}

export function NotesTab() {
  const { id } = useParams({ from: "/app/campaigns/$id/notes" });
  const campaign = useQuery(campaignQuery(id)).data;
  const notes = useQuery(notesQuery(id));
  return (
    <section aria-label="Notes" className="max-w-3xl pt-5">
      <p className="mb-3 text-muted">What you learned from this campaign. It stays with the campaign and stands in its PDF report.</p>
      {notes.isError && <ErrorCard what="the notes" error={notes.error} onRetry={() => void notes.refetch()} />}
      {campaign && notes.data ? <NotesEditor key={id} campaign={campaign} notes={notes.data} /> : !notes.isError && <Skeleton className="h-72 w-full" />}
    </section>
  );
}
