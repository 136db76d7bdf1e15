import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { ask, http } from "~/api/client";
import { userSessionsQuery } from "~/api/queries";
import type { User } from "~/api/types";
import { useZone } from "~/app/session";
import { ago, dayAndTime } from "~/lib/time";
import { Button } from "~/ui/button";
import { Dialog } from "~/ui/dialog";
import { ErrorCard, problemText, Skeleton } from "~/ui/states";
import { toast } from "~/ui/toast";

/** "Firefox on Linux" out of what a browser says of itself. */
export function browserName(agent: string | null | undefined): string {
  if (!agent) return "Unknown program";
  const browser = /Edg\//.test(agent) ? "Edge" : /Firefox\//.test(agent) ? "Firefox" : /Chrome\//.test(agent) ? "Chrome" : /Safari\//.test(agent) ? "Safari" : agent.split(" ")[0];
  const system = /Windows/.test(agent) ? "Windows" : /Android/.test(agent) ? "Android" : /iPhone|iPad/.test(agent) ? "iOS" : /Mac OS X/.test(agent) ? "macOS" : /Linux/.test(agent) ? "Linux" : "";
  return system ? `${browser} on ${system}` : (browser ?? agent);
}

/** Where somebody is signed in, each with Sign out. */
export function Sessions({ user }: { user: Pick<User, "id" | "name"> }) {
  const client = useQueryClient();
  const zone = useZone();
  const query = useQuery(userSessionsQuery(user.id));
  const end = useMutation({
    mutationFn: (session: string) => ask(http.DELETE("/api/v1/users/{id}/sessions/{session}", { params: { path: { id: user.id, session } } })),
    onSuccess: () => {
      toast("Signed out there.");
      void client.invalidateQueries({ queryKey: ["user-sessions", user.id] });
    },
    onError: (error) => toast(`Couldn't sign out. ${problemText(error)}`, { kind: "problem" }),
  });
  if (query.isPending) return <Skeleton className="h-24 w-full" />;
  if (query.isError) return <ErrorCard what="the sessions" error={query.error} onRetry={() => void query.refetch()} />;
  if (query.data.items.length === 0) return <p className="text-muted">Not signed in anywhere.</p>;
  return (
    <ul>
      {query.data.items.map((session) => (
        <li key={session.id} className="flex flex-wrap items-center gap-3 border-line py-3 not-first:border-t">
          <div className="min-w-0 flex-1">
            <p className="font-medium">{browserName(session.user_agent)}{session.current && <span className="ml-2 font-normal text-muted">this browser</span>}</p>
            <p className="t-small text-muted">{session.address && `${session.address} · `}last used {ago(session.last_seen_at, zone)} · since {dayAndTime(session.created_at, zone)}</p>
          </div>
          {!session.current && <Button size="sm" aria-label={`Sign out ${browserName(session.user_agent)}`} pending={end.isPending && end.variables === session.id} onClick={() => end.mutate(session.id)}>Sign out</Button>}
        </li>
      ))}
    </ul>
  );
}

export function SessionsDialog({ user, onClose }: { user: User; onClose: () => void }) {
  return <Dialog open onOpenChange={(open) => { if (!open) onClose(); }} title={`Sessions of ${user.name}`}><Sessions user={user} /></Dialog>;
}
