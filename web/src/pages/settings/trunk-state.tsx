import { CircleCheck, Hourglass, TriangleAlert } from "lucide-react";
import type { Schemas } from "~/api/client";
import type { Trunk } from "~/api/types";
import { shortTime } from "~/lib/time";
import type { Meaning } from "~/lib/words";
import { Badge } from "~/ui/status";

type State = NonNullable<Trunk["state"]>;

const shown: Record<Schemas["TrunkStatus"], { label: string; meaning: Meaning; icon: typeof CircleCheck }> = {
  ready: { label: "Ready", meaning: "success", icon: CircleCheck },
  opening: { label: "Opening…", meaning: "hold", icon: Hourglass },
  failing: { label: "Failing", meaning: "problem", icon: TriangleAlert },
};

/** "Ready", "Opening…", "Failing since 14:01". */
export function TrunkBadge({ state, zone }: { state: State; zone: string }) {
  const { label, meaning, icon } = shown[state.status];
  return <Badge meaning={meaning} icon={icon}>{label}{state.status === "failing" && state.since && ` since ${shortTime(state.since, zone)}`}</Badge>;
}

/** How soon the list is to be read again: one that is not ready yet is watched. */
export const lookAgain = (trunks: Trunk[] | undefined) => (trunks?.some(({ state }) => state && state.status !== "ready") ? 5_000 : 15_000);
