import { Link, useLocation } from "@tanstack/react-router";
import { ArrowLeft, Globe, Moon, Sun } from "lucide-react";
import type { ReactNode } from "react";
import { timeOfDay } from "~/lib/time";
import { useLink } from "~/live/connection";
import type { LinkState } from "~/live/protocol";
import { cx } from "~/ui/cx";
import { useBackShown } from "./back";
import { places } from "./places";
import { changePreferences, usePreferences } from "./preferences";
import { useZone } from "./session";

const words: Record<LinkState, string> = {
  connecting: "Connecting",
  live: "Live",
  reconnecting: "Reconnecting",
  polling: "Updating every 2 s",
  offline: "Offline",
  signed_out: "Signed out",
};

const dots: Record<LinkState, string> = {
  connecting: "border-2 border-muted bg-transparent",
  live: "bg-success-fill",
  reconnecting: "border-2 border-hold-fill bg-transparent",
  polling: "bg-hold-fill",
  offline: "rounded-none! bg-problem-fill",
  signed_out: "rounded-none! bg-problem-fill",
};

/** Whether the numbers on the page are fresh, in words. It is no live region: milestones are announced elsewhere. */
function LiveChip() {
  const { state, lastEventAt } = useLink();
  const zone = useZone();
  const fresh = state === "live" || state === "polling";
  // The time of the last event, not of the clock: numbers that stand still must not look as if they were of now.
  const time = lastEventAt === null ? "" : timeOfDay(new Date(lastEventAt), zone);
  return (
    <span data-live={state} className="inline-flex items-center gap-2 t-small whitespace-nowrap text-muted">
      <span aria-hidden className={cx("size-2 rounded-full", dots[state])} />
      <span className="font-medium text-fg">{words[state]}</span>
      {time && <span className={cx(state !== "live" && "max-sm:hidden")}>{fresh ? time : `numbers from ${time}`}</span>}
    </span>
  );
}

export function TopBar({ menu }: { menu: ReactNode }) {
  const back = useBackShown();
  const { pathname } = useLocation();
  const place = places.find(({ to }) => pathname.startsWith(to));
  const zone = useZone();
  const { theme } = usePreferences();
  const dark = theme === "dark" || (theme === "system" && document.documentElement.dataset.theme === "dark");
  return (
    <header className="no-print sticky top-0 z-20 flex h-14 items-center gap-4 border-b border-line bg-surface pr-1 pl-4 md:px-6 lg:px-8">
      {back ? (
        <Link to={back.to} search={back.search as never} className="inline-flex h-9 min-w-0 items-center gap-2 rounded t-label coarse:h-11">
          <ArrowLeft aria-hidden className="size-4 shrink-0 text-muted" />
          <span className="truncate">{back.label}</span>
        </Link>
      ) : <span className="truncate t-label">{place?.label}</span>}
      <span className="flex-1" />
      <LiveChip />
      <span aria-hidden className="h-5 w-px bg-line max-md:hidden" />
      <span className="inline-flex items-center gap-2 t-small text-muted max-md:hidden" title="All times are in this zone"><Globe aria-hidden className="size-4" />{zone}</span>
      <button type="button" aria-label={dark ? "Use the light theme" : "Use the dark theme"} onClick={() => changePreferences({ theme: dark ? "light" : "dark" })} className="grid size-8 place-items-center rounded text-muted hover:bg-hover max-md:hidden coarse:size-11">
        {dark ? <Moon aria-hidden className="size-[18px]" /> : <Sun aria-hidden className="size-[18px]" />}
      </button>
      {menu}
    </header>
  );
}
