import { useEffect, useMemo, useRef, useState } from "react";
import type { Call } from "~/api/types";
import { clock } from "~/lib/format";
import { Checkbox } from "~/ui/field";
import { Panel } from "~/ui/page";
import { cx } from "~/ui/cx";
import type { PlayerState } from "./player";

/** The turns; each plays from its place. While it plays the current turn is marked and, if wished, kept in sight. */
export function Transcript({ call, live, names, player }: { call: Call; live: boolean; names: { employee: string; contact: string }; player: PlayerState | null }) {
  const [follow, setFollow] = useState(true);
  const list = useRef<HTMLOListElement>(null);
  const turns = call.turns;
  const current = useMemo(() => (player && player.at > 0 ? turns.findLastIndex((turn) => turn.begins_s <= player.at + 0.05) : -1), [turns, player?.at, player]);
  useEffect(() => {
    if (!follow || !player?.playing || current < 0) return;
    list.current?.children[current]?.scrollIntoView({ block: "nearest" });
  }, [current, follow, player?.playing]);
  return (
    <Panel title="Transcript" actions={player && turns.length > 0 && <Checkbox className="no-print t-small" label="Follow" checked={follow} onChange={(event) => setFollow(event.target.checked)} />}>
      {turns.length === 0 && <p className="px-5 py-6 text-muted">{live ? "Nothing was said yet." : call.answered_at ? "Nothing was said." : "The call wasn't answered."}</p>}
      <ol ref={list} role={live ? "log" : undefined} className="max-h-[70vh] overflow-y-auto py-2 print:max-h-none" tabIndex={turns.length > 0 ? 0 : undefined} aria-label="Turns">
        {turns.map((turn, index) => {
          const employee = turn.speaker === "employee";
          const on = index === current;
          const body = (
            <>
              <span className="w-10 shrink-0 text-right t-small leading-5 text-muted">{clock(turn.begins_s)}</span>
              <span className={cx("w-10 shrink-0 truncate sm:w-20 t-small leading-5 font-medium", employee ? "text-accent" : "text-muted")}>{employee ? names.employee : names.contact}</span>
              <span className="min-w-0 flex-1">
                {turn.text ?? <span className="text-muted">spoke; nothing made words of it</span>}
                {turn.interrupted && <span className="ml-1 t-micro text-muted">– cut off</span>}
              </span>
            </>
          );
          const shape = cx("flex w-full items-start gap-3 border-l-2 px-5 py-1.5 text-left -outline-offset-2!", on ? "border-accent bg-accent-soft" : "border-transparent");
          return (
            <li key={turn.turn} aria-current={on || undefined}>
              {player ? <button type="button" aria-label={`Play from ${clock(turn.begins_s)}: ${employee ? names.employee : names.contact}: ${turn.text ?? "spoke"}`} onClick={() => player.seek(turn.begins_s, true)} className={cx(shape, "print-keep hover:bg-hover")}>{body}</button> : <div className={shape}>{body}</div>}
            </li>
          );
        })}
      </ol>
    </Panel>
  );
}
