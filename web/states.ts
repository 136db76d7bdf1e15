/**
 * Every page in every state that it can be in. The browser tests visit each in both themes, take its picture and look for barriers;
 * `test/states.test.ts` fails when a route, a campaign's status or a contact's status has no entry.
 */
import type { CampaignStatus, ContactStatus } from "./src/lib/words";

/** What the tests made on the server before they visit. */
export interface World {
  /** Address of the server. */
  url: string;
  /** Its data folder. */
  data: string;
  /** Address of the practice network. */
  practice: string;
  campaigns: Record<CampaignStatus | "empty" | "waiting", string>;
  /** A row of the completed campaign by status; those of other campaigns where it has none. */
  contacts: Partial<Record<ContactStatus, { campaign: string; row: number }>>;
  calls: { recorded?: string; failed?: string };
  upload: string;
  employee: string;
  trunk: string;
  link: string;
}

export interface State {
  name: string;
  /** Id of the route in `src/app/routes.ts`. */
  route: string;
  path: (world: World) => string | undefined;
  /** Visible once the page is there. */
  shows: RegExp;
  campaign?: CampaignStatus;
  contact?: ContactStatus;
  /** Before sign-in. */
  signedOut?: boolean;
  /** Buttons to press, by their words, before the picture is taken. */
  press?: RegExp[];
  /** Visible once all that was pressed is done. */
  settled?: RegExp;
  /** Changes of the server's answers, for states that it can't be brought into by a test: a fault, an import that never ends. */
  answers?: { path: RegExp; status?: number; change?: (body: never) => unknown }[];
}

const campaign = (status: keyof World["campaigns"], shows: RegExp, press?: RegExp[]): State => ({
  name: `campaign-${status}${press ? `-${press.map((step) => step.source.replace(/\W+/g, "").toLowerCase()).join("-")}` : ""}`,
  route: "/app/campaigns/$id/",
  path: (world) => `/campaigns/${world.campaigns[status]}?per_page=25`,
  shows,
  ...(status === "empty" || status === "waiting" ? {} : { campaign: status }),
  ...(press ? { press } : {}),
});

const tab = (name: string, shows: RegExp): State => ({ name: `campaign-${name}`, route: `/app/campaigns/$id/${name}`, path: (world) => `/campaigns/${world.campaigns.completed}/${name}`, shows });

const contact = (status: ContactStatus, shows: RegExp): State => ({
  name: `contact-${status}`,
  route: "/app/campaigns/$id/",
  path: ({ contacts }) => contacts[status] && `/campaigns/${contacts[status].campaign}?per_page=25&contact=${contacts[status].row}`,
  shows,
  contact: status,
});

const wizard = (step: number, name: string, shows: RegExp, more: (world: World) => string = () => ""): State => ({
  name: `wizard-${step}-${name}`,
  route: "/app/campaigns/new",
  path: (world) => `/campaigns/new?step=${step}&draft=${world.campaigns.draft}${more(world)}`,
  shows,
});

const page = (name: string, route: string, shows: RegExp, path = route.replace("/app", "")): State => ({ name, route, path: () => path, shows });

const importing = { id: "import_0000000000000", state: "running", rows_done: 412_000, rows_total: 1_000_000 };

export const states: State[] = [
  { name: "sign-in", route: "/sign-in", path: () => "/sign-in", shows: /Sign in/, signedOut: true },
  { name: "sign-in-wrong", route: "/sign-in", path: () => "/sign-in", shows: /Sign in/, press: [/^Sign in$/], signedOut: true },
  { name: "link", route: "/link", path: (world) => world.link, shows: /Choose a new password|Welcome to Carillon|Set up Carillon/, signedOut: true },
  { name: "link-spent", route: "/link", path: () => "/link#spent", shows: /This link doesn't work/, signedOut: true },
  page("campaigns", "/app/campaigns", /New campaign/),
  { ...page("campaigns-importing", "/app/campaigns", /412,000 of 1,000,000 checked/), answers: [{ path: /\/api\/v1\/campaigns\?/, change: (body: { items: { state: { status: string } }[] }) => ({ ...body, items: body.items.map((row) => (row.state.status === "draft" ? { ...row, import: importing } : row)) }) }] },
  { ...page("campaigns-load-error", "/app/campaigns", /Couldn't load campaigns/), answers: [{ path: /\/api\/v1\/campaigns\?/, status: 500 }] },
  { ...page("campaigns-export", "/app/campaigns", /New campaign/), press: [/^Actions for Autumn check-in$/, /^Export…$/], settled: /A row per contact/ },
  { ...page("shortcuts", "/app/campaigns", /New campaign/), press: [/account and preferences$/, /^Keyboard shortcuts$/], settled: /Next contact/ },
  page("campaigns-no-match", "/app/campaigns", /No campaigns match these filters/, "/campaigns?q=nothing-has-this-name"),
  campaign("draft", /Start campaign/),
  campaign("queued", /Waiting for a trunk/),
  campaign("waiting", /Waiting for a trunk/),
  campaign("running", /Pause/),
  campaign("running", /Pause/, [/^Stop$/]),
  campaign("running", /Pause/, [/^Export$/]),
  campaign("paused", /Resume/),
  campaign("completed", /Results of/),
  campaign("completed", /Results of/, [/^Retry failed/]),
  campaign("canceled", /Stopped/),
  { ...campaign("draft", /Checking contacts: 412,000/), name: "campaign-importing", campaign: undefined, answers: [{ path: /\/api\/v1\/campaigns\/[^/?]+$/, change: (body: object) => ({ ...body, import: importing, blockers: [{ code: "importing", text: "Contacts are being imported." }] }) }, { path: /\/api\/v1\/imports\//, status: 503 }] },
  { ...campaign("running", /of the calls in the last 2 minutes failed/), name: "campaign-degraded", campaign: undefined, answers: [{ path: /\/minutes$/, change: () => ({ items: [{ at: new Date().toISOString(), ended: 58, completed: 40, failed: 18 }] }) }] },
  { ...campaign("completed", /Couldn't load this campaign/), name: "campaign-load-error", campaign: undefined, answers: [{ path: /\/api\/v1\/campaigns\/[^/?]+$/, status: 500 }] },
  campaign("empty", /This campaign has no contacts/),
  { name: "campaign-not-found", route: "/app/campaigns/$id", path: () => "/campaigns/camp_00000000000000", shows: /doesn't exist or you can't see it/ },
  { name: "contacts-no-match", route: "/app/campaigns/$id/", path: (world) => `/campaigns/${world.campaigns.completed}?q=nobody-has-this-name`, shows: /No contacts match these filters/ },
  contact("pending", /Attempts/),
  contact("in_progress", /Attempts/),
  contact("completed", /Attempts/),
  contact("failed", /What to do/),
  contact("skipped", /Attempts/),
  contact("canceled", /Attempts/),
  tab("failures", /cause|No contact failed/),
  tab("activity", /Also what happened to single contacts/),
  tab("settings", /Lines at once/),
  tab("notes", /What you learned/),
  { name: "wizard-1-basics", route: "/app/campaigns/new", path: () => "/campaigns/new", shows: /Campaign name/ },
  { name: "wizard-1-errors", route: "/app/campaigns/new", path: () => "/campaigns/new", shows: /Campaign name/, press: [/^Continue to contacts$/] },
  wizard(2, "contacts", /Drop a CSV or XLSX file here/),
  wizard(3, "columns", /Default country/, (world) => `&upload=${world.upload}`),
  wizard(4, "pace", /Lines at once/),
  wizard(5, "review", /Start places real calls/),
  page("calls", "/app/calls", /Placed|No calls yet/),
  page("calls-no-match", "/app/calls", /No calls match these filters/, "/calls?q=99999999999"),
  { name: "call", route: "/app/calls/$id", path: ({ calls }) => calls.recorded && `/calls/${calls.recorded}`, shows: /Transcript/ },
  { name: "call-failed", route: "/app/calls/$id", path: ({ calls }) => calls.failed && `/calls/${calls.failed}`, shows: /What to do/ },
  { name: "call-not-found", route: "/app/calls/$id", path: () => "/calls/call_00000000000000", shows: /doesn't exist or you can't see it/ },
  page("employees", "/app/employees", /Greeting/),
  { name: "employee", route: "/app/employees/$id", path: (world) => `/employees/${world.employee}`, shows: /Used by/ },
  page("do-not-call", "/app/do-not-call", /Check a number/),
  { ...page("do-not-call-add", "/app/do-not-call", /Check a number/), press: [/^Add a number$/] },
  { ...page("do-not-call-list", "/app/do-not-call", /Check a number/), press: [/^Add a list$/] },
  page("trunks", "/app/settings/trunks", /Test trunk/),
  { ...page("trunk-test", "/app/settings/trunks", /Test trunk/), press: [/^Test trunk$/], settled: /Close/ },
  page("trunk-new", "/app/settings/trunks/new", /Carrier's host or address/),
  { ...page("trunk-new-errors", "/app/settings/trunks/new", /Carrier's host or address/), press: [/^Add trunk$/] },
  { name: "trunk-edit", route: "/app/settings/trunks/$id", path: (world) => `/settings/trunks/${world.trunk}`, shows: /Carrier's host or address/ },
  page("users", "/app/settings/users", /Invite user/),
  { ...page("users-invite", "/app/settings/users", /Invite user/), press: [/^Invite user$/] },
  page("api-keys", "/app/settings/api-keys", /Make key/),
  { ...page("api-keys-new", "/app/settings/api-keys", /Make key/), press: [/^Make key$/] },
  page("audit", "/app/settings/audit", /Request/),
  page("server", "/app/settings/server", /Name of the workspace/),
  page("account", "/app/settings/account", /Where you are signed in/),
  { name: "not-found", route: "__root__", path: () => "/nothing-is-here", shows: /There is no such page/ },
];
