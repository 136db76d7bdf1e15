import { ChevronDown, ChevronUp, X } from "lucide-react";
import { type ReactNode, useEffect, useRef } from "react";
import { shortcutsOn } from "~/app/preferences";
import { Button } from "./button";

/** A panel beside the page, which stays usable. Esc closes it; j and k go to the next and previous row while it has the focus. */
export function SidePanel({ title, onClose, onNext, onPrevious, children }: { title: string; onClose: () => void; onNext?: () => void; onPrevious?: () => void; children: ReactNode }) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const before = document.activeElement as HTMLElement | null;
    box.current?.focus();
    return () => {
      // Back to what opened it; when that is gone, to the table.
      if (before?.isConnected && before !== document.body) before.focus();
      else document.querySelector<HTMLElement>("main caption")?.focus();
    };
  }, []);
  const inside = useRef(false);
  useEffect(() => {
    // What had the focus went away with a change of the contact ("Handle by hand" once it is): the panel keeps it, and Esc.
    if (inside.current && document.activeElement === document.body) box.current?.focus();
  });
  return (
    <div
      ref={box}
      onFocus={() => { inside.current = true; }}
      onBlur={() => { inside.current = false; }}
      role="dialog"
      aria-label={title}
      tabIndex={-1}
      className="side-panel anim-appear outline-none fixed inset-y-0 right-0 z-30 flex w-full max-w-[480px] flex-col border-l border-line bg-raised shadow-(--overlay-shadow)"
      onKeyDown={(event) => {
        if (event.key === "Escape" && !event.defaultPrevented) onClose();
        const typing = event.target instanceof HTMLInputElement || event.target instanceof HTMLTextAreaElement || event.target instanceof HTMLSelectElement;
        if (typing || event.metaKey || event.ctrlKey || event.altKey || !shortcutsOn()) return;
        if (event.key === "j") onNext?.();
        if (event.key === "k") onPrevious?.();
      }}
    >
      <div className="flex h-14 shrink-0 items-center gap-1 border-b border-line pr-3 pl-5">
        <h2 className="t-title min-w-0 flex-1 truncate">{title}</h2>
        {onPrevious && <Button kind="ghost" size="sm" icon={ChevronUp} aria-label="Previous contact" onClick={onPrevious} />}
        {onNext && <Button kind="ghost" size="sm" icon={ChevronDown} aria-label="Next contact" onClick={onNext} />}
        <Button kind="ghost" size="sm" icon={X} aria-label="Close" onClick={onClose} />
      </div>
      <div className="min-h-0 flex-1 overflow-y-auto px-5 py-4">{children}</div>
    </div>
  );
}
