import { useSyncExternalStore } from "react";

let polite = "";
let urgent = "";
const listeners = new Set<() => void>();
const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

/** Says something to people who can't see the page change. Live numbers never speak by themselves. */
export function announce(text: string, now = false): void {
  // The same words twice are still news: a no-break space makes the region change.
  if (now) urgent = urgent === text ? `${text}\u00a0` : text;
  else polite = polite === text ? `${text}\u00a0` : text;
  for (const listener of listeners) listener();
}

/** Another page is there: what was said of the one before is not true of it. */
export function hush(): void {
  polite = "";
  urgent = "";
  for (const listener of listeners) listener();
}

/** The page's two live regions. */
export function Announcer() {
  const politeText = useSyncExternalStore(subscribe, () => polite);
  const urgentText = useSyncExternalStore(subscribe, () => urgent);
  return (
    <>
      <div role="status" className="sr-only">{politeText}</div>
      <div role="alert" className="sr-only">{urgentText}</div>
    </>
  );
}
