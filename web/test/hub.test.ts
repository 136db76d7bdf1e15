import { beforeEach, describe, expect, it } from "vitest";
import { Hub, timing, type World } from "~/live/hub";
import type { FromHub } from "~/live/protocol";
import { FakeWorld } from "./world";

const stats = (id: string, version: number) => ({ id, version });

let world: FakeWorld;
let hub: Hub;
const tab = () => {
  const got: FromHub[] = [];
  const port = { post: (message: FromHub) => { got.push(message); } };
  hub.join(port);
  return {
    got,
    say: (message: Parameters<Hub["hear"]>[1]) => hub.hear(port, message),
    get state() { return got.filter((m) => m.kind === "link").at(-1)?.state; },
    get versions() { return got.flatMap((m) => (m.kind === "event" && m.event.name === "stats" ? [m.event.data.version] : [])); },
  };
};

beforeEach(() => {
  world = new FakeWorld();
  hub = new Hub(world);
});

describe("one stream for all tabs", () => {
  it("asks for the union of topics, and opens the new stream before it closes the old", async () => {
    const [a, b] = [tab(), tab()];
    a.say({ kind: "topics", topics: ["campaigns"] });
    await world.pass(100);
    expect(world.streams.map((s) => s.url)).toEqual(["/api/v1/events?topics=campaigns"]);
    b.say({ kind: "topics", topics: ["campaign:7", "campaigns"] });
    await world.pass(100);
    expect(world.live).toHaveLength(2);
    world.say("stats", stats("7", 1));
    await world.pass(timing.overlap);
    expect(world.live.map((s) => s.url)).toEqual(["/api/v1/events?topics=campaign:7,campaigns"]);
    expect([a.versions, b.versions, a.state]).toEqual([[1], [1], "live"]);
    b.say({ kind: "bye" });
    a.say({ kind: "bye" });
    await world.pass(100);
    expect(world.live).toHaveLength(0);
  });

  it("takes the first snapshot of a connection whatever its version, later ones only if newer", async () => {
    const a = tab();
    a.say({ kind: "topics", topics: ["campaign:7"] });
    await world.pass(100);
    for (const version of [5, 4, 5, 6]) world.say("stats", stats("7", version));
    expect(a.versions).toEqual([5, 6]);
    world.live[0]!.handlers.error();
    await world.pass(timing.retry + 10);
    world.say("stats", stats("7", 2));
    expect(a.versions).toEqual([5, 6, 2]);
  });

  it("gives a hidden tab nothing, and the newest snapshot when it is looked at", async () => {
    const a = tab();
    a.say({ kind: "topics", topics: ["campaign:7", "rows:7"] });
    await world.pass(100);
    a.say({ kind: "visible", visible: false });
    world.say("stats", stats("7", 1));
    world.say("stats", stats("7", 2));
    world.say("rows", { campaign: "7", rows: [], many: false });
    expect(a.versions).toEqual([]);
    a.say({ kind: "visible", visible: true });
    expect(a.versions).toEqual([2]);
    expect(a.got.some((m) => m.kind === "event" && m.event.name === "refresh")).toBe(true);
  });

  it("forgets a tab that was silent for 45 seconds", async () => {
    tab().say({ kind: "topics", topics: ["campaigns"] });
    await world.pass(100);
    for (let round = 0; round < 8; round += 1) {
      await world.pass(10_000);
      world.live.at(-1)?.handlers.event("ping", "{}");
    }
    expect(world.live).toHaveLength(0);
  });
});

describe("a tab that was dropped and lives", () => {
  /** A page that answers `rejoin` as `connection.ts` does. */
  const page = (topics: string[]) => {
    const a = tab();
    const hello = () => {
      a.say({ kind: "visible", visible: true });
      a.say({ kind: "topics", topics });
    };
    hello();
    return { a, answer: () => { if (a.got.splice(0).some((message) => message.kind === "rejoin")) hello(); } };
  };

  it("comes back with a first snapshot once it speaks again, as the visible tab of a computer that slept does", async () => {
    const { a, answer } = page(["campaign:7"]);
    await world.pass(100);
    world.say("stats", stats("7", 1));
    expect(a.versions).toEqual([1]);
    a.got.splice(0);
    // Silent for a minute: dropped, and the stream that nobody follows is closed.
    for (let round = 0; round < 6; round += 1) {
      await world.pass(10_000);
      world.live.at(-1)?.handlers.event("ping", "{}");
    }
    await world.pass(100);
    expect(world.live).toHaveLength(0);
    a.say({ kind: "alive" });
    expect(a.state).toBe("connecting");
    answer();
    await world.pass(100);
    expect(world.live).toHaveLength(1);
    world.say("stats", stats("7", 1));
    expect([a.state, a.versions]).toEqual(["live", [1]]);
  });

  it("hidden tabs, whose timers run once a minute, are not dropped; crashed hidden ones are", async () => {
    const a = tab();
    a.say({ kind: "topics", topics: ["campaign:7"] });
    await world.pass(100);
    a.say({ kind: "visible", visible: false });
    const minute = async (alive: boolean) => {
      for (let round = 0; round < 6; round += 1) {
        await world.pass(10_000);
        world.live.at(-1)?.handlers.event("ping", "{}");
      }
      if (alive) a.say({ kind: "alive" });
    };
    for (let round = 0; round < 5; round += 1) await minute(true);
    world.say("stats", stats("7", 2));
    a.say({ kind: "visible", visible: true });
    expect(a.versions).toEqual([2]);
    expect(a.got.some((message) => message.kind === "rejoin")).toBe(false);
    a.say({ kind: "visible", visible: false });
    for (let round = 0; round < 3; round += 1) await minute(false);
    expect(world.live).toHaveLength(0);
  });

  it("after a sleep the overdue sweep waits for the tabs' overdue timers", async () => {
    const a = tab();
    a.say({ kind: "topics", topics: ["campaign:7"] });
    await world.pass(100);
    world.say("stats", stats("7", 1));
    world.time += 3_600_000;
    await world.pass(10);
    a.say({ kind: "alive" });
    // The stream is mute since long, and opened anew.
    await world.pass(timing.retry + 100);
    world.say("stats", stats("7", 2));
    expect([a.versions, a.got.some((message) => message.kind === "rejoin")]).toEqual([[1, 2], false]);
  });
});

describe("when the stream fails", () => {
  it("three mute streams end in polling, and a probe finds the way back", async () => {
    const a = tab();
    a.say({ kind: "topics", topics: ["campaign:7"] });
    world.answers["/api/v1/campaigns/7/stats"] = { status: 200, body: stats("7", 9) };
    for (let round = 0; round < 10 && a.state !== "polling"; round += 1) {
      await world.pass(10_000);
      a.say({ kind: "alive" });
    }
    expect(a.state).toBe("polling");
    expect(a.versions).toEqual([9]);
    for (let round = 0; round < 6; round += 1) {
      await world.pass(10_000);
      a.say({ kind: "alive" });
    }
    expect(world.live).toHaveLength(1);
    world.say("ping", {});
    expect(a.state).toBe("live");
    const asked = world.asked.length;
    await world.pass(10_000);
    expect(world.asked).toHaveLength(asked);
  });

  it("a server that is away is waited for, not polled, and a restart heals by itself", async () => {
    const a = tab();
    a.say({ kind: "topics", topics: ["campaign:7"] });
    await world.pass(100);
    world.say("stats", stats("7", 1));
    world.answers["/api/v1/session"] = { status: 0, body: null };
    for (let round = 0; round < 24; round += 1) {
      world.live.at(-1)?.handlers.error();
      await world.pass(timing.retry);
    }
    expect(a.state).toBe("offline");
    delete world.answers["/api/v1/session"];
    await world.pass(timing.retry);
    world.say("stats", stats("7", 2));
    expect([a.state, a.versions]).toEqual(["live", [1, 2]]);
  });

  it("a session that ended is told, and left alone until somebody signs in", async () => {
    const a = tab();
    a.say({ kind: "topics", topics: ["campaign:7"] });
    await world.pass(100);
    world.answers["/api/v1/session"] = { status: 401, body: null };
    world.live[0]!.handlers.error();
    await world.pass(30_000);
    expect([a.state, world.live.length]).toEqual(["signed_out", 0]);
    delete world.answers["/api/v1/session"];
    a.say({ kind: "retry" });
    world.say("stats", stats("7", 1));
    expect(a.state).toBe("live");
  });

  it("while it polls, rows are called changed only when their campaign moved", async () => {
    world.open = null as unknown as World["open"];
    const path = "/api/v1/campaigns/c/stats";
    world.answers[path] = { status: 200, body: stats("c", 3) };
    const a = tab();
    a.say({ kind: "topics", topics: ["campaign:c", "rows:c"] });
    const refreshed = () => a.got.filter((m) => m.kind === "event" && m.event.name === "refresh").length;
    await world.pass(3 * timing.poll);
    expect(refreshed()).toBe(0);
    world.answers[path] = { status: 200, body: stats("c", 4) };
    await world.pass(3 * timing.poll);
    expect(refreshed()).toBe(1);
  });

  it("when a stream takes over from polling, rows that changed between the two are called changed", async () => {
    const a = tab();
    a.say({ kind: "topics", topics: ["campaign:c", "rows:c"] });
    world.answers["/api/v1/campaigns/c/stats"] = { status: 200, body: stats("c", 9) };
    const refreshed = () => a.got.filter((m) => m.kind === "event" && m.event.name === "refresh").length;
    for (let round = 0; round < 16 && (a.state !== "polling" || world.live.length === 0); round += 1) {
      await world.pass(10_000);
      a.say({ kind: "alive" });
    }
    const before = refreshed();
    world.say("ping", {});
    world.say("stats", stats("c", 10));
    world.say("stats", stats("c", 11));
    expect([a.state, refreshed()]).toEqual(["live", before + 1]);
  });

  it("without streams it polls from the start", async () => {
    world.open = null;
    const a = tab();
    a.say({ kind: "topics", topics: ["campaign:7", "campaigns"] });
    world.answers["/api/v1/campaigns/7/stats"] = { status: 200, body: stats("7", 3) };
    await world.pass(5_000);
    expect([a.state, a.versions]).toEqual(["polling", [3]]);
    expect(a.got.filter((m) => m.kind === "event" && m.event.name === "refresh").length).toBeGreaterThan(1);
  });
});
