// @vitest-environment happy-dom
import { act } from "react";
import { createRoot } from "react-dom/client";
import { afterEach, expect, it, vi } from "vitest";
import type { FromHub, ToHub } from "~/live/protocol";

const said: ToHub[] = [];
const port = { onmessage: null as ((event: { data: FromHub }) => void) | null, start: () => undefined, postMessage: (message: ToHub) => said.push(message) };
vi.stubGlobal("SharedWorker", class { port = port; });
vi.stubGlobal("IS_REACT_ACT_ENVIRONMENT", true);

const { onBack, useLink, useTopics } = await import("~/live/connection");
const topics = ["campaigns", "campaign:7"];
function Page() {
  useTopics(topics);
  return <span>{useLink().state}</span>;
}
const hub = (message: FromHub) => act(() => port.onmessage?.({ data: message }));

afterEach(() => vi.useRealTimers());

it("says again what it shows when the hub lost it, and does not show “Live” over numbers that stand still", () => {
  vi.useFakeTimers();
  const place = document.createElement("div");
  act(() => createRoot(place).render(<Page />));
  expect(said.at(-1)).toEqual({ kind: "topics", topics });

  said.splice(0);
  hub({ kind: "rejoin" });
  const hello = [{ kind: "visible", visible: true }, { kind: "topics", topics }];
  expect(said).toEqual(hello);

  hub({ kind: "link", state: "live", lastEventAt: Date.now() });
  expect(place.textContent).toBe("live");
  act(() => vi.advanceTimersByTime(20_000));
  hub({ kind: "link", state: "live", lastEventAt: Date.now() });
  act(() => vi.advanceTimersByTime(20_000));
  expect(place.textContent).toBe("live");
  said.splice(0);
  act(() => vi.advanceTimersByTime(7_000));
  expect(place.textContent).toBe("reconnecting");
  expect(said.filter((message) => message.kind !== "alive")).toEqual(hello);

  // What the hub says is old already: no “Live”, and no second call.
  said.splice(0);
  hub({ kind: "link", state: "live", lastEventAt: Date.now() - 60_000 });
  expect([place.textContent, said]).toEqual(["reconnecting", []]);
  hub({ kind: "link", state: "live", lastEventAt: Date.now() });
  expect(place.textContent).toBe("live");
});

it("says once that the connection is back after it was lost, and not when it came first", () => {
  const back = vi.fn();
  const stop = onBack(back);
  const link = (state: "connecting" | "live" | "reconnecting" | "offline" | "polling") => hub({ kind: "link", state, lastEventAt: Date.now() });
  link("connecting");
  link("live");
  link("live");
  expect(back).toHaveBeenCalledTimes(0);
  for (const state of ["reconnecting", "offline", "live", "live"] as const) link(state);
  expect(back).toHaveBeenCalledTimes(1);
  for (const state of ["reconnecting", "connecting", "polling"] as const) link(state);
  expect(back).toHaveBeenCalledTimes(2);
  stop();
});
