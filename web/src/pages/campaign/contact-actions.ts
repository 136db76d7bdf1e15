import { useMutation, useQueryClient } from "@tanstack/react-query";
import { ask, http } from "~/api/client";
import type { Contact } from "~/api/types";
import { counted, phone } from "~/lib/format";
import { problemText } from "~/ui/states";
import { toast } from "~/ui/toast";

/** What a person does with one contact. Excluding and marking can be undone, so they ask nothing. */
export function useContactActions(campaign: string, onChanged?: () => void) {
  const client = useQueryClient();
  const took = (contact: Contact) => {
    client.setQueryData(["contact", campaign, contact.row], contact);
    for (const key of ["contacts", "failures", "stats"]) void client.invalidateQueries({ queryKey: [key, campaign] });
    void client.invalidateQueries({ queryKey: ["campaign", campaign] });
    onChanged?.();
  };
  const failed = (what: string) => (error: unknown) => toast(`Couldn't ${what}. ${problemText(error)}`, { kind: "problem" });
  const params = (row: number) => ({ params: { path: { id: campaign, row } } });
  const name = (contact: Contact) => contact.name || phone(contact.phone ?? contact.phone_text);

  const restore = useMutation({
    mutationFn: (row: number) => ask(http.POST("/api/v1/campaigns/{id}/contacts/{row}/restore", params(row))),
    onSuccess: (contact) => {
      took(contact);
      toast(`${name(contact)} is back in the campaign.`);
    },
    onError: failed("undo the exclusion"),
  });
  const exclude = useMutation({
    mutationFn: (row: number) => ask(http.POST("/api/v1/campaigns/{id}/contacts/{row}/exclude", params(row))),
    onSuccess: (contact) => {
      took(contact);
      // In a campaign that is over it stays excluded.
      toast(`${name(contact)} excluded.`, { action: contact.actions.includes("restore") ? { label: "Undo", run: () => restore.mutate(contact.row) } : undefined });
    },
    onError: failed("exclude the contact"),
  });
  const retry = useMutation({
    mutationFn: (row: number) => ask(http.POST("/api/v1/campaigns/{id}/contacts/{row}/retry", params(row))),
    onSuccess: (contact) => {
      took(contact);
      toast(`${name(contact)} will be called again.`);
    },
    onError: failed("retry the contact"),
  });
  const handled = useMutation({
    mutationFn: ({ row, ...body }: { row: number; handled: boolean; note: string }) => ask(http.POST("/api/v1/campaigns/{id}/contacts/{row}/handled", { ...params(row), body })),
    onSuccess: (contact) => {
      took(contact);
      toast(contact.handled ? `${name(contact)} marked as handled by hand.` : `Mark taken off ${name(contact)}.`);
    },
    onError: failed("change the mark"),
  });
  const block = useMutation({
    mutationFn: ({ number, reason }: { number: string; reason: string }) => ask(http.POST("/api/v1/do-not-call", { body: { phone: number, reason: reason || null } })),
    onSuccess: ({ entry, skipped_contacts, added }) => {
      void client.invalidateQueries();
      onChanged?.();
      toast(added ? `${phone(entry.phone)} is never called again.${skipped_contacts > 0 ? ` ${counted(skipped_contacts, "waiting contact")} skipped.` : ""}` : `${phone(entry.phone)} was on the list already.`);
    },
    onError: failed("add the number to Do not call"),
  });
  return { exclude, restore, retry, handled, block };
}

export type ContactActions = ReturnType<typeof useContactActions>;
