// @vitest-environment happy-dom
import { QueryClient } from "@tanstack/react-query";
import { act, createElement } from "react";
import { createRoot } from "react-dom/client";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { type RowChanges, changesSince } from "~/live/apply";
import { Hub, timing } from "~/live/hub";
import type { FromHub, ToHub } from "~/live/protocol";
import { FakeWorld } from "./world";

/** One tab of a browser from the stream to what its pages show: the real hub, the tab's end of it, and the page's store. */
let world: FakeWorld;
let hub: Hub;
const toTab: { onmessage: ((event: { data: FromHub }) => void) | null } = { onmessage: null };
const tab = { post: (data: FromHub) => toTab.onmessage?.({ data }) };
vi.stubGlobal("SharedWorker", class {
  port = Object.assign(toTab, { start: () => undefined, postMessage: (message: ToHub) => hub.hear(tab, message) });
});
vi.stubGlobal("IS_REACT_ACT_ENVIRONMENT", true);
const { useTopics } = await import("~/live/connection");
const { startLive } = await import("~/live/apply");

const client = new QueryClient();
startLive(client);
const topics = ["campaign:camp_1", "rows:camp_1"];
function Table() {
  useTopics(topics);
  return null;
}

let root: ReturnType<typeof createRoot>;
let began = 0;
const changes = () => changesSince(client.getQueryData<RowChanges>(["changed-rows", "camp_1"]) ?? { countedAfter: 0, heardAt: new Map(), rows: {} }, began);
const row = (number: number) => ({ campaign: "camp_1", many: false, rows: [{ row: number, status: "completed", version: 9 }] });
/** Somebody looks at another tab, or at this one again. */
const look = (hidden: boolean) => {
  vi.spyOn(document, "hidden", "get").mockReturnValue(hidden);
  document.dispatchEvent(new Event("visibilitychange"));
};
/** Lets time go by, for the hub and for the tab; the stream is there unless `quiet`. */
const pass = async (seconds: number, quiet = false) => {
  for (let second = 0; second < seconds; second += 1) {
    world.time = Date.now();
    await world.pass(1_000);
    vi.advanceTimersByTime(1_000);
    if (!quiet && second % 10 === 0) world.live.at(-1)?.handlers.event("ping", "{}");
  }
};

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "Date"] });
  look(false);
  world = new FakeWorld();
  world.time = Date.now();
  hub = new Hub(world);
  hub.join(tab);
  client.clear();
  root = createRoot(document.createElement("div"));
  act(() => root.render(createElement(Table)));
  await pass(1);
  began = Date.now();
  client.setQueryData(["contacts", "camp_1", {}], { items: [{ row: 1 }], began });
  await pass(1);
  expect(changes()).toBe(0);
});

afterEach(() => {
  act(() => root.unmount());
  vi.useRealTimers();
});

it("after a lost connection the table says that rows changed: what ended meanwhile is never told again", async () => {
  world.answers["/api/v1/session"] = { status: 0, body: null };
  world.live[0]?.handlers.error();
  await pass(20, true);
  // Here a contact ends.
  delete world.answers["/api/v1/session"];
  await pass(10);
  expect(changes()).toBe("many");
});

it("so it does when the connection was lost while nobody looked", async () => {
  look(true);
  world.answers["/api/v1/session"] = { status: 0, body: null };
  world.live[0]?.handlers.error();
  await pass(20, true);
  delete world.answers["/api/v1/session"];
  await pass(10);
  look(false);
  await pass(1);
  expect(changes()).toBe("many");
});

it("a tab that was hidden is told what it missed and no more", async () => {
  look(true);
  await pass(100);
  look(false);
  await pass(5, true);
  expect(changes()).toBe(0);
  look(true);
  world.say("rows", row(1));
  look(false);
  expect(changes()).toBe("many");
});

it("a tab that was dropped while its timers stood still reads again what it shows, also where another tab keeps the stream", async () => {
  const other = { post: () => undefined };
  hub.join(other);
  hub.hear(other, { kind: "topics", topics });
  await pass(1);
  look(true);
  // As a phone does it: nothing of this tab runs for some minutes.
  for (let round = 0; round < 30; round += 1) {
    await world.pass(10_000);
    hub.hear(other, { kind: "alive" });
    world.live.at(-1)?.handlers.event("ping", "{}");
  }
  world.say("rows", row(1));
  expect(changes()).toBe(0);
  vi.setSystemTime(world.time);
  look(false);
  await pass(11);
  expect(changes()).toBe("many");
  expect(world.live).toHaveLength(1);
});

it("when the topics change, what the stream before still tells is heard until the new one has taken over", async () => {
  hub.hear(tab, { kind: "topics", topics: [...topics, "export:export_1"] });
  await pass(1, true);
  const [before, after] = world.live;
  before?.handlers.event("rows", JSON.stringify(row(1)));
  expect(changes()).toBe(1);
  after?.handlers.event("ping", "{}");
  // Written by the server before the new one was there, and slower on its way.
  before?.handlers.event("rows", JSON.stringify(row(2)));
  expect(changes()).toBe(2);
  await world.pass(timing.overlap);
  expect(world.live).toEqual([after]);
});
