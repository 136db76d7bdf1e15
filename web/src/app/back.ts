import { useEffect, useSyncExternalStore } from "react";

/** Where the arrow in the top bar leads. `search` is kept as it was when the list was last seen. */
export interface Back {
  to: string;
  label: string;
  search?: Record<string, unknown>;
}

let back: Back | null = null;
const listeners = new Set<() => void>();
const change = (next: Back | null) => {
  back = next;
  for (const listener of listeners) listener();
};

export function useBackShown(): Back | null {
  return useSyncExternalStore((listener) => { listeners.add(listener); return () => listeners.delete(listener); }, () => back);
}

/** A page says where it belongs. */
export function useBack(to: string, label: string, search?: Record<string, unknown>): void {
  const key = JSON.stringify(search ?? {});
  useEffect(() => {
    change({ to, label, search: JSON.parse(key) as Record<string, unknown> });
    return () => change(null);
  }, [to, label, key]);
}

const memory = "carillon.list.";

/** Keeps a list's filters, so that the way back finds them. */
export function rememberList(path: string, search: Record<string, unknown>): void {
  try {
    sessionStorage.setItem(memory + path, JSON.stringify(search));
  } catch {
    // Without storage the way back leads to the plain list.
  }
}

export function rememberedList(path: string): Record<string, unknown> {
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(memory + path) ?? "{}");
    return typeof kept === "object" && kept !== null ? (kept as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
