import { X } from "lucide-react";
import { useEffect, useRef, useState, useSyncExternalStore } from "react";
import { Button, buttonClass } from "./button";
import { cx } from "./cx";

export interface Toast {
  id: number;
  text: string;
  kind: "done" | "problem" | "info";
  /** With `href` it leads there: a link, whose `run` goes without loading the page. */
  action?: { label: string; run: () => void; href?: string };
  /** A newer message of the same topic takes this one's place: "Paused [Resume]" is stale once it runs again. */
  topic?: string;
}

let toasts: Toast[] = [];
let nextId = 1;
const listeners = new Set<() => void>();
const change = (next: Toast[]) => {
  toasts = next;
  for (const listener of listeners) listener();
};

/** Tells what was done. With `action` it can be undone for 8 seconds, longer while the pointer or focus rests on it. */
export function toast(text: string, options: { kind?: Toast["kind"]; action?: Toast["action"]; topic?: string } = {}): void {
  const others = toasts.filter((entry) => options.topic === undefined || entry.topic !== options.topic);
  change([...others.slice(-2), { id: nextId++, text, kind: options.kind ?? "done", action: options.action, topic: options.topic }]);
}

const dismiss = (id: number) => change(toasts.filter((entry) => entry.id !== id));

function Item({ entry }: { entry: Toast }) {
  const [held, setHeld] = useState(false);
  const close = useRef(() => dismiss(entry.id));
  useEffect(() => {
    if (held || entry.kind === "problem") return;
    const timer = setTimeout(close.current, entry.action ? 8_000 : 5_000);
    return () => clearTimeout(timer);
  }, [held, entry]);
  return (
    <li
      className={cx("anim-appear flex items-center gap-3 rounded-lg border bg-raised py-2 pr-2 pl-4 shadow-(--overlay-shadow)", entry.kind === "problem" ? "m-problem border-(--m-border)" : "border-line")}
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
    >
      <span className="min-w-0 flex-1 py-1">{entry.text}</span>
      {entry.action && (entry.action.href ? (
        <a
          href={entry.action.href}
          className={buttonClass("plain", "sm")}
          onClick={(event) => {
            // In another tab it is the browser's to open.
            if (event.ctrlKey || event.metaKey || event.shiftKey) return;
            event.preventDefault();
            entry.action?.run();
            dismiss(entry.id);
          }}
        >
          {entry.action.label}
        </a>
      ) : <Button size="sm" onClick={() => { entry.action?.run(); dismiss(entry.id); }}>{entry.action.label}</Button>)}
      <Button kind="ghost" size="sm" icon={X} aria-label="Close message" onClick={() => dismiss(entry.id)} />
    </li>
  );
}

/** Where messages appear; a region of its own, so that it can be found by keyboard. */
export function Toasts() {
  const shown = useSyncExternalStore((listener) => { listeners.add(listener); return () => listeners.delete(listener); }, () => toasts);
  return (
    <div role="region" aria-label="Messages" aria-live="polite" className="no-print pointer-events-none fixed inset-x-4 bottom-4 z-50 flex justify-center">
      <ul className="pointer-events-auto flex w-full max-w-md flex-col gap-2 empty:hidden">
        {shown.map((entry) => <Item key={entry.id} entry={entry} />)}
      </ul>
    </div>
  );
}
