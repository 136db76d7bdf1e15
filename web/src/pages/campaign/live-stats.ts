import type { Campaign, Stats } from "~/api/types";

/** Live numbers of a campaign: the stream's snapshot when there is one, else what the campaign itself said. */
export function liveStats(campaign: Campaign, stats: Stats | undefined): Stats {
  if (stats && stats.version >= campaign.version) return stats;
  return {
    id: campaign.id, version: campaign.version, control_version: campaign.control_version, state: campaign.state, counts: campaign.counts,
    waiting: stats?.waiting ?? 0, finishing: stats?.finishing ?? 0, settling: stats?.settling ?? 0, lines_in_use: stats?.lines_in_use ?? 0,
    lines: stats?.lines ?? campaign.settings.lines ?? 0, calls_per_second: stats?.calls_per_second ?? 0, eta_s: stats?.eta_s ?? null,
    answered: stats?.answered ?? 0, duplicates: stats?.duplicates ?? 0, at: stats?.at ?? campaign.created_at,
  };
}
