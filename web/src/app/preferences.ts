import { useSyncExternalStore } from "react";

/** Choices of one person in one browser. */
export interface Preferences {
  theme: "system" | "light" | "dark";
  /** Single-key shortcuts such as j and k. */
  shortcuts: boolean;
  /** Whether screen readers hear of progress. */
  spokenProgress: boolean;
}

const listeners = new Set<() => void>();

function read(): Preferences {
  const item = (name: string) => {
    try {
      return localStorage.getItem(`carillon.${name}`);
    } catch {
      return null;
    }
  };
  const theme = item("theme");
  return { theme: theme === "light" || theme === "dark" ? theme : "system", shortcuts: item("shortcuts") !== "off", spokenProgress: item("spokenProgress") !== "off" };
}

let preferences = read();

function showTheme(): void {
  const dark = preferences.theme === "dark" || (preferences.theme === "system" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.dataset.theme = dark ? "dark" : "light";
}

export function changePreferences(change: Partial<Preferences>): void {
  preferences = { ...preferences, ...change };
  try {
    for (const [name, value] of Object.entries(preferences)) localStorage.setItem(`carillon.${name}`, value === true ? "on" : value === false ? "off" : value);
  } catch {
    // Without storage the choice lasts as long as the page.
  }
  showTheme();
  for (const listener of listeners) listener();
}

export function usePreferences(): Preferences {
  return useSyncExternalStore((listener) => { listeners.add(listener); return () => listeners.delete(listener); }, () => preferences);
}

export const shortcutsOn = () => preferences.shortcuts;
export const spokenProgressOn = () => preferences.spokenProgress;

/** Follows the system's theme, and prints light. */
export function watchTheme(): void {
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    showTheme();
    // The choice is the same, what it means is not: charts are drawn again.
    preferences = { ...preferences };
    for (const listener of listeners) listener();
  });
  addEventListener("beforeprint", () => { document.documentElement.dataset.theme = "light"; });
  addEventListener("afterprint", showTheme);
}
