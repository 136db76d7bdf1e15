import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ask, http } from "~/api/client";
import { importQuery } from "~/api/queries";
import type { Campaign } from "~/api/types";
import { useCan } from "~/app/session";
import { countedOf } from "~/lib/format";
import { JobBar } from "~/ui/bar";
import { Button } from "~/ui/button";
import { Notice, problemText } from "~/ui/states";
import { toast } from "~/ui/toast";

/** "Checking contacts: 412,000 of 1,000,000 rows", with a way to cancel; after a failure what was wrong with the file. */
export function ImportStrip({ campaign }: { campaign: Campaign }) {
  const client = useQueryClient();
  const { operate } = useCan();
  const id = campaign.import?.id ?? "";
  const running = ["waiting", "running"].includes(campaign.import?.state ?? "");
  const job = useQuery({ ...importQuery(id), enabled: id !== "", refetchInterval: running ? 3_000 : false });
  const cancel = useMutation({
    mutationFn: () => ask(http.DELETE("/api/v1/imports/{id}", { params: { path: { id } } })),
    onSuccess: () => {
      toast("Import canceled. The contacts read so far stay.", { kind: "info" });
      void client.invalidateQueries();
    },
    onError: (error) => toast(`Couldn't cancel the import. ${problemText(error)}`, { kind: "problem" }),
  });
  if (!campaign.import) return null;
  const state = job.data?.state ?? campaign.import.state;
  const done = job.data?.rows_done ?? campaign.import.rows_done;
  const all = job.data?.rows_total ?? campaign.import.rows_total;
  if (state === "failed" && campaign.state.status === "draft") {
    return (
      <div className="mt-3">
        <Notice meaning="problem" action={operate && <Link to="/campaigns/new" search={{ step: 2, draft: campaign.id }} className="font-medium underline underline-offset-2">Upload another file</Link>}>
          The file couldn't be taken. {job.data?.error ?? ""}
        </Notice>
      </div>
    );
  }
  if (state !== "waiting" && state !== "running") return null;
  return (
    <div className="panel mt-3 flex flex-wrap items-center gap-4 px-5 py-4">
      <div className="min-w-0 flex-1 basis-64">
        <p className="mb-2">Checking contacts: {countedOf(done, all, "row")}</p>
        <JobBar done={done} all={all} label="Contacts checked" />
        {campaign.state.status === "draft" && <p id={campaign.blockers.length === 1 ? "start-blocked" : undefined} className="mt-2 t-small text-muted">Start becomes available when the import finishes.</p>}
      </div>
      {operate && <Button pending={cancel.isPending} pendingLabel="Canceling…" onClick={() => cancel.mutate()}>Cancel import</Button>}
    </div>
  );
}
