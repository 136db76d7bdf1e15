import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Copy, Plus } from "lucide-react";
import { useState } from "react";
import { ask, http, usePress, type Schemas } from "~/api/client";
import { sentence } from "~/lib/format";
import { ApiProblem } from "~/api/problem";
import { apiKeysQuery } from "~/api/queries";
import { useZone } from "~/app/session";
import { ago, dateOnly, startOfDay } from "~/lib/time";
import { Button } from "~/ui/button";
import { copyText } from "~/ui/copy";
import { Confirm, Dialog, DialogActions } from "~/ui/dialog";
import { ErrorSummary, Field, Input, Radio } from "~/ui/field";
import { PageHead, useTitle } from "~/ui/page";
import { Empty, ErrorCard, problemText } from "~/ui/states";
import { type Column, DataTable, TableSkeleton } from "~/ui/table";
import { toast } from "~/ui/toast";

type Key = Schemas["ApiKey"];
const scopes: { value: Key["scope"]; label: string; note: string }[] = [
  { value: "read", label: "Read", note: "As a viewer" },
  { value: "write", label: "Write", note: "As an operator" },
  { value: "admin", label: "Admin", note: "As an administrator" },
];
const scopeLabel = (scope: Key["scope"]) => scopes.find((entry) => entry.value === scope)?.label ?? scope;

function NewKeyDialog({ onMade, onClose }: { onMade: (made: Schemas["CreatedApiKey"]) => void; onClose: () => void }) {
  const zone = useZone();
  const [name, setName] = useState("");
  const [scope, setScope] = useState<Key["scope"]>("read");
  const [until, setUntil] = useState("");
  const [errors, setErrors] = useState<{ field?: string; message: string }[]>([]);
  const press = usePress();
  const make = useMutation({
    mutationFn: () => {
      const body = { name, scope, expires_at: until === "" ? null : startOfDay(until, zone, 1) };
      return press.send(body, (headers) => ask(http.POST("/api/v1/api-keys", { headers, body })));
    },
    onSuccess: onMade,
    onError: (error) => setErrors(error instanceof ApiProblem && error.errors.length > 0 ? error.errors : [{ message: problemText(error) }]),
  });
  return (
    <Dialog open onOpenChange={(open) => { if (!open) onClose(); }} title="Make an API key">
      <form noValidate className="flex flex-col gap-4" onSubmit={(event) => { event.preventDefault(); if (name.trim() === "") setErrors([{ field: "name", message: "Enter a name, such as the program that uses it" }]); else make.mutate(); }}>
        <ErrorSummary errors={errors} />
        <Field label="Name" error={errors.find((error) => error.field === "name")?.message}>{(control) => <Input {...control} name="name" placeholder="CRM sync" value={name} onChange={(event) => setName(event.target.value)} />}</Field>
        <fieldset className="flex flex-col gap-2"><legend className="mb-2 t-label">It may</legend>{scopes.map((entry) => <Radio key={entry.value} name="scope" checked={scope === entry.value} onChange={() => setScope(entry.value)} label={entry.label} note={entry.note} />)}</fieldset>
        <Field label="Ends after" optional hint="Without a date: never.">{(control) => <Input {...control} type="date" className="w-48!" value={until} onChange={(event) => setUntil(event.target.value)} />}</Field>
        <DialogActions><Button onClick={onClose}>Cancel</Button><span className="flex-1" /><Button kind="primary" type="submit" pending={make.isPending}>Make key</Button></DialogActions>
      </form>
    </Dialog>
  );
}

export function ApiKeysPage() {
  useTitle("API keys", "Settings");
  const client = useQueryClient();
  const zone = useZone();
  const query = useQuery(apiKeysQuery);
  const [making, setMaking] = useState(false);
  const [made, setMade] = useState<Schemas["CreatedApiKey"] | null>(null);
  const [revoking, setRevoking] = useState<Key | null>(null);
  const revoke = useMutation({
    mutationFn: (key: Key) => ask(http.DELETE("/api/v1/api-keys/{id}", { params: { path: { id: key.id } } })),
    onSuccess: (_, key) => {
      toast(`Key “${key.name}” revoked.`);
      void client.invalidateQueries({ queryKey: ["api-keys"] });
    },
    onError: (error) => toast(`Couldn't revoke the key. ${problemText(error)}`, { kind: "problem" }),
    onSettled: () => setRevoking(null),
  });
  const used = (key: Key) => (key.last_used_at ? ago(key.last_used_at, zone) : "never");
  const columns: Column<Key>[] = [
    { id: "name", header: "Name", rowHeader: true, slot: "a1", className: "font-medium", cell: (key) => key.name },
    { id: "prefix", header: "Begins with", slot: "a2", className: "t-mono", cell: (key) => key.prefix },
    { id: "scope", header: "It may", slot: "b1", cell: (key) => scopeLabel(key.scope) },
    { id: "by", header: "Made by", cell: (key) => key.created_by },
    { id: "used", header: "Last used", className: "whitespace-nowrap", cell: (key) => sentence(used(key)) },
    { id: "until", header: "Ends", className: "whitespace-nowrap", cell: (key) => (key.expires_at ? dateOnly(key.expires_at, zone) : "Never") },
    { id: "revoke", header: <span className="sr-only">Actions</span>, slot: "b2", className: "w-24", cell: (key) => <Button kind="ghost" size="sm" aria-label={`Revoke ${key.name}`} onClick={() => setRevoking(key)}>Revoke</Button> },
  ];
  const add = <Button kind="primary" icon={Plus} onClick={() => setMaking(true)}>Make key</Button>;
  return (
    <>
      <PageHead title="API keys" sub={<>For other programs. The API is described at <a href="/api/docs" className="link-inline">/api/docs</a>.</>} actions={query.data && query.data.items.length > 0 && add} />
      {query.isPending && <TableSkeleton rows={3} />}
      {query.isError && <ErrorCard what="API keys" error={query.error} onRetry={() => void query.refetch()} />}
      {query.data?.items.length === 0 && <Empty title="No API keys yet." action={add} />}
      {query.data && query.data.items.length > 0 && <DataTable caption="API keys" columns={columns} rows={query.data.items} rowKey={(key) => key.id} />}
      {making && <NewKeyDialog onClose={() => setMaking(false)} onMade={(created) => { setMaking(false); setMade(created); void client.invalidateQueries({ queryKey: ["api-keys"] }); }} />}
      {made && (
        <Dialog open onOpenChange={(open) => { if (!open) setMade(null); }} title={`API key “${made.key.name}”`} description="Copy it now. You won't see it again.">
          <div className="flex gap-2"><Input readOnly aria-label="API key" className="font-mono t-small" value={made.secret} onFocus={(event) => event.target.select()} /><Button icon={Copy} onClick={() => void copyText(made.secret, "Key copied.")}>Copy</Button></div>
          <DialogActions><span className="flex-1" /><Button kind="primary" onClick={() => setMade(null)}>Done</Button></DialogActions>
        </Dialog>
      )}
      {revoking && (
        <Confirm open onOpenChange={(open) => { if (!open) setRevoking(null); }} title={`Revoke “${revoking.name}”?`} keep="Keep key" act="Revoke key" danger pending={revoke.isPending} onAct={() => revoke.mutate(revoking)}>
          <p>Requests with this key fail from now on. Last used {used(revoking)}.</p>
        </Confirm>
      )}
    </>
  );
}
