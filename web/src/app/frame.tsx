import { Link, Outlet } from "@tanstack/react-router";
import { Bell, Menu as MenuIcon, X } from "lucide-react";
import { Dialog } from "radix-ui";
import { lazy, Suspense, useMemo, useState } from "react";
import { useTopics } from "~/live/connection";
import { cx } from "~/ui/cx";
import { places } from "./places";
import { Shortcuts } from "./shortcuts";
import { SignedOutDialog } from "./signed-out";
import { TopBar } from "./top-bar";

// With it come the menus' library, which the first paint does not need.
const LazyUserMenu = lazy(() => import("./user-menu"));

function UserMenu({ narrow }: { narrow?: boolean }) {
  return <Suspense fallback={<div className="h-11" />}><LazyUserMenu narrow={narrow} /></Suspense>;
}

function Places({ narrow, onGo }: { narrow?: boolean; onGo?: () => void }) {
  return (
    <nav aria-label="Main" className="grid gap-0.5">
      {places.map(({ to, label, icon: Icon }) => (
        <Link
          key={to}
          to={to}
          onClick={onGo}
          title={narrow ? label : undefined}
          className="group flex h-9 items-center gap-3 rounded px-2 t-label text-muted hover:bg-hover hover:text-fg data-[status=active]:bg-accent-soft data-[status=active]:text-fg coarse:h-11"
        >
          <Icon aria-hidden className="size-[18px] shrink-0 group-data-[status=active]:text-accent" strokeWidth={1.75} />
          <span className={cx(narrow && "max-lg:sr-only")}>{label}</span>
        </Link>
      ))}
    </nav>
  );
}

function Brand({ narrow }: { narrow?: boolean }) {
  return (
    <span className="flex h-14 items-center gap-2.5 px-2 text-base font-semibold tracking-tight">
      <Bell aria-hidden className="size-5 shrink-0 text-accent" />
      <span className={cx(narrow && "max-lg:sr-only")}>Carillon</span>
    </span>
  );
}

/** On a phone the rail is a sheet behind a button. */
function Sheet() {
  const [open, setOpen] = useState(false);
  return (
    <Dialog.Root open={open} onOpenChange={setOpen}>
      <Dialog.Trigger aria-label="Menu" className="grid size-11 place-items-center rounded text-muted md:hidden"><MenuIcon aria-hidden className="size-5" /></Dialog.Trigger>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-40 bg-(--scrim) anim-appear" />
        <Dialog.Content aria-describedby={undefined} className="fixed inset-y-0 right-0 z-40 flex w-64 flex-col border-l border-line bg-surface px-3 pb-3 anim-appear">
          <div className="mb-2 flex items-center">
            <Dialog.Title asChild><div className="flex-1"><Brand /></div></Dialog.Title>
            <Dialog.Close aria-label="Close menu" className="grid size-11 place-items-center rounded text-muted"><X aria-hidden className="size-5" /></Dialog.Close>
          </div>
          <Places onGo={() => setOpen(false)} />
          <span className="flex-1" />
          <UserMenu />
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

/** The frame of every page: rail, top bar, main. */
export function Frame() {
  // Every page shows whether its numbers are fresh, and lists follow campaigns that run.
  useTopics(useMemo(() => ["campaigns"], []));
  return (
    <>
      <a href="#main" className="no-print absolute top-2 left-2 z-50 -translate-y-20 rounded bg-accent px-3 py-2 text-on-accent focus:translate-y-0">Skip to content</a>
      <div className="frame min-h-dvh md:grid md:grid-cols-[64px_minmax(0,1fr)] lg:grid-cols-[224px_minmax(0,1fr)]">
        <aside className="no-print sticky top-0 hidden h-dvh flex-col border-r border-line bg-surface px-3 md:flex">
          <div className="mb-2"><Brand narrow /></div>
          <Places narrow />
          <span className="flex-1" />
          <div className="-mx-3 border-t border-line px-3 py-2"><UserMenu narrow /></div>
        </aside>
        <div className="min-w-0">
          <TopBar menu={<Sheet />} />
          <main id="main" tabIndex={-1} className="flex min-h-[calc(100dvh-56px)] max-w-[1424px] flex-col p-4 md:p-6 lg:px-8">
            <Outlet />
          </main>
        </div>
      </div>
      <SignedOutDialog />
      <Shortcuts />
    </>
  );
}
