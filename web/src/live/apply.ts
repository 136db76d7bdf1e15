import type { QueryClient } from "@tanstack/react-query";
import type { Campaign, CampaignPage, ContactPage, Export, Import, Stats } from "~/api/types";
import { announce } from "~/ui/announce";
import { campaignStatus } from "~/lib/words";
import { onBack, onLive } from "./connection";
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

export function apply(client: QueryClient, event: LiveEvent, first: boolean): void {
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
    const [kind, id = ""] = event.data.topic.split(":");
    if (kind === "campaigns") void client.invalidateQueries({ queryKey: ["campaigns"] });
    else changed(client, id, [], true);
  } else if (event.name === "rows") {
    changed(client, event.data.campaign, event.data.rows as ChangedRow[], event.data.many);
  }
}

/** So many changed rows are counted one by one; above that "many rows". */
const countedMost = 1_000;

/** The rows of all lists of a campaign's contacts that a page shows or may show again; `null` while one is on its way and may have any. */
function listed(client: QueryClient, campaign: string): Set<number> | null {
  const queryKey = ["contacts", campaign];
  if (client.isFetching({ queryKey }) > 0) return null;
  return new Set(client.getQueriesData<ContactPage>({ queryKey }).flatMap(([, page]) => page?.items.map(({ row }) => row) ?? []));
}

/** Notes which rows changed, and what became of those that a list shows: a page that stays open for days must not collect the whole campaign. */
function changed(client: QueryClient, campaign: string, rows: ChangedRow[], many: boolean): void {
  const shown = listed(client, campaign);
  const now = Date.now();
  client.setQueryData<RowChanges>(["changed-rows", campaign], (known = noChanges) => {
    const next: RowChanges = { countedAfter: many ? now : known.countedAfter, heardAt: new Map(known.heardAt), rows: {} };
    for (const before of Object.values(known.rows)) if (!shown || shown.has(before.row)) next.rows[before.row] = before;
    for (const row of rows) {
      next.heardAt.delete(row.row);
      next.heardAt.set(row.row, now);
      if ((!shown || shown.has(row.row)) && row.version >= (next.rows[row.row]?.version ?? -1)) next.rows[row.row] = { ...row, heardAt: now };
    }
    for (const [row, at] of next.heardAt) {
      if (next.heardAt.size <= countedMost) break;
      next.heardAt.delete(row);
      next.countedAfter = Math.max(next.countedAfter, at);
    }
    return next;
  });
  reread(client, campaign, rows, many);
}

/** An open panel of a contact has more than a row can tell: attempts, what may be done. So it is read again when its row changed. */
function reread(client: QueryClient, campaign: string, rows: ChangedRow[], many: boolean): void {
  for (const { queryKey } of client.getQueryCache().findAll({ queryKey: ["contact", campaign], type: "active" })) {
    const told = rows.some(({ row }) => row === queryKey[2]);
    // Of "many" nobody knows whether it is one of them: then a reading that is on its way is enough.
    if (told || many) void client.invalidateQueries({ queryKey, exact: true }, { cancelRefetch: told });
  }
}

export interface ChangedRow {
  row: number;
  status: Stats["state"]["status"];
  result?: string | null;
  result_text?: string | null;
  processed_at?: string | null;
  version: number;
  /** When the page heard of it, by its own clock. */
  heardAt: number;
}

/** What changed in a campaign's contacts. A list takes from it what was heard after its own reading began: the rest it has. */
export interface RowChanges {
  /** After this time every changed row is in `heardAt`; before it more changed than are counted. */
  countedAfter: number;
  /** The newest change of each row, oldest first, at most `countedMost`. */
  heardAt: Map<number, number>;
  /** What the rows that lists show became. */
  rows: Record<number, ChangedRow>;
}

export const noChanges: RowChanges = { countedAfter: 0, heardAt: new Map(), rows: {} };

/** How many rows changed since a list's reading began, or "many". */
export function changesSince(changes: RowChanges, began: number): number | "many" {
  if (changes.countedAfter >= began) return "many";
  let count = 0;
  for (const at of changes.heardAt.values()) if (at >= began) count += 1;
  return count;
}

/**
 * No part of a page stays older than its connection. Only the contacts table waits for its Refresh, since rows never move under the reader: it
 * says that rows changed, for of those that ended meanwhile nothing is told any more. And conversations that somebody may be listening to stay when they are all there.
 */
export function readAgain(client: QueryClient): void {
  void client.invalidateQueries({
    predicate: ({ queryKey: [kind], state }) => kind !== "contacts" && kind !== "changed-rows" && !(kind === "random-calls" && ((state.data as { items?: unknown[] } | undefined)?.items?.length ?? 0) > 0),
  });
  const listed = new Set(client.getQueryCache().findAll({ queryKey: ["contacts"] }).map(({ queryKey }) => queryKey[1] as string));
  for (const campaign of listed) changed(client, campaign, [], true);
}

export function startLive(client: QueryClient): void {
  // Comparing all of it with what was before, four times a second, finds nothing that is the same.
  client.setQueryDefaults(["changed-rows"], { structuralSharing: false });
  onLive((event, first) => apply(client, event, first));
  onBack(() => readAgain(client));
}
