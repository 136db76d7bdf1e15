import type { FromHub, LinkState, LiveEvent, ToHub } from "./protocol";
import { streamEvents } from "./protocol";

/** An open event stream; `EventSource` behind an interface, so that a test can stand in for it. */
export interface Stream {
  close(): void;
}

export interface StreamHandlers {
  event(name: string, data: string): void;
  error(): void;
}

/** What the hub needs of the world. Times are milliseconds. */
export interface World {
  /** Opens a stream, or `null` where there is none to be had: then it polls. */
  open: ((url: string, handlers: StreamHandlers) => Stream) | null;
  /** Status and JSON of a GET; status 0 when the server can't be reached, 304 with the ETag given. */
  get(path: string, etag?: string): Promise<{ status: number; body: unknown; etag?: string }>;
  now(): number;
  random(): number;
  after(milliseconds: number, run: () => void): () => void;
}

export interface Tab {
  post(message: FromHub): void;
}

interface TabState {
  topics: Set<string>;
  visible: boolean;
  heardAt: number;
  /** What it missed while hidden, newest per key. */
  missed: Map<string, { event: LiveEvent; first: boolean }>;
}

export const timing = {
  /** Nothing for so long is a mute stream: the server pings every 10 s. */
  muteAfter: 25_000,
  poll: 2_000,
  probe: 60_000,
  tabLost: 45_000,
  /** Browsers let the timers of a hidden tab run once a minute. */
  hiddenTabLost: 150_000,
  sweep: 15_000,
  /** So many mutes or refused streams in a row, and it polls. */
  faultsBeforePolling: 3,
  retry: 500,
  retryJitter: 3_000,
  offlineAfter: 10_000,
  settle: 30,
  /** A stream that was followed by another may have something under way still. */
  overlap: 500,
};

const api = "/api/v1";

/** The hub: union of the tabs' topics over one stream, a watchdog against streams that fall mute, polling when streams do not work. */
export class Hub {
  private tabs = new Map<Tab, TabState>();
  private stream: Stream | null = null;
  /** Streams that are closed soon after their follower speaks. */
  private stale: Stream[] = [];
  private streamTopics = "";
  private state: LinkState = "connecting";
  private lastEventAt: number | null = null;
  private lostAt: number | null = null;
  private faults = 0;
  private versions = new Map<string, number>();
  private rowVersions = new Map<string, number>();
  private seen = new Set<string>();
  private sweptAt: number;
  private etags = new Map<string, string>();
  private stops: Record<"settle" | "watch" | "retry" | "poll" | "sweep" | "overlap", (() => void) | null> = {
    settle: null, watch: null, retry: null, poll: null, sweep: null, overlap: null,
  };

  constructor(private readonly world: World) {
    this.sweptAt = world.now();
    this.sweep();
  }

  join(tab: Tab): TabState {
    const state: TabState = { topics: new Set(), visible: true, heardAt: this.world.now(), missed: new Map() };
    this.tabs.set(tab, state);
    tab.post({ kind: "link", state: this.state, lastEventAt: this.lastEventAt });
    return state;
  }

  hear(tab: Tab, message: ToHub): void {
    let state = this.tabs.get(tab);
    if (!state) {
      if (message.kind === "bye") return;
      // It was dropped, but lives: its timers stood still while it was hidden, or the computer slept.
      state = this.join(tab);
      tab.post({ kind: "rejoin" });
    }
    state.heardAt = this.world.now();
    if (message.kind === "topics") {
      state.topics = new Set(message.topics);
      this.later("settle", timing.settle, () => this.follow());
    } else if (message.kind === "visible") {
      state.visible = message.visible;
      if (message.visible) this.catchUp(tab, state);
    } else if (message.kind === "bye") {
      this.tabs.delete(tab);
      this.later("settle", timing.settle, () => this.follow());
    } else if (message.kind === "retry") {
      this.faults = 0;
      this.connect();
    }
  }

  private later(name: keyof Hub["stops"], milliseconds: number, run: () => void): void {
    this.stops[name]?.();
    this.stops[name] = this.world.after(milliseconds, () => {
      this.stops[name] = null;
      run();
    });
  }

  private stop(...names: (keyof Hub["stops"])[]): void {
    for (const name of names) {
      this.stops[name]?.();
      this.stops[name] = null;
    }
  }

  private topics(): string[] {
    return [...new Set([...this.tabs.values()].flatMap((tab) => [...tab.topics]))].sort();
  }

  /**
   * Topics changed: the new stream is opened before the old one is closed. It begins with the moment at which the server knows it; the rows
   * that changed before come by the old one.
   */
  private follow(): void {
    const topics = this.topics();
    if (topics.length === 0) {
      this.drop();
      this.stop("retry", "poll");
      this.streamTopics = "";
      // Whoever comes next is not told "Live" before it is.
      if (this.state === "live" || this.state === "reconnecting") this.state = "connecting";
      return;
    }
    if (this.state === "polling") {
      void this.poll();
    } else if (topics.join() !== this.streamTopics && this.state !== "signed_out") {
      this.connect();
    }
  }

  private drop(): void {
    this.stop("watch");
    this.stream?.close();
    this.stream = null;
    this.closeStale();
  }

  private closeStale(): void {
    this.stop("overlap");
    for (const stream of this.stale) stream.close();
    this.stale = [];
  }

  private connect(): void {
    this.stop("retry", "poll");
    const topics = this.topics();
    if (topics.length === 0) return;
    if (!this.world.open) {
      this.setState("polling");
      void this.poll();
      return;
    }
    // The stream that is left now has taken over already from those before it.
    if (this.stops.overlap) this.closeStale();
    if (this.stream) this.stale.push(this.stream);
    this.streamTopics = topics.join();
    this.seen = new Set();
    let opened: Stream | null = null;
    const current = () => opened !== null && opened === this.stream;
    const handlers: StreamHandlers = {
      event: (name, data) => {
        if (current()) {
          if (this.stale.length > 0 && !this.stops.overlap) this.later("overlap", timing.overlap, () => this.closeStale());
          this.heard(name, data);
        } else if (name === "rows" && opened && this.stale.includes(opened)) {
          // Of all else the new stream tells the whole state.
          this.tell(name, data);
        }
      },
      error: () => {
        if (current()) void this.fault();
      },
    };
    opened = this.world.open(`${api}/events?topics=${encodeURIComponent(this.streamTopics)}`, handlers);
    this.stream = opened;
    if (this.state === "signed_out") this.setState("connecting");
    this.watch();
  }

  private watch(): void {
    this.later("watch", timing.muteAfter, () => void this.fault());
  }

  private heard(name: string, data: string): void {
    this.faults = 0;
    this.lostAt = null;
    this.lastEventAt = this.world.now();
    this.stop("poll");
    this.setState("live");
    this.watch();
    if (name !== "ping") this.tell(name, data);
  }

  private tell(name: string, data: string): void {
    let parsed: unknown;
    try {
      parsed = JSON.parse(data);
    } catch {
      return;
    }
    this.deliver({ name, data: parsed } as LiveEvent);
  }

  private deliver(event: LiveEvent): void {
    let first = false;
    if (event.name === "stats") {
      const { id, version = 0 } = event.data;
      first = !this.seen.has(id);
      if (!first && version <= (this.versions.get(id) ?? -1)) return;
      this.seen.add(id);
      this.versions.set(id, version);
      // The stream took over from polling: rows that changed between the two are told by neither.
      const polled = this.rowVersions.get(id);
      if (this.state === "live" && polled !== undefined) {
        this.rowVersions.delete(id);
        if (polled !== version) this.deliver({ name: "refresh", data: { topic: `rows:${id}` } });
      }
    }
    for (const [tab, state] of this.tabs) {
      if (!wants(state.topics, event)) continue;
      if (state.visible) tab.post({ kind: "event", event, first });
      else remember(state, event, first);
    }
  }

  private catchUp(tab: Tab, state: TabState): void {
    for (const { event, first } of state.missed.values()) tab.post({ kind: "event", event, first });
    state.missed.clear();
    tab.post({ kind: "link", state: this.state, lastEventAt: this.lastEventAt });
  }

  /** The stream broke or fell mute. An `EventSource` hides why, so the session is asked. */
  private async fault(): Promise<void> {
    this.drop();
    this.lostAt ??= this.world.now();
    if (this.state === "live") this.setState("reconnecting");
    const { status } = await this.world.get(`${api}/session`);
    if (this.stream) return;
    if (status === 401) {
      this.setState("signed_out");
      return;
    }
    if (status === 0 || status >= 500) {
      // The server is away, not the stream: polling would not help.
      if (this.world.now() - this.lostAt >= timing.offlineAfter) this.setState("offline");
    } else {
      this.faults += 1;
      if (this.faults >= timing.faultsBeforePolling) {
        this.setState("polling");
        void this.poll();
        this.later("retry", timing.probe * (0.8 + 0.4 * this.world.random()), () => this.connectQuietly());
        return;
      }
    }
    this.later("retry", timing.retry + timing.retryJitter * this.world.random(), () => this.connect());
  }

  /** Tries a stream while polling goes on. */
  private connectQuietly(): void {
    const poll = this.stops.poll;
    this.stops.poll = null;
    this.connect();
    this.stops.poll = poll;
  }

  private async poll(): Promise<void> {
    this.stop("poll");
    let asked = false;
    for (const topic of this.topics()) {
      const [kind = "", id = ""] = topic.split(":");
      if (kind === "campaigns" || kind === "rows") {
        if (kind === "rows" && !this.rowsMoved(id)) continue;
        this.deliver({ name: "refresh", data: { topic } });
        continue;
      }
      asked = true;
      const path = kind === "campaign" ? `${api}/campaigns/${id}/stats` : `${api}/${kind}s/${id}`;
      if (!(await this.snapshot(path, kind === "campaign" ? "stats" : kind))) return;
    }
    // A page without a snapshot of its own reads again what it shows: here only whether the server is there.
    if (!asked && !(await this.snapshot(`${api}/session`))) return;
    if (this.state === "polling" || this.state === "offline") this.later("poll", timing.poll, () => void this.poll());
  }

  /** Reads one snapshot and tells it under `name`; gives whether polling goes on. */
  private async snapshot(path: string, name?: string): Promise<boolean> {
    const { status, body, etag } = await this.world.get(path, this.etags.get(path));
    if (this.state !== "polling" && this.state !== "offline") return false;
    if (status === 401) {
      this.setState("signed_out");
      return false;
    }
    if (status === 0) this.setState("offline");
    if (status === 200 || status === 304) {
      this.lastEventAt = this.world.now();
      this.setState("polling", true);
    }
    if (status === 200 && name) {
      if (etag) this.etags.set(path, etag);
      this.deliver({ name, data: body } as LiveEvent);
    }
    return true;
  }

  /** Whether rows of a campaign may have changed since it was asked last: its version, which the topic before it in the order gave, is another. */
  private rowsMoved(id: string): boolean {
    const version = this.versions.get(id);
    if (version === undefined) return true;
    const before = this.rowVersions.get(id);
    this.rowVersions.set(id, version);
    return before === undefined ? this.lostAt !== null : before !== version;
  }

  private setState(state: LinkState, always = false): void {
    const same = state === this.state;
    if (same && !always && state !== "live") return;
    this.state = state;
    // Also who is hidden hears that the connection was lost, and that it is back: what it shows may be old.
    for (const [tab, { visible }] of this.tabs) if (visible || !same) tab.post({ kind: "link", state, lastEventAt: this.lastEventAt });
  }

  private sweep(): void {
    const now = this.world.now();
    // So late only when the computer slept: then the tabs' timers are late too, and get a round to speak.
    const slept = now - this.sweptAt > timing.tabLost;
    this.sweptAt = now;
    for (const [tab, state] of this.tabs) {
      const silent = now - state.heardAt;
      if (!slept && silent > (state.visible ? timing.tabLost : timing.hiddenTabLost)) this.hear(tab, { kind: "bye" });
    }
    this.later("sweep", timing.sweep, () => this.sweep());
  }
}

function wants(topics: Set<string>, event: LiveEvent): boolean {
  if (event.name === "stats") return topics.has(`campaign:${event.data.id}`) || topics.has("campaigns");
  if (event.name === "rows") return topics.has(`rows:${event.data.campaign}`);
  if (event.name === "refresh") return topics.has(event.data.topic);
  return topics.has(`${event.name}:${event.data.id}`);
}

/** A hidden tab gets the newest snapshot once it is looked at; of rows only that they changed. */
function remember(state: TabState, event: LiveEvent, first: boolean): void {
  if (event.name === "rows") {
    const topic = `rows:${event.data.campaign}`;
    state.missed.set(topic, { event: { name: "refresh", data: { topic } }, first: false });
    return;
  }
  const key = event.name === "refresh" ? event.data.topic : `${event.name}:${event.data.id}`;
  state.missed.set(key, { event, first: first || (state.missed.get(key)?.first ?? false) });
}

/** The browser as the hub's world. */
export function browserWorld(stream: boolean): World {
  return {
    open: stream && typeof EventSource !== "undefined"
      ? (url, handlers) => {
          const source = new EventSource(url);
          for (const name of streamEvents) source.addEventListener(name, (event) => handlers.event(name, (event as MessageEvent<string>).data));
          source.onerror = () => handlers.error();
          return source;
        }
      : null,
    async get(path, etag) {
      try {
        const response = await fetch(path, { headers: etag ? { "If-None-Match": etag } : {}, credentials: "same-origin", cache: "no-store" });
        const body: unknown = response.status === 200 ? await response.json() : null;
        return { status: response.status, body, etag: response.headers.get("ETag") ?? undefined };
      } catch {
        return { status: 0, body: null };
      }
    },
    now: () => Date.now(),
    random: () => Math.random(),
    after(milliseconds, run) {
      const timer = setTimeout(run, milliseconds);
      return () => clearTimeout(timer);
    },
  };
}
