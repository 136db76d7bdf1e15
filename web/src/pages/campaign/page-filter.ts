import { useParams, useSearch } from "@tanstack/react-router";
import { useMemo } from "react";
import type { ContactFilter } from "~/api/types";
import { useZone } from "~/app/session";
import { startOfDay } from "~/lib/time";
import { contactsSearch } from "~/pages/campaigns/search";

/** The contacts table's filters, when the campaign's page is open. */
export function usePageFilter(campaign: string): ContactFilter | undefined {
  const raw = useSearch({ strict: false }) as Record<string, unknown>;
  const { id } = useParams({ strict: false });
  const zone = useZone();
  return useMemo(() => {
    if (id !== campaign) return undefined;
    const { status, result, reason, handled, from, to, q } = contactsSearch(raw);
    if (![status, result, reason, handled, from, to, q].some(Boolean)) return undefined;
    return { status: status ?? [], result: result ?? [], reason, q, handled: handled === undefined ? undefined : handled === "yes", from: from && startOfDay(from, zone), to: to && startOfDay(to, zone, 1) };
  }, [raw, zone, id, campaign]);
}

