import { useEffect, useState, useSyncExternalStore } from "react";
import type { FromHub, LinkState, LiveEvent, ToHub } from "./protocol";

export type Link = { state: LinkState; lastEventAt: number | null };
type Listener = (event: LiveEvent, first: boolean) => void;

let link: Link = { state: "connecting", lastEventAt: null };
const linkListeners = new Set<() => void>();
const listeners = new Set<Listener>();
const wanted = new Map<string, number>();
let send: ((message: ToHub) => void) | null = null;

/** A little more than the hub's own patience: whoever hears nothing for so long does not show "Live". */
const silentAfter = 26_000;
/** A tab that is looked at again hears from the hub at once. */
const greetedAfter = 2_000;
let silence: ReturnType<typeof setTimeout> | undefined;

const lost = (state: LinkState) => state === "reconnecting" || state === "offline";
let wasLost = false;
const backListeners = new Set<() => void>();

/** Runs when the connection is there again after it was lost: what was read before it broke may be old. */
export function onBack(listener: () => void): () => void {
  backListeners.add(listener);
  return () => backListeners.delete(listener);
}

function setLink(next: Link): void {
  link = next;
  const back = wasLost && (next.state === "live" || next.state === "polling");
  if (back) wasLost = false;
  else if (lost(next.state)) wasLost = true;
  if (back) for (const listener of backListeners) listener();
  for (const listener of linkListeners) listener();
}

/** Shows what the hub says, and watches it: should it have lost this tab, the tab does not go on saying "Live", and asks again. */
function follow({ state, lastEventAt }: Link): void {
  clearTimeout(silence);
  const fresh = (state === "live" || state === "polling") && lastEventAt !== null;
  const left = fresh ? lastEventAt + silentAfter - Date.now() : 0;
  setLink(fresh && left <= 0 ? { state: "reconnecting", lastEventAt } : { state, lastEventAt });
  if (left > 0) listen(left);
}

/** So long the hub may be silent. To a hidden tab it does not say that all is well. */
function listen(milliseconds: number): void {
  clearTimeout(silence);
  silence = setTimeout(() => {
    if (document.hidden) return;
    setLink({ state: "reconnecting", lastEventAt: link.lastEventAt });
    hello();
  }, milliseconds);
}

/** What the hub must know of this tab. */
function hello(): void {
  send?.({ kind: "visible", visible: !document.hidden });
  send?.({ kind: "topics", topics: [...wanted.keys()] });
}

function receive(message: FromHub): void {
  if (message.kind === "link") {
    follow(message);
  } else if (message.kind === "rejoin") {
    // What was told meanwhile was told to nobody here: as good as a lost connection.
    wasLost = true;
    hello();
  } else {
    for (const listener of listeners) listener(message.event, message.first);
  }
}

function connect(): (message: ToHub) => void {
  if (typeof SharedWorker !== "undefined") {
    try {
      const worker = new SharedWorker(new URL("./worker.ts", import.meta.url), { type: "module", name: "carillon-live" });
      worker.port.onmessage = (event: MessageEvent<FromHub>) => receive(event.data);
      worker.port.start();
      return (message) => worker.port.postMessage(message);
    } catch {
      // Some private modes refuse shared workers: then this tab polls for itself.
    }
  }
  const tab = { post: (message: FromHub) => receive(message) };
  const own = import("./hub").then(({ Hub, browserWorld }) => {
    const hub = new Hub(browserWorld(false));
    hub.join(tab);
    return hub;
  });
  return (message) => void own.then((hub) => hub.hear(tab, message));
}

function hub(): (message: ToHub) => void {
  if (!send) {
    const post = connect();
    send = post;
    setInterval(() => post({ kind: "alive" }), 15_000);
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden && (link.state === "live" || link.state === "polling")) listen(greetedAfter);
      post({ kind: "visible", visible: !document.hidden });
    });
    addEventListener("pagehide", () => post({ kind: "bye" }));
    // A page that comes back from the browser's cache has said goodbye already.
    addEventListener("pageshow", (event) => {
      if (event.persisted) location.reload();
    });
  }
  return send;
}

/** Asks for these topics as long as the page shows. */
export function useTopics(topics: string[]): void {
  const key = topics.join();
  useEffect(() => {
    const list = key === "" ? [] : key.split(",");
    const change = (by: number) => {
      for (const topic of list) {
        const next = (wanted.get(topic) ?? 0) + by;
        if (next > 0) wanted.set(topic, next);
        else wanted.delete(topic);
      }
      hub()({ kind: "topics", topics: [...wanted.keys()] });
    };
    if (list.length === 0) return;
    change(1);
    return () => change(-1);
  }, [key]);
}

export function useLink(): Link {
  return useSyncExternalStore(
    (listener) => {
      linkListeners.add(listener);
      return () => linkListeners.delete(listener);
    },
    () => link,
  );
}

/** A short gap is nothing to worry about: numbers count as old after so many milliseconds without a connection. */
const oldAfter = 10_000;

/** Since when the numbers on the page are old, or `null` as long as they are fresh or may be again in a moment. */
export function useOldSince(): number | null {
  const { state, lastEventAt } = useLink();
  const away = lost(state) || state === "signed_out";
  const [old, setOld] = useState(false);
  useEffect(() => {
    setOld(false);
    if (!away) return;
    const timer = setTimeout(() => setOld(true), oldAfter);
    return () => clearTimeout(timer);
  }, [away]);
  return away && old ? (lastEventAt ?? 0) : null;
}

export function onLive(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** After signing in again. */
export function retryLive(): void {
  hub()({ kind: "retry" });
}
