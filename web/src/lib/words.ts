/** The words of Carillon, spelled as the product spells them everywhere: page, CSV, API reference. Codes are the API's lower snake case. */

import type { EndedBySide } from "~/api/types";

export const campaignStatuses = ["draft", "queued", "running", "paused", "completed", "canceled"] as const;
export type CampaignStatus = (typeof campaignStatuses)[number];

export const contactStatuses = ["pending", "in_progress", "completed", "failed", "skipped", "canceled"] as const;
export type ContactStatus = (typeof contactStatuses)[number];

export const results = [
  "success",
  "transferred",
  "no_success",
  "callback",
  "opted_out",
  "voicemail",
  "no_answer",
  "busy",
  "declined",
] as const;
export type CallResult = (typeof results)[number];

/** Results in which a person was on the line; the others were not answered by one. */
export const answeredResults: readonly CallResult[] = ["success", "transferred", "no_success", "callback", "opted_out"];

/** Which side ended a call. */
export const endedBy: Record<EndedBySide, string> = {
  contact: "the contact",
  employee: "the AI employee",
  network: "the carrier or the network",
  stopped: "Carillon",
  crash: "Carillon, which ended without warning",
};

/** What a colour stands for; never shown without its icon and word. */
export type Meaning = "neutral" | "active" | "success" | "problem" | "excluded" | "hold" | "ended";

type Entry = { label: string; meaning: Meaning };

export const campaignStatus: Record<CampaignStatus, Entry> = {
  draft: { label: "Draft", meaning: "neutral" },
  queued: { label: "Queued", meaning: "excluded" },
  running: { label: "Running", meaning: "active" },
  paused: { label: "Paused", meaning: "hold" },
  completed: { label: "Completed", meaning: "success" },
  canceled: { label: "Canceled", meaning: "ended" },
};

export const contactStatus: Record<ContactStatus, Entry> = {
  pending: { label: "Pending", meaning: "neutral" },
  in_progress: { label: "In Progress", meaning: "active" },
  completed: { label: "Completed", meaning: "success" },
  failed: { label: "Failed", meaning: "problem" },
  skipped: { label: "Skipped", meaning: "excluded" },
  canceled: { label: "Canceled", meaning: "ended" },
};

export const resultLabel: Record<CallResult, string> = {
  success: "Success",
  transferred: "Transferred",
  no_success: "No success",
  callback: "Callback",
  opted_out: "Opted out",
  voicemail: "Voicemail",
  no_answer: "No answer",
  busy: "Busy",
  declined: "Declined",
};

export const categoryLabel: Record<string, string> = {
  network: "Network",
  invalid_number: "Invalid number",
  system: "System",
  audio: "Audio",
  carrier: "Carrier",
};

export const skipReasonLabel: Record<string, string> = {
  no_number: "No phone number",
  invalid_number: "Not a valid phone number",
  mangled_number: "Number mangled by a spreadsheet",
  duplicate: "Duplicate",
  forbidden_number: "Number that is never called",
  do_not_call: "On the Do not call list",
  missing_variable: "Missing value",
  excluded: "Excluded",
  called_in_sample: "Called in the sample",
  bad_row: "Unreadable row",
};

const small = new Set(["a", "an", "the", "no", "not", "is", "are", "was", "that", "of", "in", "it", "by", "and", "or"]);
const bearing = (text: string) => new Set((text.toLowerCase().match(/\p{L}+/gu) ?? []).filter((word) => !small.has(word)).map((word) => word.replace(/s$/, "")));

/** Why a contact is skipped, "Duplicate: of row 87", said once: without the detail when that only says the reason again. */
export function skippedBecause(text: string): string {
  const [reason = "", ...rest] = text.split(": ");
  const [title, detail] = [bearing(reason), bearing(rest.join(": "))];
  const within = (part: Set<string>, whole: Set<string>) => [...part].every((word) => whole.has(word));
  return within(title, detail) || within(detail, title) ? reason : text;
}

/** Why a Queued or Running campaign places no call just now. */
export const waitingLabel: Record<string, string> = {
  dialer: "Waiting for a running Carillon: nothing dials at the moment",
  start_time: "Waiting for its start time",
  calling_hours: "Waiting for calling hours",
  line: "Waiting for a free line",
  trunk: "Waiting for a trunk that takes calls",
  next_attempt: "Waiting for the time of the next attempt",
};

export const roleLabel: Record<string, string> = { admin: "Admin", operator: "Operator", viewer: "Viewer" };

/** A person's name as all pages show it. The demo's user is named "You": with the name to sign in, since others see it too. */
export const userName = ({ name, login }: { name: string; login: string }) => (name === "You" ? `You (${login})` : name);

/** "no_common_codec" becomes "No common codec": the last resort for a code this page has no word for. */
export function fromCode(code: string): string {
  const words = code.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
