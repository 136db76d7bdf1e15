import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { ask, http, usePress } from "~/api/client";
import { ApiProblem, isProblem } from "~/api/problem";
import { trunksQuery } from "~/api/queries";
import type { Trunk, TrunkSettings } from "~/api/types";
import { useBack } from "~/app/back";
import { useCan } from "~/app/session";
import { Button, buttonClass } from "~/ui/button";
import { Checkbox, ErrorSummary, Field, Input, Select } from "~/ui/field";
import { PageHead, useTitle } from "~/ui/page";
import { ErrorCard, Notice, problemText, Skeleton } from "~/ui/states";
import { toast } from "~/ui/toast";
import { NumberInput } from "../campaign/pace-form";

type Errors = { field?: string; message: string }[];
type DialFormat = NonNullable<TrunkSettings["dial_format"]>;

const fresh: TrunkSettings = { host: "", port: 5060, transport: "udp", user: null, register: false, dial_format: { kind: "plus_e164" }, caller_id: null, caller_id_header: "from", public_address: null, lines: 10, calls_per_second: 5 };

/** Only the settings of a trunk, as they are sent back. */
function settingsOf(trunk: Trunk): TrunkSettings {
  const { host, port, transport, user, register, dial_format, caller_id, caller_id_header, public_address, lines, calls_per_second } = trunk;
  return { host, port, transport, user, register, dial_format, caller_id, caller_id_header, public_address, lines, calls_per_second };
}

const formats: { kind: DialFormat["kind"]; label: string }[] = [
  { kind: "plus_e164", label: "+14155550123" },
  { kind: "e164", label: "14155550123" },
  { kind: "national", label: "National, without the country code" },
  { kind: "prefix", label: "A fixed prefix, then the digits" },
];

const startOf: Record<DialFormat["kind"], DialFormat> = { plus_e164: { kind: "plus_e164" }, e164: { kind: "e164" }, national: { kind: "national", country_code: 1, trunk_prefix: "" }, prefix: { kind: "prefix", prefix: "" } };

function check(name: string, settings: TrunkSettings): Errors {
  const whole = (value: number | undefined, least: number, most: number) => value !== undefined && Number.isInteger(value) && value >= least && value <= most;
  return [
    ...(name.trim() === "" ? [{ field: "name", message: "Enter a name" }] : []),
    ...(settings.host.trim() === "" ? [{ field: "host", message: "Enter the carrier's host name or address" }] : []),
    ...(whole(settings.port, 1, 65_535) ? [] : [{ field: "port", message: "The port must be 1 to 65,535" }]),
    ...(whole(settings.lines, 1, 10_000) ? [] : [{ field: "lines", message: "Lines must be 1 to 10,000" }]),
    ...((settings.calls_per_second ?? 0) > 0 ? [] : [{ field: "calls_per_second", message: "New calls per second must be more than 0" }]),
    ...(settings.register && !settings.user ? [{ field: "user", message: "Registering needs a user name" }] : []),
  ];
}

function TrunkForm({ trunk }: { trunk?: Trunk }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const [name, setName] = useState(trunk?.name ?? "");
  const [settings, setSettings] = useState<TrunkSettings>(trunk ? settingsOf(trunk) : fresh);
  const [password, setPassword] = useState("");
  const [version, setVersion] = useState(trunk?.version ?? 0);
  const [errors, setErrors] = useState<Errors>([]);
  const set = (part: Partial<TrunkSettings>) => setSettings({ ...settings, ...part });
  const press = usePress();
  const save = useMutation({
    mutationFn: () =>
      trunk
        ? ask(http.PATCH("/api/v1/trunks/{id}", { params: { path: { id: trunk.id }, header: { "If-Match": `"${version}"` } }, body: { name, settings, ...(password ? { password } : {}) } }))
        : press.send({ name, settings, password }, (headers) => ask(http.POST("/api/v1/trunks", { headers, body: { name, ...settings, password: password || null } }))),
    onSuccess: async (saved) => {
      await client.invalidateQueries({ queryKey: ["trunks"] });
      await navigate({ to: "/settings/trunks" });
      toast(trunk ? `Trunk ${saved.name} saved.` : `Trunk ${saved.name} added. Test it before the first campaign.`);
    },
    onError: (error) => {
      if (isProblem(error, "version_changed") && error.current) {
        setVersion((error.current as Trunk).version);
        setErrors([{ message: "Somebody changed this trunk meanwhile. Your changes are still here: save again to keep them." }]);
      } else if (isProblem(error, "name_taken")) setErrors([{ field: "name", message: "Another trunk has this name" }]);
      else setErrors(error instanceof ApiProblem && error.errors.length > 0 ? error.errors.map((entry) => ({ ...entry, field: entry.field.replace(/^settings\./, "") })) : [{ message: problemText(error) }]);
    },
  });
  const at = (field: string) => errors.find((error) => error.field === field)?.message;
  const format = settings.dial_format ?? startOf.plus_e164;
  return (
    <form
      noValidate
      className="max-w-3xl"
      onSubmit={(event) => {
        event.preventDefault();
        const wrong = check(name, settings);
        setErrors(wrong);
        if (wrong.length === 0) save.mutate();
      }}
    >
      <ErrorSummary errors={errors} />
      <div className="panel flex flex-col gap-5 p-6">
        <Field label="Name" error={at("name")}>{(control) => <Input {...control} name="name" maxLength={80} autoComplete="off" value={name} onChange={(event) => setName(event.target.value)} />}</Field>
        <div className="grid gap-5 sm:grid-cols-[minmax(0,1fr)_7rem_8rem]">
          <Field label="Carrier's host or address" error={at("host")}>{(control) => <Input {...control} name="host" autoComplete="off" spellCheck={false} placeholder="sip.example.net" value={settings.host} onChange={(event) => set({ host: event.target.value.trim() })} />}</Field>
          <Field label="Port" error={at("port")}>{(control) => <NumberInput {...control} name="port" className="w-full!" value={settings.port} onChange={(port) => set({ port })} />}</Field>
          <Field label="Transport">{(control) => <Select {...control} value={settings.transport} onChange={(event) => set({ transport: event.target.value as TrunkSettings["transport"] })}><option value="udp">UDP</option><option value="tcp">TCP</option></Select>}</Field>
        </div>
        <div className="grid gap-5 sm:grid-cols-2">
          <Field label="User name" optional error={at("user")} hint="Empty when the carrier knows this machine by its address.">{(control) => <Input {...control} name="user" autoComplete="off" spellCheck={false} value={settings.user ?? ""} onChange={(event) => set({ user: event.target.value || null })} />}</Field>
          <Field label="Password" optional error={at("password")} hint={trunk?.has_password ? "Empty keeps the stored one. It is encrypted and never shown." : "Stored encrypted and never shown again."}>{(control) => <Input {...control} name="password" type="password" autoComplete="new-password" value={password} onChange={(event) => setPassword(event.target.value)} />}</Field>
        </div>
        <Checkbox label="The carrier wants this machine to register" checked={settings.register ?? false} onChange={(event) => set({ register: event.target.checked })} />
        <div className="grid gap-5 sm:grid-cols-2">
          <Field label="Caller ID" optional error={at("caller_id")} hint="The number that people see.">{(control) => <Input {...control} name="caller_id" inputMode="tel" placeholder="+14155550100" value={settings.caller_id ?? ""} onChange={(event) => set({ caller_id: event.target.value.trim() || null })} />}</Field>
          <Field label="Caller ID stands in">{(control) => <Select {...control} value={settings.caller_id_header} onChange={(event) => set({ caller_id_header: event.target.value as TrunkSettings["caller_id_header"] })}><option value="from">the From header</option><option value="p_asserted_identity">P-Asserted-Identity</option></Select>}</Field>
          <Field label="Numbers are dialed as">{(control) => <Select {...control} value={format.kind} onChange={(event) => set({ dial_format: startOf[event.target.value as DialFormat["kind"]] })}>{formats.map((entry) => <option key={entry.kind} value={entry.kind}>{entry.label}</option>)}</Select>}</Field>
          {format.kind === "national" && (
            <div className="flex gap-4">
              <Field label="Country code">{(control) => <NumberInput {...control} value={format.country_code} onChange={(country_code) => set({ dial_format: { ...format, country_code } })} />}</Field>
              <Field label="Trunk prefix" optional>{(control) => <Input {...control} className="w-28!" value={format.trunk_prefix} onChange={(event) => set({ dial_format: { ...format, trunk_prefix: event.target.value } })} />}</Field>
            </div>
          )}
          {format.kind === "prefix" && <Field label="Prefix">{(control) => <Input {...control} value={format.prefix} onChange={(event) => set({ dial_format: { ...format, prefix: event.target.value } })} />}</Field>}
        </div>
        <Field label="Public address" optional error={at("public_address")} hint="This machine's address as the carrier sees it, when it is behind NAT.">{(control) => <Input {...control} name="public_address" className="max-w-xs" placeholder="203.0.113.7" value={settings.public_address ?? ""} onChange={(event) => set({ public_address: event.target.value.trim() || null })} />}</Field>
        <div className="grid gap-5 sm:grid-cols-2">
          <Field label="Lines" error={at("lines")} hint="Calls at once over all campaigns.">{(control) => <NumberInput {...control} name="lines" value={settings.lines} onChange={(lines) => set({ lines })} />}</Field>
          <Field label="New calls per second" error={at("calls_per_second")} hint="Over all campaigns.">{(control) => <NumberInput {...control} name="calls_per_second" value={settings.calls_per_second} onChange={(calls_per_second) => set({ calls_per_second })} />}</Field>
        </div>
      </div>
      <div className="mt-4 flex gap-2">
        <Link to="/settings/trunks" className={buttonClass()}>Cancel</Link>
        <Button kind="primary" type="submit" pending={save.isPending} pendingLabel="Saving…">{trunk ? "Save trunk" : "Add trunk"}</Button>
      </div>
    </form>
  );
}

export function NewTrunkPage() {
  useTitle("Add trunk", "Settings");
  useBack("/settings/trunks", "Trunks");
  const { administer } = useCan();
  return <><PageHead title="Add trunk" />{administer ? <TrunkForm /> : <Notice meaning="neutral">Adding trunks needs the role Admin.</Notice>}</>;
}

export function EditTrunkPage() {
  const { id } = useParams({ from: "/app/settings/trunks/$id" });
  const query = useQuery(trunksQuery);
  const trunk = query.data?.items.find((entry) => entry.id === id);
  useTitle(trunk?.name ?? "Trunk", "Settings");
  useBack("/settings/trunks", "Trunks");
  const { administer } = useCan();
  return (
    <>
      <PageHead title={trunk ? `Edit ${trunk.name}` : "Trunk"} />
      {query.isPending && <Skeleton className="h-96 w-full" />}
      {query.isError && <ErrorCard what="this trunk" error={query.error} onRetry={() => void query.refetch()} />}
      {query.data && !trunk && <Notice meaning="neutral">This trunk doesn't exist or you can't see it.</Notice>}
      {trunk && (administer ? <TrunkForm key={trunk.id} trunk={trunk} /> : <Notice meaning="neutral">Changing trunks needs the role Admin.</Notice>)}
    </>
  );
}
