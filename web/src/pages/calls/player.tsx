import { Download, Pause, Play } from "lucide-react";
import { type RefObject, useCallback, useEffect, useRef, useState } from "react";
import type { Call } from "~/api/types";
import { shortcutsOn } from "~/app/preferences";
import { clock } from "~/lib/format";
import { buttonClass } from "~/ui/button";
import { Select } from "~/ui/field";
import { Notice } from "~/ui/states";

export interface PlayerState {
  audio: RefObject<HTMLAudioElement | null>;
  source: string;
  at: number;
  length: number;
  playing: boolean;
  speed: number;
  failed: boolean;
  toggle: () => void;
  seek: (seconds: number, play?: boolean) => void;
  setSpeed: (speed: number) => void;
}

/** One audio element, shared by the player and the transcript. */
export function usePlayer(id: string, known: number | undefined): PlayerState {
  const audio = useRef<HTMLAudioElement>(null);
  const [at, setAt] = useState(0);
  const [length, setLength] = useState(known ?? 0);
  const [playing, setPlaying] = useState(false);
  const [speed, changeSpeed] = useState(1);
  const [failed, setFailed] = useState(false);
  useEffect(() => setLength((before) => known ?? before), [known]);
  useEffect(() => {
    const element = audio.current;
    if (!element) return;
    const events: Record<string, () => void> = {
      timeupdate: () => setAt(element.currentTime),
      loadedmetadata: () => { if (Number.isFinite(element.duration)) setLength(element.duration); },
      play: () => setPlaying(true),
      pause: () => setPlaying(false),
      error: () => setFailed(true),
    };
    for (const [name, run] of Object.entries(events)) element.addEventListener(name, run);
    return () => { for (const [name, run] of Object.entries(events)) element.removeEventListener(name, run); };
  });
  const play = useCallback(() => audio.current?.play().catch(() => setFailed(true)), []);
  return {
    audio, source: `/api/v1/calls/${id}/recording`, at, length, playing, speed, failed,
    toggle: () => (audio.current?.paused ? void play() : audio.current?.pause()),
    seek: (seconds, start) => {
      if (!audio.current) return;
      audio.current.currentTime = Math.max(0, Math.min(seconds, length || seconds));
      setAt(audio.current.currentTime);
      if (start) void play();
    },
    setSpeed: (next) => {
      changeSpeed(next);
      if (audio.current) audio.current.playbackRate = next;
    },
  };
}

const speeds = [0.75, 1, 1.25, 1.5, 2];
const words = (seconds: number) => {
  const [minutes, rest] = [Math.floor(seconds / 60), Math.floor(seconds % 60)];
  return `${minutes > 0 ? `${minutes} minute${minutes === 1 ? "" : "s"} ` : ""}${rest} second${rest === 1 ? "" : "s"}`;
};

/** Who spoke when, on one axis: two lanes made from the turns, also of what was not understood. A picture only; the slider below it is the control. */
function Lanes({ call, length, at }: { call: Call; length: number; at: number }) {
  const { turns } = call;
  if (turns.length === 0 || length <= 0) return null;
  const lane = (speaker: string) => (
    <div className="relative h-4">
      <div className="absolute inset-x-0 top-1/2 border-t border-dotted border-line-strong" />
      {turns.filter((turn) => turn.speaker === speaker).map((turn) => {
        const end = Math.min(length, turn.ends_s ?? turn.begins_s + 1.5);
        const heard = at > 0 && turn.begins_s <= at;
        return <div key={turn.turn} className={`absolute top-0.5 h-3 rounded-[2px] ${heard ? (speaker === "employee" ? "bg-accent" : "bg-fg") : "bg-line-strong opacity-60"}`} style={{ left: `${(turn.begins_s / length) * 100}%`, width: `${Math.max(0.4, ((end - turn.begins_s) / length) * 100)}%` }} />;
      })}
    </div>
  );
  return (
    <div aria-hidden className="grid grid-cols-[72px_minmax(0,1fr)] gap-y-1.5 t-small text-muted">
      <span className="truncate">{call.employee.name}</span>{lane("employee")}
      <span className="truncate">{call.name.split(" ")[0] || "Contact"}</span>{lane("contact")}
    </div>
  );
}

/** A plain player: play, seek, speed, download. Keys while it has the focus: Space, left and right 5 s (with Shift 1 s), < and >. */
export function Player({ call, player }: { call: Call; player: PlayerState }) {
  const { at, length, playing, toggle, seek, speed, setSpeed } = player;
  return (
    <section
      aria-label="Recording"
      className="no-print panel mb-3 px-5 py-4"
      onKeyDown={(event) => {
        if (!shortcutsOn() || event.target instanceof HTMLSelectElement || event.metaKey || event.ctrlKey || event.altKey) return;
        const inSlider = event.target instanceof HTMLInputElement;
        if (event.key === " " && !(event.target instanceof HTMLButtonElement)) toggle();
        else if (event.key === "ArrowLeft") seek(at - (event.shiftKey ? 1 : 5));
        else if (event.key === "ArrowRight") seek(at + (event.shiftKey ? 1 : 5));
        else if (event.key === "<" || event.key === ">") setSpeed(speeds[Math.max(0, Math.min(speeds.length - 1, speeds.indexOf(speed) + (event.key === ">" ? 1 : -1)))] ?? 1);
        else if (!inSlider) return;
        if (event.key === " " || event.key.startsWith("Arrow")) event.preventDefault();
      }}
    >
      <audio ref={player.audio} preload="metadata" src={player.source} />
      {player.failed && <div className="mb-3"><Notice meaning="problem" alert>The recording can't be played in this browser. Download it instead.</Notice></div>}
      <div className="flex flex-wrap items-center gap-2 md:gap-3">
        <button type="button" aria-label={playing ? "Pause" : "Play"} onClick={toggle} className="grid size-9 place-items-center rounded-full bg-accent text-on-accent coarse:size-11">
          {playing ? <Pause aria-hidden className="size-4 fill-current" /> : <Play aria-hidden className="ml-0.5 size-4 fill-current" />}
        </button>
        <span><span className="font-medium">{clock(at)}</span> <span className="text-muted">/ {clock(length)}</span></span>
        <Select small aria-label="Speed" value={speed} onChange={(event) => setSpeed(Number(event.target.value))} className="w-[72px] md:w-20">{speeds.map((entry) => <option key={entry} value={entry}>{entry}×</option>)}</Select>
        <span className="flex-1" />
        <span className="t-small text-muted max-md:hidden">Space plays, ← → 5 s, &lt; &gt; speed</span>
        <a href={player.source} download={`${call.id}.wav`} aria-label="Download recording" className={buttonClass("ghost", "sm", true)}><Download aria-hidden className="size-4" /></a>
      </div>
      <div className="mt-3"><Lanes call={call} length={length} at={at} /></div>
      <div className="mt-2 md:pl-[72px]">
        <input type="range" aria-label="Position in the recording" aria-valuetext={`${words(at)} of ${words(length)}`} min={0} max={Math.max(length, 0.1)} step={0.1} value={at} onChange={(event) => seek(Number(event.target.value))} className="block h-6 w-full accent-(--accent)" />
      </div>
    </section>
  );
}
