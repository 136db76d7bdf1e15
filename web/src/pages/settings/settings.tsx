import { Link, Outlet, useMatchRoute } from "@tanstack/react-router";
import { useCan } from "~/app/session";
import { PageHead, useTitle } from "~/ui/page";
import { Notice } from "~/ui/states";

const parts = [
  { to: "/settings/trunks", label: "Trunks" },
  { to: "/settings/users", label: "Users", admin: true },
  { to: "/settings/api-keys", label: "API keys", admin: true },
  { to: "/settings/audit", label: "Audit log", admin: true },
  { to: "/settings/server", label: "Server" },
  { to: "/settings/account", label: "Your account" },
] as const;

/** Where the address led to a part that somebody may not see. */
function NotYours({ label }: { label: string }) {
  useTitle(label, "Settings");
  return <><PageHead title={label} /><Notice meaning="neutral">This page needs the role Admin. Ask an administrator.</Notice></>;
}

/** The frame of the settings pages: what somebody may not see is not there. */
export function SettingsPage() {
  const { administer } = useCan();
  const matches = useMatchRoute();
  const refused = administer ? undefined : parts.find((part) => "admin" in part && Boolean(matches({ to: part.to, fuzzy: true })));
  return (
    <>
      <nav aria-label="Settings" className="no-print -mx-4 mb-5 flex gap-6 overflow-x-auto border-b border-line px-4 [scrollbar-width:none] md:mx-0 md:px-0">
        {parts.filter((part) => administer || !("admin" in part)).map((part) => (
          <Link key={part.to} to={part.to} className="-mb-px inline-flex h-10 shrink-0 items-center border-b-2 border-transparent t-label text-muted -outline-offset-2! hover:text-fg data-[status=active]:border-accent data-[status=active]:text-fg coarse:h-11">{part.label}</Link>
        ))}
      </nav>
      {refused ? <NotYours key={refused.to} label={refused.label} /> : <Outlet />}
    </>
  );
}
