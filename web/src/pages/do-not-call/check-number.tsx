import { useMutation, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { ask, http } from "~/api/client";
import { settingsQuery } from "~/api/queries";
import { useZone } from "~/app/session";
import { counted, phone } from "~/lib/format";
import { dateOnly } from "~/lib/time";
import { lacksCountry, noCountryCode } from "~/pages/wizard/country";
import { Button } from "~/ui/button";
import { Input } from "~/ui/field";
import { problemText } from "~/ui/states";

/** "May this number be called?" */
export function CheckNumber() {
  const zone = useZone();
  const [number, setNumber] = useState("");
  const check = useMutation({ mutationFn: () => ask(http.GET("/api/v1/do-not-call/check", { params: { query: { phone: number } } })) });
  const found = check.data;
  const settings = useQuery(settingsQuery).data;
  const [lacks, setLacks] = useState(false);
  return (
    <form
      className="panel mt-4 flex flex-wrap items-center gap-3 px-5 py-3"
      onSubmit={(event) => {
        event.preventDefault();
        const needed = settings !== undefined && !settings.default_country && lacksCountry(number);
        setLacks(needed);
        if (!needed && number.trim() !== "") check.mutate();
      }}
    >
      <label htmlFor="check-number" className="t-label">Check a number</label>
      <Input id="check-number" className="w-52!" inputMode="tel" placeholder="+1 415 555 0123" value={number} onChange={(event) => { setNumber(event.target.value); setLacks(false); check.reset(); }} />
      <Button type="submit" pending={check.isPending} blocked={number.trim() === ""}>Check</Button>
      <p role="status" className="min-w-0 flex-1 basis-60">
        {lacks && <span className="text-danger">{noCountryCode} under <Link to="/settings/server" className="link-inline">Settings, Server</Link>, or write the number with it.</span>}
        {check.isError && <span className="text-danger">{problemText(check.error)}</span>}
        {found && (found.blocked
          ? <><span className="font-medium">{phone(found.phone)} is never called.</span> <span className="text-muted">Added {found.entry ? `${dateOnly(found.entry.added_at, zone)} by ${found.entry.added_by}` : ""}{found.entry?.reason ? `: ${found.entry.reason}` : ""}</span></>
          : <><span className="font-medium">{phone(found.phone)} is not on the list.</span> <span className="text-muted">{found.contacts > 0 ? `It stands in ${counted(found.contacts, "contact")}.` : "No campaign has it."}</span></>)}
      </p>
    </form>
  );
}
