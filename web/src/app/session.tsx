import { useQuery } from "@tanstack/react-query";
import { sessionQuery } from "~/api/queries";
import type { Session } from "~/api/types";

const nobody = { user: { id: "", login: "", name: "", role: "viewer", state: "active", created_at: "" }, workspace: "", time_zone: "UTC" } as unknown as Session;

/** Who is signed in. The frame shows pages only once this is known. */
export function useSession(): Session {
  return useQuery(sessionQuery).data ?? nobody;
}

/** The workspace's zone, in which all times are shown. */
export function useZone(): string {
  return useSession().time_zone;
}

export function useCan(): { operate: boolean; administer: boolean } {
  const { role } = useSession().user;
  return { operate: role !== "viewer", administer: role === "admin" };
}
