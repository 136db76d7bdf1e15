import type { QueryClient } from "@tanstack/react-query";
import type { Campaign, CampaignPage, Export, Import, Stats } from "~/api/types";
import { announce } from "~/ui/announce";
import { campaignStatus } from "~/lib/words";
import { onLive } from "./connection";
import type { LiveEvent } from "./protocol";

/** Puts a snapshot where the pages read it, unless something newer is there already. */
export function applyStats(client: QueryClient, stats: Stats, whatever = false): void {
  const before = client.getQueryData<Stats>(["stats", stats.id]);
  if (!whatever && before && before.version >= stats.version) return;
  client.setQueryData(["stats", stats.id], stats);
  const progress = stats.counts.total > 0 ? (stats.counts.total - stats.counts.pending - stats.counts.in_progress) / stats.counts.total : 0;
  client.setQueriesData<CampaignPage>({ queryKey: ["campaigns"] }, (page) =>
    page?.items.some((row) => row.id === stats.id)
      ? { ...page, items: page.items.map((row) => (row.id === stats.id ? { ...row, state: stats.state, counts: stats.counts, progress, version: stats.version } : row)) }
      : page,
  );
  const campaign = client.getQueryData<Campaign>(["campaign", stats.id]);
  // What may be pressed, names of those who did: only the campaign itself has it.
  if (campaign && (campaign.control_version !== stats.control_version || campaign.state.status !== stats.state.status)) {
    if (before && before.state.status !== stats.state.status) announce(`${campaign.name} is ${campaignStatus[stats.state.status].label} now`);
    void client.invalidateQueries({ queryKey: ["campaign", stats.id] });
    void client.invalidateQueries({ queryKey: ["activity", stats.id] });
    if (stats.state.status === "completed" || stats.state.status === "canceled") {
      for (const key of ["summary", "failures", "contacts", "random-calls"]) void client.invalidateQueries({ queryKey: [key, stats.id] });
    }
  }
}

/** A campaign as a control answered it: at once on the page, without waiting for the stream. */
export function applyCampaign(client: QueryClient, campaign: Campaign): void {
  client.setQueryData(["campaign", campaign.id], campaign);
  client.setQueryData<Stats>(["stats", campaign.id], (stats) =>
    stats && stats.version <= campaign.version
      ? { ...stats, state: campaign.state, counts: campaign.counts, version: campaign.version, control_version: campaign.control_version }
      : stats,
  );
  void client.invalidateQueries({ queryKey: ["campaigns"] });
  void client.invalidateQueries({ queryKey: ["stats", campaign.id] });
  void client.invalidateQueries({ queryKey: ["activity", campaign.id] });
}

const finished = (state: string) => state === "done" || state === "failed" || state === "canceled";

function apply(client: QueryClient, event: LiveEvent, first: boolean): void {
  if (event.name === "stats") {
    applyStats(client, event.data as unknown as Stats, first);
  } else if (event.name === "import") {
    const job = event.data as unknown as Import;
    client.setQueryData(["import", job.id], job);
    client.setQueryData<Campaign>(["campaign", job.campaign], (campaign) => campaign && { ...campaign, import: job });
    client.setQueriesData<CampaignPage>({ queryKey: ["campaigns"] }, (page) => page && { ...page, items: page.items.map((row) => (row.import?.id === job.id ? { ...row, import: job } : row)) });
    if (finished(job.state)) for (const key of ["campaigns", "campaign", "contacts", "skipped", "stats"]) void client.invalidateQueries({ queryKey: [key] });
  } else if (event.name === "export") {
    const job = event.data as unknown as Export;
    client.setQueryData(["export", job.id], job);
  } else if (event.name === "refresh") {
    const [kind, id] = event.data.topic.split(":");
    if (kind === "campaigns") void client.invalidateQueries({ queryKey: ["campaigns"] });
    else client.setQueryData<RowChanges>(["changed-rows", id], { many: true, rows: {} });
  } else if (event.name === "rows") {
    const { campaign, rows, many } = event.data;
    client.setQueryData<RowChanges>(["changed-rows", campaign], (known) => {
      const next: RowChanges = { many: many || (known?.many ?? false), rows: { ...known?.rows } };
      for (const row of rows as ChangedRow[]) if (row.version >= (next.rows[row.row]?.version ?? -1)) next.rows[row.row] = row;
      return next;
    });
  }
}

export interface ChangedRow {
  row: number;
  status: Stats["state"]["status"];
  result?: string | null;
  result_text?: string | null;
  processed_at?: string | null;
  version: number;
}

/** What changed since the page of contacts was read, by row. */
export interface RowChanges {
  many: boolean;
  rows: Record<number, ChangedRow>;
}

export function startLive(client: QueryClient): void {
  onLive((event, first) => apply(client, event, first));
}
