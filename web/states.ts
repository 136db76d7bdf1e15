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
  campaigns: Record<CampaignStatus | "empty" | "waiting" | "checked", string>;
  /** A row of each status, of a campaign where that stays as it is. */
  contacts: Record<ContactStatus, { campaign: string; row: number }>;
  calls: { recorded: string; failed: string };
  upload: string;
  /** A file with rows that can't be called. */
  awkward: string;
  employee: string;
  trunk: string;
  link: string;
}

export interface State {
  name: string;
  /** Id of the route in `src/app/routes.ts`. */
  route: string;
  path: (world: World) => string;
  /** Visible once the page is there. */
  shows: RegExp;
  campaign?: CampaignStatus;
  contact?: ContactStatus;
  /** Before sign-in. */
  signedOut?: boolean;
  /** What is done before the picture is taken: a button, menu item or box pressed by its words, a field filled, a file chosen, the session ended. */
  press?: (RegExp | { fill: string; text: string } | { file: string; size: number } | { file: string; text: string } | "end session")[];
  /** Visible once all that was pressed is done. */
  settled?: RegExp;
  /** Changes of the server's answers, for states that it can't be brought into by a test: a fault, an import that never ends. */
  answers?: { path: RegExp; status?: number; change?: (body: never) => unknown }[];
  /** No event stream: the page asks every 2 seconds, so that its live numbers can be put into the answers too. */
  polling?: boolean;
  /** The connection to the server is cut once the page is live; `refocus`: and the page comes to the front again. */
  lost?: { refocus?: boolean };
  /** A slow line, in bytes a second. */
  slow?: number;
}

const campaign = (status: keyof World["campaigns"], shows: RegExp, press?: RegExp[]): State => ({
  name: `campaign-${status}${press ? `-${press.filter((step) => step.source !== "^More actions$").map((step) => step.source.replace(/\W+/g, "").toLowerCase()).join("-")}` : ""}`,
  route: "/app/campaigns/$id/",
  path: (world) => `/campaigns/${world.campaigns[status]}?per_page=25`,
  shows,
  ...(status === "empty" || status === "waiting" || status === "checked" ? {} : { campaign: status }),
  ...(press ? { press } : {}),
});

const tab = (name: string, shows: RegExp, of: CampaignStatus = "completed", search = ""): State => ({
  name: `campaign-${name}${of === "completed" ? "" : `-${of}`}${search ? "-more" : ""}`,
  route: `/app/campaigns/$id/${name}`,
  path: (world) => `/campaigns/${world.campaigns[of]}/${name}${search}`,
  shows,
});

const contact = (status: ContactStatus, shows: RegExp): State => ({
  name: `contact-${status}`,
  route: "/app/campaigns/$id/",
  path: ({ contacts }) => `/campaigns/${contacts[status].campaign}?per_page=25&contact=${contacts[status].row}`,
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

/** A trunk's test with its true steps; how the last of them came out is chosen. */
const tested = (name: string, passed: boolean, outcome: string, settled: RegExp): State => ({
  ...page(`trunk-tested${name}`, "/app/settings/trunks", /Test trunk/),
  press: [/^Test trunk$/, /^Run test$/],
  settled,
  answers: [{ path: /\/api\/v1\/trunks\/[^/]+\/test$/, change: (body: { steps: object[] }) => ({ ...body, passed, steps: body.steps.map((step, index) => ({ ...step, outcome: index === body.steps.length - 1 ? outcome : "passed" })) }) }],
});

const one = /\/api\/v1\/campaigns\/[^/?]+$/;
const stats = /\/api\/v1\/campaigns\/[^/?]+\/stats$/;

/** A campaign of a million as it stands after a day and a half; `more` is what differs. */
function million(more: { state?: object; counts?: object; stats?: object } = {}): Pick<State, "answers" | "polling" | "campaign"> {
  const counts = { total: 1_000_000, pending: 389_410, in_progress: 386, completed: 596_900, failed: 1_204, skipped: 12_100, canceled: 0, ...more.counts };
  const live = { waiting: 6_312, lines: 400, lines_in_use: 386, calls_per_second: 10.9, eta_s: 37_800, answered: 306_210, duplicates: 9_870, finishing: 0, ...more.stats };
  type Body = { state: object };
  return {
    campaign: undefined,
    polling: true,
    answers: [
      { path: one, change: (body: Body) => ({ ...body, counts, state: { ...body.state, ...more.state } }) },
      { path: stats, change: (body: Body) => ({ ...body, counts, ...live, state: { ...body.state, ...more.state } }) },
    ],
  };
}

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
  { ...page("campaigns-first-steps", "/app/campaigns", /No campaigns yet/), answers: [{ path: /\/api\/v1\/campaigns\?/, change: () => ({ items: [], total: { count: 0, exact: true } }) }, { path: /\/api\/v1\/trunks$/, change: () => ({ items: [] }) }] },
  { ...page("session-ended", "/app/campaigns", /New campaign/), press: [/^Actions for Spring offers$/, "end session", /^Duplicate$/], settled: /Your session has ended/ },
  page("campaigns-no-match", "/app/campaigns", /No campaigns match these filters/, "/campaigns?q=nothing-has-this-name"),
  campaign("draft", /Start campaign/),
  campaign("draft", /Start campaign/, [/^More actions$/, /^Create sample campaign…$/]),
  campaign("draft", /Start campaign/, [/^More actions$/, /^Delete draft…$/]),
  { ...campaign("draft", /987,900/, [/^Start campaign$/]), ...million({ counts: { pending: 987_900, in_progress: 0, completed: 0, failed: 0 }, stats: { waiting: 0, lines_in_use: 0 } }), settled: /Not yet/ },
  campaign("queued", /Waiting for trunk/),
  campaign("waiting", /Waiting for trunk/),
  campaign("running", /Pause/),
  campaign("running", /Pause/, [/^Stop$/]),
  campaign("running", /Pause/, [/^Export$/]),
  { ...campaign("running", /386 of 400 lines/), ...million(), name: "campaign-million" },
  { ...campaign("running", /386 of 400 lines/, [/^Stop$/]), ...million(), name: "campaign-million-stop", settled: /Keep running/ },
  campaign("paused", /Paused by Ana Ruiz today/),
  { ...campaign("paused", /3 calls are finishing/), ...million({ counts: { in_progress: 3, pending: 389_793 }, stats: { finishing: 3, lines_in_use: 3 } }), name: "campaign-paused-finishing" },
  { ...campaign("paused", /Paused automatically/), ...million({ counts: { in_progress: 0, pending: 389_796 }, state: { by: "Carillon", why: "52% of 120 calls failed (503)", at: new Date().toISOString() } }), name: "campaign-paused-by-itself" },
  campaign("completed", /Results of/),
  campaign("completed", /Results of/, [/^Retry failed/]),
  campaign("completed", /Results of/, [/^More actions$/, /^New campaign from contacts…$/]),
  campaign("canceled", /Stopped/),
  { ...campaign("canceled", /10 calls are finishing; these figures are not final/), ...million({ counts: { pending: 0, in_progress: 10, canceled: 389_786 }, stats: { waiting: 0, finishing: 10 } }), name: "campaign-canceled-finishing" },
  { ...campaign("running", /Reconnecting/), name: "campaign-stream-lost", campaign: undefined, lost: {} },
  { ...campaign("running", /They go on by themselves/), name: "campaign-stream-lost-long", campaign: undefined, lost: {} },
  { ...campaign("running", /Couldn't load the newest state of this campaign/), name: "campaign-load-error-stale", campaign: undefined, lost: { refocus: true } },
  { ...campaign("draft", /Checking contacts: 412,000/), name: "campaign-importing", campaign: undefined, answers: [{ path: /\/api\/v1\/campaigns\/[^/?]+$/, change: (body: object) => ({ ...body, version: 1e9, counts: { total: 412_000, pending: 407_310, in_progress: 0, completed: 0, failed: 0, skipped: 4_690, canceled: 0 }, import: importing, blockers: [{ code: "importing", text: "Contacts are being imported." }] }) }, { path: /\/api\/v1\/imports\//, status: 503 }] },
  { ...campaign("running", /of the calls in the last 2 minutes failed/), name: "campaign-degraded", campaign: undefined, answers: [{ path: /\/minutes(\?|$)/, change: () => ({ items: [{ at: new Date().toISOString(), ended: 58, completed: 40, failed: 18 }] }) }] },
  { ...campaign("completed", /Couldn't load this campaign/), name: "campaign-load-error", campaign: undefined, answers: [{ path: /\/api\/v1\/campaigns\/[^/?]+$/, status: 500 }] },
  campaign("empty", /This campaign has no contacts/),
  { name: "campaign-not-found", route: "/app/campaigns/$id", path: () => "/campaigns/camp_00000000000000", shows: /doesn't exist or you can't see it/ },
  { name: "contacts-no-match", route: "/app/campaigns/$id/", path: (world) => `/campaigns/${world.campaigns.completed}?q=nobody-has-this-name`, shows: /No contacts match these filters/ },
  { name: "contacts-chosen", route: "/app/campaigns/$id/", path: (world) => `/campaigns/${world.campaigns.paused}?per_page=25`, shows: /Pending/, press: [/^Choose all rows of this page$/], settled: /25 on this page selected|25 selected/ },
  contact("pending", /Attempts/),
  { ...contact("pending", /2nd attempt after/), name: "contact-pending-again", answers: [{ path: /\/contacts\/\d+$/, change: (body: object) => ({ ...body, attempts: 1, due_at: new Date(Date.now() + 3_600_000).toISOString() }) }] },
  { ...contact("in_progress", /Attempts/), answers: [{ path: /\/contacts\/\d+$/, change: (body: { calls: object[] }) => ({ ...body, status: "in_progress", result: null, result_text: null, actions: [], calls: body.calls.map((call) => ({ ...call, outcome_text: null, talk_s: null, has_recording: false, phase: "answered" })) }) }] },
  contact("completed", /Attempts/),
  contact("failed", /What to do/),
  { ...contact("failed", /What to do/), name: "contact-do-not-call", press: [/^Do not call$/], settled: /Never call/ },
  contact("skipped", /Attempts/),
  contact("canceled", /Attempts/),
  // The world was called within a minute or two: here are enough of them for a chart.
  { ...tab("failures", /cause/), settled: /At most 3 in one minute/, answers: [{ path: /\/minutes(\?|$)/, change: () => ({ items: [1, 3, 0, 2, 1, 0].map((failed, index) => ({ at: new Date(Date.UTC(2026, 10, 24, 14, 10 + index)).toISOString(), ended: 20, completed: 20 - failed, failed })) }) }] },
  tab("failures", /No contact failed/, "draft"),
  tab("activity", /Also what happened to single contacts/, "completed", "?contacts=true"),
  tab("settings", /Lines at once/, "running"),
  tab("activity", /Also what happened to single contacts/),
  tab("settings", /Lines at once/),
  tab("notes", /What you learned/),
  { name: "wizard-1-basics", route: "/app/campaigns/new", path: () => "/campaigns/new", shows: /Campaign name/ },
  { name: "wizard-1-errors", route: "/app/campaigns/new", path: () => "/campaigns/new", shows: /Campaign name/, press: [/^Continue to contacts$/] },
  wizard(2, "contacts", /Drop a CSV or XLSX file here/),
  { ...wizard(2, "uploading", /Drop a CSV or XLSX file here/), press: [{ file: "renewals-march.csv", size: 4_800_000 }], settled: /of 4\.8 MB/, slow: 40_000 },
  { ...wizard(2, "paused", /Drop a CSV or XLSX file here/), press: [{ file: "renewals-march.csv", size: 4_800_000 }, /^Pause$/], settled: /Paused\. What has come stays/, slow: 40_000 },
  { ...wizard(2, "refused", /Drop a CSV or XLSX file here/), path: (world) => `/campaigns/new?step=2&draft=${world.campaigns.empty}`, press: [{ file: "broken.csv", text: `name,phone\n"Ada Byron,+14155550120\n${"Leo Hart,+14155550121\n".repeat(3)}` }], settled: /broken\.csv can't be taken/ },
  { ...wizard(3, "checked", /Default country/, (world) => `&upload=${world.awkward}`), path: (world) => `/campaigns/new?step=3&draft=${world.campaigns.checked}&upload=${world.awkward}`, press: [/^Check 8 rows$/], settled: /will be called/ },
  { ...wizard(3, "country", /Default country/, (world) => `&upload=${world.upload}`), press: [/^Check 3 rows$/], settled: /Choose a country for numbers/, answers: [
    { path: /\/api\/v1\/settings$/, change: (body: object) => ({ ...body, default_country: null }) },
    { path: /\/api\/v1\/uploads\//, change: (body: { columns: { numbers: object[] }[] }) => ({ ...body, needs_country: 3, columns: body.columns.map((column) => ({ ...column, numbers: column.numbers.map((number) => ({ ...number, phone: null, problem: "the number has no country code" })) })) }) },
  ] },
  wizard(3, "columns", /Default country/, (world) => `&upload=${world.upload}`),
  wizard(4, "pace", /Lines at once/),
  wizard(5, "review", /Start places real calls/),
  page("calls", "/app/calls", /Placed/),
  { ...page("calls-none", "/app/calls", /No calls yet/), answers: [{ path: /\/api\/v1\/calls\?/, change: () => ({ items: [] }) }] },
  page("calls-no-match", "/app/calls", /No calls match these filters/, "/calls?q=99999999999"),
  { name: "call", route: "/app/calls/$id", path: ({ calls }) => `/calls/${calls.recorded}`, shows: /Transcript/ },
  { name: "call-failed", route: "/app/calls/$id", path: ({ calls }) => `/calls/${calls.failed}`, shows: /What to do/ },
  { name: "call-not-found", route: "/app/calls/$id", path: () => "/calls/call_00000000000000", shows: /doesn't exist or you can't see it/ },
  page("employees", "/app/employees", /Greeting/),
  { name: "employee", route: "/app/employees/$id", path: (world) => `/employees/${world.employee}`, shows: /Used by/ },
  page("do-not-call", "/app/do-not-call", /Check a number/),
  { ...page("do-not-call-none", "/app/do-not-call", /Check a number/), answers: [{ path: /\/api\/v1\/do-not-call\?/, change: () => ({ items: [] }) }] },
  { ...page("do-not-call-no-country", "/app/do-not-call", /Check a number/), press: [{ fill: "Check a number", text: "0151 23456812" }, /^Check$/], settled: /No country code: choose the default country/, answers: [{ path: /\/api\/v1\/settings$/, change: (body: object) => ({ ...body, default_country: null }) }] },
  { ...page("do-not-call-add", "/app/do-not-call", /Check a number/), press: [/^Add a number$/] },
  { ...page("do-not-call-list", "/app/do-not-call", /Check a number/), press: [/^Add a list$/] },
  page("trunks", "/app/settings/trunks", /Test trunk/),
  { ...page("trunk-test", "/app/settings/trunks", /Test trunk/), press: [/^Test trunk$/], settled: /Close/ },
  tested("", true, "passed", /Every step that was tried passed/),
  tested("-warning", true, "warning", /look at the step that is marked/),
  tested("-failed", false, "failed", /Something is wrong/),
  page("trunk-new", "/app/settings/trunks/new", /Carrier's host or address/),
  { ...page("trunk-new-errors", "/app/settings/trunks/new", /Carrier's host or address/), press: [/^Add trunk$/] },
  { name: "trunk-edit", route: "/app/settings/trunks/$id", path: (world) => `/settings/trunks/${world.trunk}`, shows: /Carrier's host or address/ },
  page("users", "/app/settings/users", /Invite user/),
  { ...page("users-invite", "/app/settings/users", /Invite user/), press: [/^Invite user$/] },
  page("api-keys", "/app/settings/api-keys", /Make key/),
  { ...page("api-keys-new", "/app/settings/api-keys", /Make key/), press: [/^Make key$/] },
  { ...page("api-keys-made", "/app/settings/api-keys", /Make key/), press: [/^Make key$/, { fill: "Name", text: "CRM sync" }, /^Make key$/], settled: /won't see it again/ },
  page("audit", "/app/settings/audit", /Request/),
  page("server", "/app/settings/server", /Name of the workspace/),
  page("account", "/app/settings/account", /Where you are signed in/),
  { name: "not-found", route: "__root__", path: () => "/nothing-is-here", shows: /There is no such page/ },
];
