import { type ReactNode, useEffect, useRef } from "react";
import { cx } from "./cx";

/** Sets the browser's title: "61% · March renewals · Campaigns". */
export function useTitle(...parts: (string | undefined)[]): void {
  const title = [...parts, "Carillon"].filter(Boolean).join(" · ");
  useEffect(() => {
    document.title = title;
  }, [title]);
}

/** The head of a page: its one h1 (focused when the route changes), a badge, words beside it, actions at the right. */
export function PageHead({ title, badge, beside, actions, sub }: { title: string; badge?: ReactNode; beside?: ReactNode; actions?: ReactNode; sub?: ReactNode }) {
  return (
    <header className="mb-3">
      <div className="flex min-h-9 flex-wrap items-center gap-x-3 gap-y-2">
        <PageTitle>{title}</PageTitle>
        {badge}
        {beside && <span className="text-muted max-md:order-1 max-md:w-full">{beside}</span>}
        {actions && <div className="no-print ml-auto flex flex-wrap items-center gap-3 max-md:order-2 max-md:w-full max-md:gap-2 max-md:*:grow max-md:[&>[aria-haspopup]]:grow-0">{actions}</div>}
      </div>
      {sub && <div className="mt-1.5 text-muted">{sub}</div>}
    </header>
  );
}

export function PageTitle({ children, className }: { children: ReactNode; className?: string }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    // A new page begins at its title for those who can't see that it came; the first page of a visit begins where browsers begin.
    if (document.body.dataset.visited) heading.current?.focus({ preventScroll: true });
    document.body.dataset.visited = "yes";
  }, []);
  return <h1 ref={heading} tabIndex={-1} className={cx("t-display min-w-0 break-words", className)}>{children}</h1>;
}

/** Facts in one line with dots between. */
export function Facts({ items }: { items: (ReactNode | false | null | undefined)[] }) {
  const shown = items.filter((item) => item !== false && item !== null && item !== undefined && item !== "");
  return (
    <span className="max-md:t-small">
      {shown.map((item, index) => (
        <span key={index}>
          {index > 0 && <span aria-hidden className="mx-2 text-line-strong">·</span>}
          <span>{item}</span>
        </span>
      ))}
    </span>
  );
}

export function Panel({ title, actions, children, className }: { title?: ReactNode; actions?: ReactNode; children: ReactNode; className?: string }) {
  return (
    <section className={cx("panel", className)}>
      {title !== undefined && (
        <div className="flex min-h-12 flex-wrap items-center gap-2 border-b border-line px-5 py-2">
          <h2 className="t-title flex-1">{title}</h2>
          {actions}
        </div>
      )}
      {children}
    </section>
  );
}

/** Names and values. */
export function Details({ items, className }: { items: [ReactNode, ReactNode][]; className?: string }) {
  return (
    <dl className={cx("grid grid-cols-[minmax(5.5rem,auto)_minmax(0,1fr)] gap-x-3 gap-y-2 sm:grid-cols-[minmax(7rem,auto)_minmax(0,1fr)] sm:gap-x-6", className)}>
      {items.map(([name, value], index) => (
        <div key={index} className="contents">
          <dt className="t-small leading-5 text-muted">{name}</dt>
          <dd className="min-w-0 break-words">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
