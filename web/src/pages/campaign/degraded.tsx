import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { failuresQuery, minutesQuery } from "~/api/queries";
import type { Campaign } from "~/api/types";
import { share } from "~/lib/format";
import { Notice } from "~/ui/states";

/** Fewer calls than this say nothing. */
const enough = 10;
/** Above this share of the last minutes' calls something is wrong. */
const bad = 0.3;

/** While it runs: many calls of the last two minutes failed, and what most of the failures are. */
export function DegradedStrip({ campaign }: { campaign: Campaign }) {
  const minutes = useQuery({ ...minutesQuery(campaign.id, 3), refetchInterval: 15_000, staleTime: 10_000 }).data?.items ?? [];
  const since = Math.floor(Date.now() / 60_000) * 60_000 - 60_000;
  const recent = minutes.filter((minute) => Date.parse(minute.at) >= since);
  const ended = recent.reduce((sum, minute) => sum + minute.ended, 0);
  const failed = recent.reduce((sum, minute) => sum + minute.failed, 0);
  const degraded = ended >= enough && failed > bad * ended;
  const cause = useQuery({ ...failuresQuery(campaign.id), enabled: degraded, staleTime: 15_000 }).data?.causes[0];
  if (!degraded) return null;
  return (
    <div className="mt-3">
      <Notice meaning="hold" action={<Link to="/campaigns/$id/failures" params={{ id: campaign.id }} resetScroll={false} className="font-medium underline underline-offset-2">See failures</Link>}>
        {share(failed, ended)} of the calls in the last 2 minutes failed{cause ? `, most often: ${cause.title}` : ""}.
      </Notice>
    </div>
  );
}
