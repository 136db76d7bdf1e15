import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { ask, http, type Schemas } from "~/api/client";
import { ApiProblem } from "~/api/problem";
import { catalogQuery, instanceQuery, settingsQuery } from "~/api/queries";
import { useCan } from "~/app/session";
import { useCountries } from "~/pages/wizard/country";
import { Button } from "~/ui/button";
import { ErrorSummary, Field, Input, Select } from "~/ui/field";
import { Details, PageHead, Panel, useTitle } from "~/ui/page";
import { ErrorCard, Notice, problemText, Skeleton } from "~/ui/states";
import { toast } from "~/ui/toast";

function SettingsForm({ settings }: { settings: Schemas["Settings"] }) {
  const client = useQueryClient();
  const { administer } = useCan();
  const countries = useCountries(useQuery(catalogQuery).data?.countries ?? []);
  const zones = useMemo(() => [...new Set([settings.time_zone, "UTC", ...Intl.supportedValuesOf("timeZone")])], [settings.time_zone]);
  const [values, setValues] = useState({ name: settings.name, time_zone: settings.time_zone, default_country: settings.default_country ?? "", public_url: settings.public_url ?? "" });
  const [errors, setErrors] = useState<{ field?: string; message: string }[]>([]);
  const at = (field: string) => errors.find((error) => error.field === field)?.message;
  const save = useMutation({
    mutationFn: () =>
      ask(http.PATCH("/api/v1/settings", {
        body: { name: values.name, time_zone: values.time_zone, default_country: values.default_country || null, ...(settings.public_url_fixed ? {} : { public_url: values.public_url || null }) },
      })),
    onSuccess: (saved) => {
      setErrors([]);
      client.setQueryData(["settings"], saved);
      void client.invalidateQueries({ queryKey: ["session"] });
      toast("Settings saved.");
    },
    onError: (error) => setErrors(error instanceof ApiProblem && error.errors.length > 0 ? error.errors : [{ message: problemText(error) }]),
  });
  return (
    <form noValidate className="max-w-3xl" onSubmit={(event) => { event.preventDefault(); if (values.name.trim() === "") setErrors([{ field: "name", message: "Enter a name" }]); else save.mutate(); }}>
      <ErrorSummary errors={errors} />
      {!administer && <div className="mb-4"><Notice meaning="neutral">Changing settings needs the role Admin.</Notice></div>}
      <fieldset disabled={!administer} className="panel flex flex-col gap-5 p-6">
        <Field label="Name of the workspace" error={at("name")}>{(control) => <Input {...control} name="name" maxLength={80} value={values.name} onChange={(event) => setValues({ ...values, name: event.target.value })} />}</Field>
        <Field label="Time zone" hint="All times on the pages and in exports are shown in it." error={at("time_zone")}>
          {(control) => <Select {...control} name="time_zone" className="max-w-sm" value={values.time_zone} onChange={(event) => setValues({ ...values, time_zone: event.target.value })}>{zones.map((zone) => <option key={zone}>{zone}</option>)}</Select>}
        </Field>
        <Field label="Default country" hint="For numbers without a country code, unless an upload says otherwise." error={at("default_country")}>
          {(control) => <Select {...control} name="default_country" className="max-w-sm" value={values.default_country} onChange={(event) => setValues({ ...values, default_country: event.target.value })}><option value="">None</option>{countries.map((country) => <option key={country.code} value={country.code}>{country.label}</option>)}</Select>}
        </Field>
        <Field label="Public address" optional hint={settings.public_url_fixed ? "Set in this process's configuration." : "Where people reach Carillon; links in exports begin with it."} error={at("public_url")}>
          {(control) => <Input {...control} name="public_url" type="url" placeholder="https://calls.example.com" readOnly={settings.public_url_fixed} value={values.public_url} onChange={(event) => setValues({ ...values, public_url: event.target.value })} />}
        </Field>
        {administer && <Button type="submit" className="self-start" pending={save.isPending} pendingLabel="Saving…">Save settings</Button>}
      </fieldset>
    </form>
  );
}

export function ServerPage() {
  useTitle("Server", "Settings");
  const query = useQuery(settingsQuery);
  const instance = useQuery(instanceQuery).data;
  return (
    <>
      <PageHead title="Server" />
      {query.isPending && <Skeleton className="h-80 max-w-3xl" />}
      {query.isError && <ErrorCard what="the settings" error={query.error} onRetry={() => void query.refetch()} />}
      {query.data && <SettingsForm settings={query.data} />}
      {instance && (
        <Panel title="This Carillon" className="mt-4 max-w-3xl">
          <div className="px-6 py-4"><Details items={[["Version", instance.version], ["Calls", instance.dials ? "This process places calls" : "This process places no calls: campaigns wait for one that does"], ["API reference", <a key="docs" href="/api/docs" className="link-inline">/api/docs</a>]]} /></div>
        </Panel>
      )}
    </>
  );
}
