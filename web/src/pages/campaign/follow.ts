import { useEffect, useRef } from "react";

const pause = 2_000;

/** Reads again soon after `value` changed, at most every two seconds while it goes on changing, and once more after the last change. */
export function useFollow(value: unknown, read: () => unknown): void {
  const newest = useRef({ value, read });
  newest.current = { value, read };
  const known = useRef(value);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => {
    if (known.current === undefined) known.current = value;
    if (known.current === value || timer.current !== undefined) return;
    timer.current = setTimeout(() => {
      timer.current = undefined;
      known.current = newest.current.value;
      newest.current.read();
    }, pause);
  }, [value]);
  useEffect(
    () => () => {
      clearTimeout(timer.current);
      // StrictMode runs this once while the page stays.
      timer.current = undefined;
    },
    [],
  );
}
