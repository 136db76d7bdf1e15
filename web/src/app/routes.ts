import { createRootRoute, createRoute, createRouter, lazyRouteComponent, redirect } from "@tanstack/react-router";
import { queryClient, sessionQuery } from "~/api/queries";
import { isProblem } from "~/api/problem";
import { parseAddress, positive, searchParser, text, writeAddress } from "~/lib/search";
import { campaignsSearch, contactsSearch } from "~/pages/campaigns/search";
import { callsSearch } from "~/pages/calls/search";
import { doNotCallSearch } from "~/pages/do-not-call/search";
import { auditSearch } from "~/pages/settings/search";
import { Frame } from "./frame";
import { NotFound, Root, RouteError } from "./root";

const root = createRootRoute({ component: Root, notFoundComponent: NotFound, errorComponent: RouteError });

const signIn = createRoute({
  getParentRoute: () => root,
  path: "/sign-in",
  validateSearch: searchParser({ next: text(2000) }),
  component: lazyRouteComponent(() => import("~/pages/sign-in/sign-in"), "SignInPage"),
});

const link = createRoute({ getParentRoute: () => root, path: "/link", component: lazyRouteComponent(() => import("~/pages/sign-in/link"), "LinkPage") });

/** Everything behind the sign-in, inside the frame. */
const app = createRoute({
  getParentRoute: () => root,
  id: "app",
  component: Frame,
  errorComponent: RouteError,
  beforeLoad: async ({ location }) => {
    try {
      await queryClient.ensureQueryData(sessionQuery);
    } catch (error) {
      if (isProblem(error) && error.status === 401) throw redirect({ to: "/sign-in", search: { next: location.href === "/" ? undefined : location.href } });
      throw error;
    }
  },
});

const under = { getParentRoute: () => app };

const home = createRoute({ ...under, path: "/", beforeLoad: () => { throw redirect({ to: "/campaigns" }); } });

const campaigns = createRoute({ ...under, path: "/campaigns", validateSearch: campaignsSearch, component: lazyRouteComponent(() => import("~/pages/campaigns/list"), "CampaignsPage") });

const newCampaign = createRoute({
  ...under,
  path: "/campaigns/new",
  validateSearch: searchParser({ step: positive(1, 5), draft: text(60), upload: text(60) }),
  component: lazyRouteComponent(() => import("~/pages/wizard/wizard"), "WizardPage"),
});

const campaign = createRoute({ ...under, path: "/campaigns/$id", component: lazyRouteComponent(() => import("~/pages/campaign/campaign"), "CampaignPage") });
const inCampaign = { getParentRoute: () => campaign };
const contacts = createRoute({ ...inCampaign, path: "/", validateSearch: contactsSearch, component: lazyRouteComponent(() => import("~/pages/campaign/contacts"), "ContactsTab") });
const failures = createRoute({ ...inCampaign, path: "/failures", component: lazyRouteComponent(() => import("~/pages/campaign/failures"), "FailuresTab") });
const activity = createRoute({ ...inCampaign, path: "/activity", validateSearch: searchParser({ contacts: (value) => (value === true || value === "true" ? true : undefined) }), component: lazyRouteComponent(() => import("~/pages/campaign/activity"), "ActivityTab") });
const campaignSettings = createRoute({ ...inCampaign, path: "/settings", component: lazyRouteComponent(() => import("~/pages/campaign/settings"), "CampaignSettingsTab") });
const notes = createRoute({ ...inCampaign, path: "/notes", component: lazyRouteComponent(() => import("~/pages/campaign/notes"), "NotesTab") });

const calls = createRoute({ ...under, path: "/calls", validateSearch: callsSearch, component: lazyRouteComponent(() => import("~/pages/calls/list"), "CallsPage") });
const call = createRoute({ ...under, path: "/calls/$id", component: lazyRouteComponent(() => import("~/pages/calls/call"), "CallPage") });

const employees = createRoute({ ...under, path: "/employees", component: lazyRouteComponent(() => import("~/pages/employees/list"), "EmployeesPage") });
const employee = createRoute({ ...under, path: "/employees/$id", component: lazyRouteComponent(() => import("~/pages/employees/employee"), "EmployeePage") });

const doNotCall = createRoute({ ...under, path: "/do-not-call", validateSearch: doNotCallSearch, component: lazyRouteComponent(() => import("~/pages/do-not-call/do-not-call"), "DoNotCallPage") });

const settings = createRoute({ ...under, path: "/settings", component: lazyRouteComponent(() => import("~/pages/settings/settings"), "SettingsPage") });
const inSettings = { getParentRoute: () => settings };
const settingsHome = createRoute({ ...inSettings, path: "/", beforeLoad: () => { throw redirect({ to: "/settings/trunks" }); } });
const trunks = createRoute({ ...inSettings, path: "/trunks", component: lazyRouteComponent(() => import("~/pages/settings/trunks"), "TrunksPage") });
const newTrunk = createRoute({ ...inSettings, path: "/trunks/new", component: lazyRouteComponent(() => import("~/pages/settings/trunk-form"), "NewTrunkPage") });
const trunk = createRoute({ ...inSettings, path: "/trunks/$id", component: lazyRouteComponent(() => import("~/pages/settings/trunk-form"), "EditTrunkPage") });
const users = createRoute({ ...inSettings, path: "/users", component: lazyRouteComponent(() => import("~/pages/settings/users"), "UsersPage") });
const apiKeys = createRoute({ ...inSettings, path: "/api-keys", component: lazyRouteComponent(() => import("~/pages/settings/api-keys"), "ApiKeysPage") });
const audit = createRoute({ ...inSettings, path: "/audit", validateSearch: auditSearch, component: lazyRouteComponent(() => import("~/pages/settings/audit"), "AuditPage") });
const server = createRoute({ ...inSettings, path: "/server", component: lazyRouteComponent(() => import("~/pages/settings/server"), "ServerPage") });
const account = createRoute({ ...inSettings, path: "/account", component: lazyRouteComponent(() => import("~/pages/settings/account"), "AccountPage") });

export const router = createRouter({
  routeTree: root.addChildren([
    signIn,
    link,
    app.addChildren([
      home,
      campaigns,
      newCampaign,
      campaign.addChildren([contacts, failures, activity, campaignSettings, notes]),
      calls,
      call,
      employees,
      employee,
      doNotCall,
      settings.addChildren([settingsHome, trunks, newTrunk, trunk, users, apiKeys, audit, server, account]),
    ]),
  ]),
  parseSearch: parseAddress,
  stringifySearch: writeAddress,
  defaultPreload: "intent",
  scrollRestoration: true,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
