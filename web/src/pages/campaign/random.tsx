import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Pause, Play, Shuffle } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { randomCallsQuery } from "~/api/queries";
import { clock } from "~/lib/format";
import { Button } from "~/ui/button";
import { problemText, Skeleton } from "~/ui/states";
import { toast } from "~/ui/toast";

/** Five conversations drawn by the server, played one after the other. */
export function RandomConversations({ campaign, draw, onDraw, playing, onPlaying, final }: { campaign: string; draw: number; onDraw: () => void; playing: boolean; onPlaying: (playing: boolean) => void; final: boolean }) {
  const query = useQuery(randomCallsQuery(campaign, draw));
  const [current, setCurrent] = useState(0);
  const audio = useRef<HTMLAudioElement>(null);
  const calls = query.data?.items ?? [];
  const call = calls[current];
  useEffect(() => setCurrent(0), [draw]);
  useEffect(() => {
    const element = audio.current;
    if (!element || !call) return;
    if (!playing) {
      element.pause();
      return;
    }
    // The browser refuses to play before any press on the page; then the button stays a Play button.
    element.play().catch(() => onPlaying(false));
  }, [playing, call, onPlaying]);
  const press = (index: number) => {
    if (index === current) onPlaying(!playing);
    else {
      setCurrent(index);
      onPlaying(true);
    }
  };
  return (
    <div id="random-conversations">
      <div className="mb-2 flex items-center gap-2">
        <h3 className="t-heading flex-1">{calls.length === 5 || query.isPending ? "5 random conversations" : "Random conversations"}</h3>
        <Button kind="ghost" size="sm" icon={Shuffle} aria-label="Draw five others" onClick={() => { onPlaying(false); onDraw(); }} />
      </div>
      {query.isPending && <Skeleton className="h-36 w-full" />}
      {query.isError && <p className="t-small text-muted">Couldn't draw conversations. {problemText(query.error)}</p>}
      {query.data && calls.length === 0 && <p className="t-small text-muted">{final ? "No call of this campaign has a recording." : "No call that is over has a recording yet."}</p>}
      <ul className="flex flex-col gap-1">
        {calls.map((entry, index) => {
          const on = playing && index === current;
          return (
            <li key={entry.id} className="flex items-center gap-3">
              <button type="button" aria-label={`${on ? "Pause" : "Play"} the conversation with ${entry.name}`} onClick={() => press(index)} className="grid size-7 shrink-0 place-items-center rounded-full border border-line-strong hover:bg-hover coarse:size-11">
                {on ? <Pause aria-hidden className="size-3.5 fill-current" /> : <Play aria-hidden className="ml-0.5 size-3.5 fill-current" />}
              </button>
              <span className="min-w-0 flex-1 truncate t-small">
                <Link to="/calls/$id" params={{ id: entry.id }} className="hover:underline">{entry.name || entry.phone}</Link> <span className="text-muted">{entry.outcome_text}</span>
              </span>
              <span className="t-small text-muted">{clock(entry.talk_s ?? 0)}</span>
            </li>
          );
        })}
      </ul>
      {call && (
        <audio
          ref={audio}
          preload="none"
          src={`/api/v1/calls/${call.id}/recording`}
          onEnded={() => (current + 1 < calls.length ? setCurrent(current + 1) : onPlaying(false))}
          onError={() => {
            if (playing) toast(`The recording of the call with ${call.name} can't be played.`, { kind: "problem" });
            onPlaying(false);
          }}
        />
      )}
    </div>
  );
}
