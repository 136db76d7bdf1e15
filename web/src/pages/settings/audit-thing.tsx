import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { Schemas } from "~/api/client";
import { count } from "~/lib/format";

/** Names of the things that rows name by id; absent as long as nobody knows them. */
export interface Names {
  campaigns: Map<string, string>;
  trunks?: Map<string, string>;
  users?: Map<string, string>;
  employees?: Map<string, string>;
}

/** Deleted by this very act: it can't be opened any more. */
const removals = new Set(["campaign_delete", "trunk_delete", "user_remove", "upload_delete", "export_delete"]);

const kinds: Record<string, string> = { camp: "Campaign", call: "Call", emp: "AI employee", trunk: "Trunk", user: "User", key: "API key", upload: "File", import: "Import", export: "Export", sess: "Session" };

/** The thing that something was done to: by its name, as a link when it is still there. What has no page is said in words. */
export function AuditThing({ row, names }: { row: Schemas["AuditRow"]; names: Names }) {
  const details = (row.details ?? {}) as Record<string, unknown>;
  const said = [details.name, details.file, details.login].find((value): value is string => typeof value === "string" && value !== "");
  const [id = "", part] = (row.target ?? "").split("/");
  const kind = id.includes("_") ? id.slice(0, id.indexOf("_")) : "";
  const word = kinds[kind];
  if (!word) return <>{row.target ?? said ?? "–"}</>;
  const plain = (text: ReactNode) => <span title={id}>{text}</span>;
  if (removals.has(row.action) && row.status < 400) return plain(said ? `${word} ${said}` : word);
  if (kind === "camp") {
    const contact = part !== undefined && /^\d+$/.test(part) ? Number(part) : undefined;
    return (
      <>
        <Link to="/campaigns/$id" params={{ id }} title={id} className="link">{names.campaigns.get(id) ?? said ?? word}</Link>
        {contact !== undefined && <>, <Link to="/campaigns/$id" params={{ id }} search={{ contact }} className="link">row {count(contact)}</Link></>}
      </>
    );
  }
  if (kind === "call") return <Link to="/calls/$id" params={{ id }} title={id} className="link">{word}</Link>;
  if (kind === "trunk") return names.trunks && !names.trunks.has(id) ? plain(`${word} ${said ?? ""} (deleted)`.replace("  ", " ")) : <Link to="/settings/trunks/$id" params={{ id }} title={id} className="link">{names.trunks?.get(id) ?? said ?? word}</Link>;
  if (kind === "emp") return <Link to="/employees/$id" params={{ id }} title={id} className="link">{names.employees?.get(id) ?? said ?? word}</Link>;
  if (kind === "user") return names.users && !names.users.has(id) ? plain(`${word} ${said ?? ""} (removed)`.replace("  ", " ")) : <Link to="/settings/users" title={id} className="link">{names.users?.get(id) ?? said ?? word}</Link>;
  if (kind === "key") return <Link to="/settings/api-keys" title={id} className="link">{said ?? word}</Link>;
  return plain(said ? `${word} ${said}` : word);
}
