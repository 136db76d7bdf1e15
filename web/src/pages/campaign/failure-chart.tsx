import { useEffect, useMemo, useRef, useState } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import type { Schemas } from "~/api/client";
import { usePreferences } from "~/app/preferences";
import { useZone } from "~/app/session";
import { count } from "~/lib/format";
import { timeOfDay } from "~/lib/time";

const height = 122;

type Minute = Schemas["Minute"];

/** Minutes without calls are left out by the server: on the axis they are zero. */
function filled(minutes: Minute[]): { at: number; failed: number }[] {
  const known = new Map(minutes.map((minute) => [Math.floor(Date.parse(minute.at) / 60_000), minute.failed]));
  const keys = [...known.keys()];
  const [first, last] = [Math.min(...keys), Math.max(...keys)];
  return Array.from({ length: Math.min(last - first + 1, 1_440) }, (_, index) => ({ at: (first + index) * 60, failed: known.get(first + index) ?? 0 }));
}

/** Whole numbers from 0 to the highest, which is always one of them: three at most, since there is no room for more. */
export function ticksTo(most: number): number[] {
  const top = Math.max(1, most);
  return top > 1 && top % 2 === 0 ? [0, top / 2, top] : [0, top];
}

/** Failures per minute: a line, a sentence that says what it shows, and the numbers as a table. */
export default function FailureChart({ minutes }: { minutes: Minute[] }) {
  const zone = useZone();
  usePreferences();
  const theme = document.documentElement.dataset.theme;
  const box = useRef<HTMLDivElement>(null);
  const [asTable, setAsTable] = useState(false);
  const points = useMemo(() => filled(minutes), [minutes]);
  const peak = points.reduce((most, point) => (point.failed > most.failed ? point : most), points[0] ?? { at: 0, failed: 0 });
  const clockOf = (seconds: number) => timeOfDay(new Date(seconds * 1000), zone).slice(0, 5);
  useEffect(() => {
    const element = box.current;
    if (!element || asTable) return;
    const css = getComputedStyle(document.documentElement);
    const colour = (name: string) => css.getPropertyValue(name).trim();
    const font = "12px system-ui, sans-serif";
    const plot = new uPlot(
      {
        width: element.clientWidth, height, legend: { show: false }, cursor: { show: false },
        scales: { x: { time: true }, y: { range: (_plot, _min, max) => [0, Math.max(1, max)] } },
        axes: [
          { stroke: colour("--muted"), font, grid: { show: false }, ticks: { show: false }, values: (_plot, values) => values.map((value, index) => (index > 0 && clockOf(values[index - 1] ?? 0) === clockOf(value) ? "" : clockOf(value))), incrs: [60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 21_600], space: 80, size: 32, gap: 10 },
          { stroke: colour("--muted"), font, grid: { stroke: colour("--line"), width: 1 }, ticks: { show: false }, side: 1, size: 48, gap: 12, splits: (_plot, _axis, _min, max) => ticksTo(max), values: (_plot, values) => values.map(count) },
        ],
        series: [{}, { stroke: colour("--problem-fill"), width: 1.5, points: { show: points.length < 3 } }],
      },
      [points.map((point) => point.at), points.map((point) => point.failed)],
      element,
    );
    const resize = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height }));
    resize.observe(element);
    return () => {
      resize.disconnect();
      plot.destroy();
    };
    // The theme's colours are read when it is drawn.
  }, [points, asTable, theme]);
  const first = points[0];
  const last = points[points.length - 1];
  return (
    <figure>
      <div className="flex items-center">
        <h3 className="t-heading flex-1">Failures per minute</h3>
        <button type="button" className="min-h-6 t-small link" aria-expanded={asTable} onClick={() => setAsTable(!asTable)}>{asTable ? "View as chart" : "View as table"}</button>
      </div>
      {asTable ? (
        <div role="region" aria-label="Failures per minute" tabIndex={0} className="mt-2 h-31 overflow-y-auto">
          <table className="w-full t-small">
            <caption className="sr-only">Failures per minute</caption>
            <thead><tr><th scope="col">Minute</th><th scope="col" className="text-right!">Failures</th></tr></thead>
            <tbody>{points.filter((point) => point.failed > 0).map((point) => <tr key={point.at}><th scope="row" className="font-normal">{clockOf(point.at)}</th><td className="text-right">{count(point.failed)}</td></tr>)}</tbody>
          </table>
        </div>
      ) : <div ref={box} aria-hidden className="mt-2 h-31" />}
      <figcaption className="mt-1 t-small text-muted">
        {peak.failed > 0 && first && last ? `At most ${count(peak.failed)} in one minute, at ${clockOf(peak.at)}; from ${clockOf(first.at)} to ${clockOf(last.at)}.` : "No failure in the last minutes of calling."}
      </figcaption>
    </figure>
  );
}
