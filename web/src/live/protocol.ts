/** What a tab and the hub say to each other. One hub holds one event stream for all tabs of a browser. */

/** What the chip in the top bar says. */
export type LinkState = "connecting" | "live" | "reconnecting" | "polling" | "offline" | "signed_out";

export type ToHub =
  | { kind: "topics"; topics: string[] }
  | { kind: "visible"; visible: boolean }
  /** Every 15 s; a tab that crashed never says goodbye and is dropped after 45 s, a hidden one (its timers run once a minute) after 150 s. */
  | { kind: "alive" }
  | { kind: "bye" }
  /** Signed in again, or somebody asks to try at once. */
  | { kind: "retry" };

export type FromHub =
  | { kind: "link"; state: LinkState; lastEventAt: number | null }
  /** The hub had dropped this tab, or never knew it: say again what is wanted. */
  | { kind: "rejoin" }
  /** `first`: the first snapshot of a connection holds whatever its version (a restore may have set versions back). */
  | { kind: "event"; event: LiveEvent; first: boolean };

export type LiveEvent =
  | { name: "stats" | "import" | "export"; data: { id: string; version?: number } & Record<string, unknown> }
  | { name: "rows"; data: { campaign: string; rows: unknown[]; many: boolean } }
  /** Snapshots for this topic can't be had one by one: read its page again. */
  | { name: "refresh"; data: { topic: string } };

/** The event names of the stream; `ping` only shows that it is alive. */
export const streamEvents = ["stats", "rows", "import", "export", "ping"] as const;
