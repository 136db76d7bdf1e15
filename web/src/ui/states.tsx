import { CircleAlert, Info, type LucideIcon, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { ApiProblem, mayPass } from "~/api/problem";
import type { Meaning } from "~/lib/words";
import { Button } from "./button";
import { cx } from "./cx";

export function Skeleton({ className }: { className?: string }) {
  return <span aria-hidden className={cx("block rounded bg-hover anim-shimmer", className)} />;
}

/** Nothing there (yet), or nothing that matches: two different things with two different ways on. */
export function Empty({ title, children, action }: { title: string; children?: ReactNode; action?: ReactNode }) {
  return (
    <div className="panel flex flex-col items-center px-6 py-14 text-center">
      <h2 className="t-title">{title}</h2>
      {children && <div className="mt-1 max-w-prose text-muted">{children}</div>}
      {action && <div className="mt-5 flex flex-wrap justify-center gap-2">{action}</div>}
    </div>
  );
}

/** Couldn't load: what, why, which request, and a way to try again where that can help. */
export function ErrorCard({ what, error, onRetry, children }: { what: string; error: unknown; onRetry?: () => void; children?: ReactNode }) {
  const text = problemText(error);
  return (
    <div role="alert" className="panel flex flex-col items-start gap-3 px-6 py-6">
      <h2 className="flex items-center gap-2 t-title"><CircleAlert aria-hidden className="size-5 text-problem-fill" />Couldn't load {what}.</h2>
      <p className="text-muted">{text}</p>
      <div className="flex gap-2">
        {onRetry && mayPass(error) && <Button onClick={onRetry}>Try again</Button>}
        {children}
      </div>
    </div>
  );
}

/** An error in a sentence, with the request's id when there is one. */
export function problemText(error: unknown): string {
  if (error instanceof ApiProblem) {
    // The sign-in stands over the page already.
    if (error.code === "signed_out") return "Your session has ended: sign in and do it again.";
    const id = error.requestId ? ` (request ${error.requestId})` : "";
    return `${(error.detail || `The server answered ${error.status}`).replace(/\.$/, "")}${id}.`;
  }
  return "The server can't be reached. Check that Carillon is running and that this computer is connected.";
}

const icons: Partial<Record<Meaning, LucideIcon>> = { problem: TriangleAlert, hold: TriangleAlert };

/** A strip across the page: a warning or a fact, with its way on at the right. */
export function Notice({ meaning, children, action, alert }: { meaning: Meaning; children: ReactNode; action?: ReactNode; alert?: boolean }) {
  const Icon = icons[meaning] ?? Info;
  return (
    <div role={alert ? "alert" : undefined} className={cx(`m-${meaning}`, "flex flex-wrap items-center gap-x-4 gap-y-2 rounded-lg border border-(--m-border) bg-(--m-bg) px-4 py-3 text-(--m-text)")}>
      <Icon aria-hidden className="size-4 shrink-0" />
      <div className="min-w-0 flex-1 basis-44">{children}</div>
      {action}
    </div>
  );
}
