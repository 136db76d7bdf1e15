import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Copy, Pencil, Plus, Stethoscope, Trash2 } from "lucide-react";
import { type ReactNode, useState } from "react";
import { ask, http } from "~/api/client";
import { trunksQuery } from "~/api/queries";
import type { Trunk } from "~/api/types";
import { useCan, useZone } from "~/app/session";
import { count, counted, phone } from "~/lib/format";
import { dateOnly } from "~/lib/time";
import { Button, buttonClass } from "~/ui/button";
import { copyText } from "~/ui/copy";
import { Confirm } from "~/ui/dialog";
import { Details, PageHead, useTitle } from "~/ui/page";
import { Empty, ErrorCard, Notice, problemText, Skeleton } from "~/ui/states";
import { toast } from "~/ui/toast";
import { lookAgain, TrunkBadge } from "./trunk-state";
import { TrunkTestDialog } from "./trunk-test";

function DeleteTrunk({ trunk, onClose }: { trunk: Trunk; onClose: () => void }) {
  const client = useQueryClient();
  const remove = useMutation({
    mutationFn: () => ask(http.DELETE("/api/v1/trunks/{id}", { params: { path: { id: trunk.id } } })),
    onSuccess: () => {
      toast(`Trunk ${trunk.name} deleted.`);
      void client.invalidateQueries({ queryKey: ["trunks"] });
      onClose();
    },
    onError: (error) => {
      toast(`Couldn't delete the trunk. ${problemText(error)}`, { kind: "problem" });
      onClose();
    },
  });
  return (
    <Confirm open onOpenChange={(open) => { if (!open) onClose(); }} title={`Delete trunk “${trunk.name}”?`} keep="Keep trunk" act="Delete trunk" danger pending={remove.isPending} onAct={() => remove.mutate()}>
      <p>Its login is deleted too. Calls and results of past campaigns stay.</p>
    </Confirm>
  );
}

function TrunkCard({ trunk }: { trunk: Trunk }) {
  const zone = useZone();
  const { operate, administer } = useCan();
  const [open, setOpen] = useState<"test" | "delete" | null>(null);
  const inUse = trunk.used_by.length > 0;
  const title = `trunk-${trunk.id}`;
  return (
    <section aria-labelledby={title} className="panel">
      <div className="flex flex-wrap items-center gap-2 border-b border-line px-5 py-3">
        <h2 id={title} className="t-title min-w-0 flex-1 truncate max-sm:basis-full">{trunk.name}</h2>
        {trunk.state && <TrunkBadge state={trunk.state} zone={zone} />}
        {operate && <Button size="sm" icon={Stethoscope} onClick={() => setOpen("test")}>Test trunk</Button>}
        {administer && <Link to="/settings/trunks/$id" params={{ id: trunk.id }} aria-label={`Edit ${trunk.name}`} className={buttonClass("plain", "sm")}><Pencil aria-hidden className="size-3.5" />Edit</Link>}
        {administer && <Button size="sm" icon={Trash2} aria-label={`Delete ${trunk.name}`} aria-describedby={inUse ? `${title}-use` : undefined} blocked={inUse} onClick={() => setOpen("delete")}>Delete</Button>}
      </div>
      <div className="px-5 py-4">
        {trunk.state?.status === "failing" && <div className="mb-4"><Notice meaning="problem">{trunk.state.detail ? `${trunk.state.detail.replace(/\.$/, "")}.` : "It takes no calls."} Campaigns that use it wait; it is tried again by itself.</Notice></div>}
        <Details
          items={[
            ["Carrier", `${trunk.host}:${trunk.port ?? 5060}, ${(trunk.transport ?? "udp").toUpperCase()}`],
            ["Login", trunk.user ? <>{trunk.user}{trunk.has_password && <span className="text-muted"> · password set{trunk.password_set_at ? ` ${dateOnly(trunk.password_set_at, zone)}` : ""}</span>}{trunk.register && <span className="text-muted"> · registers</span>}</> : "None: known by this machine's address"],
            ["Caller ID", trunk.caller_id ? <span className="font-mono">{phone(trunk.caller_id)}</span> : "None"],
            ["Lines", typeof trunk.lines_in_use === "number" ? `${count(trunk.lines_in_use)} of ${count(trunk.lines ?? 0)} in use` : counted(trunk.lines ?? 0, "line")],
            ["New calls", `${trunk.calls_per_second} per second`],
            ...(trunk.signalling_address ? [["For the carrier", <span key="address" className="inline-flex items-center gap-2"><span className="font-mono">{trunk.signalling_address}</span><Button kind="ghost" size="sm" icon={Copy} aria-label="Copy the address for the carrier" onClick={() => void copyText(trunk.signalling_address ?? "", "Address copied.")} /></span>] as [string, ReactNode]] : []),
            ...(inUse ? [["Used by", <span key="use" id={`${title}-use`}>{trunk.used_by.map((use, index) => <span key={use.id}>{index > 0 && ", "}<Link to="/campaigns/$id" params={{ id: use.id }} className="link-inline">{use.name}</Link></span>)}<span className="block t-small text-muted">Can be deleted once no open campaign uses it.</span></span>] as [string, ReactNode]] : []),
          ]}
        />
      </div>
      {open === "test" && <TrunkTestDialog trunk={trunk} onClose={() => setOpen(null)} />}
      {open === "delete" && <DeleteTrunk trunk={trunk} onClose={() => setOpen(null)} />}
    </section>
  );
}

export function TrunksPage() {
  useTitle("Trunks", "Settings");
  const query = useQuery({ ...trunksQuery, refetchInterval: ({ state }) => lookAgain(state.data?.items) });
  const { administer } = useCan();
  const add = administer && <Link to="/settings/trunks/new" className={buttonClass("primary")}><Plus aria-hidden className="size-4" />Add trunk</Link>;
  return (
    <>
      <PageHead title="Trunks" sub="The lines to the phone network." actions={query.data && query.data.items.length > 0 && add} />
      {query.isPending && <Skeleton className="h-60 w-full" />}
      {query.isError && <ErrorCard what="trunks" error={query.error} onRetry={() => void query.refetch()} />}
      {query.data?.items.length === 0 && <Empty title="No trunk yet." action={add}>Campaigns need one to call: host, login and caller ID from your carrier.</Empty>}
      <div className="grid grid-cols-[minmax(0,1fr)] gap-4 xl:grid-cols-2">{query.data?.items.map((trunk) => <TrunkCard key={trunk.id} trunk={trunk} />)}</div>
    </>
  );
}
