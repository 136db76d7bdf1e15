// @vitest-environment happy-dom
import { act } from "react";
import { createRoot } from "react-dom/client";
import { afterEach, expect, it, vi } from "vitest";
import { SearchField } from "~/ui/field";
import { type as write } from "./page";

vi.stubGlobal("IS_REACT_ACT_ENVIRONMENT", true);
afterEach(() => vi.useRealTimers());

it("searches after a pause in typing, also on a page that is drawn again all the time", () => {
  vi.useFakeTimers();
  const told: string[] = [];
  const place = document.createElement("div");
  const root = createRoot(place);
  const draw = (round: number) => act(() => root.render(<SearchField label="Search name" value="" onChange={(text) => told.push(`${text} (${round})`)} />));
  draw(0);
  act(() => write(place.querySelector("input"), "Ada"));
  for (let round = 1; round <= 2; round += 1) {
    act(() => vi.advanceTimersByTime(100));
    draw(round);
  }
  expect(told).toEqual([]);
  act(() => vi.advanceTimersByTime(50));
  // Told once, and by the newest function.
  expect(told).toEqual(["Ada (2)"]);
  act(() => vi.advanceTimersByTime(1_000));
  expect(told).toHaveLength(1);
});
