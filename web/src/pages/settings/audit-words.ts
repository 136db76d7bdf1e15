import type { operations } from "~/api/schema";
import { fromCode } from "~/lib/words";

/** What was done, as people say it; a new operation without words here still shows its name. */
const words: Partial<Record<keyof operations, string>> = {
  api_key_create: "Made an API key",
  api_key_revoke: "Revoked an API key",
  call_hang_up: "Hung up a call",
  campaign_create: "Made a campaign",
  campaign_delete: "Deleted a draft",
  campaign_duplicate: "Duplicated a campaign",
  campaign_edit: "Changed a campaign",
  campaign_from_filter: "Made a campaign from contacts",
  campaign_notes_edit: "Changed a campaign's notes",
  campaign_pause: "Paused a campaign",
  campaign_resume: "Resumed a campaign",
  campaign_retry: "Retried failed contacts",
  campaign_sample: "Made a sample campaign",
  campaign_start: "Started a campaign",
  campaign_stop: "Stopped a campaign",
  contact_bulk: "Changed many contacts",
  contact_exclude: "Excluded a contact",
  contact_handled: "Marked a contact as handled by hand",
  contact_restore: "Undid a contact's exclusion",
  contact_retry: "Retried a contact",
  do_not_call_add: "Added a number to Do not call",
  do_not_call_import: "Added a list to Do not call",
  do_not_call_remove: "Removed a number from Do not call",
  export_create: "Began an export",
  export_delete: "Deleted an export",
  import_cancel: "Canceled an import",
  import_create: "Began an import of contacts",
  session_password: "Changed the own password",
  session_sign_in: "Signed in",
  session_sign_out: "Signed out",
  session_use_link: "Signed in by a link",
  settings_edit: "Changed the server's settings",
  trunk_create: "Added a trunk",
  trunk_delete: "Deleted a trunk",
  trunk_edit: "Changed a trunk",
  trunk_test: "Tested a trunk",
  upload_create: "Began an upload",
  upload_delete: "Deleted an upload",
  upload_part: "Sent a part of a file",
  user_edit: "Changed a user",
  user_invite: "Invited a user",
  user_link: "Made a sign-in link for a user",
  user_remove: "Removed a user",
  user_sign_out: "Signed a user out",
};

export const actionWords = (action: string) => words[action as keyof operations] ?? fromCode(action);

/** For the filter, by their words. */
export const actions = Object.entries(words).map(([value, text]) => ({ value, text })).sort((a, b) => a.text.localeCompare(b.text));
