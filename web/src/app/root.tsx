import { Link, Outlet, useRouter } from "@tanstack/react-router";
import { useEffect } from "react";
import { Announcer, hush } from "~/ui/announce";
import { Button, buttonClass } from "~/ui/button";
import { PageTitle, useTitle } from "~/ui/page";
import { problemText } from "~/ui/states";
import { Toasts } from "~/ui/toast";

export function Root() {
  const router = useRouter();
  useEffect(() => router.subscribe("onBeforeLoad", ({ pathChanged }) => { if (pathChanged) hush(); }), [router]);
  return (
    <>
      <Outlet />
      <Announcer />
      <Toasts />
    </>
  );
}

export function NotFound() {
  useTitle("Not found");
  return (
    <div className="mx-auto max-w-lg px-6 py-24 text-center">
      <PageTitle>There is no such page</PageTitle>
      <p className="mt-2 mb-5 text-muted">The address may be mistyped, or the page has moved.</p>
      <Link to="/campaigns" className={buttonClass("primary")}>Go to Campaigns</Link>
    </div>
  );
}

/** A page that could not be shown: the server is away, or the page itself has a fault. */
export function RouteError({ error }: { error: unknown }) {
  const router = useRouter();
  useTitle("Error");
  const fault = error instanceof Error && !["ApiProblem", "TypeError"].includes(error.name) ? `This page has a fault: ${error.message}` : problemText(error);
  return (
    <div role="alert" className="mx-auto max-w-lg px-6 py-24 text-center">
      <PageTitle>Couldn't load this page</PageTitle>
      <p className="mt-2 mb-5 text-muted">{fault}</p>
      <Button kind="primary" onClick={() => void router.invalidate()}>Try again</Button>
    </div>
  );
}
