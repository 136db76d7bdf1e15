import { type APIRequestContext, expect } from "@playwright/test";
import type { Schemas } from "../src/api/client";
import type { ContactStatus } from "../src/lib/words";
import type { World } from "../states";
import { carillon, type Served } from "./binary";

type Campaign = Schemas["Campaign"];
type Settings = Required<Pick<Schemas["CampaignSettings"], "lines" | "calls_per_second" | "ring_timeout_s" | "max_call_s">>;

/** The API as the page uses it, for making what the tests look at. */
export class Api {
  constructor(readonly request: APIRequestContext) {}

  private async ask<T>(method: string, path: string, data?: unknown, more: Record<string, string> = {}): Promise<T> {
    const headers: Record<string, string> = method === "POST" ? { "Idempotency-Key": `${Date.now()}-${Math.random()}` } : {};
    const response = await this.request.fetch(`/api/v1${path}`, { method, data, headers: { ...headers, ...more } });
    expect(response.ok(), `${method} ${path}: ${response.status()} ${await response.text()}`).toBe(true);
    return (await response.json()) as T;
  }

  get = <T>(path: string) => this.ask<T>("GET", path);
  post = <T>(path: string, data: unknown = {}) => this.ask<T>("POST", path, data);
  patch = <T>(path: string, data: unknown) => this.ask<T>("PATCH", path, data);
  put = (path: string, data: unknown, match: string) => this.ask<unknown>("PUT", path, data, { "If-Match": match });
  remove = async (path: string) => {
    const response = await this.request.delete(`/api/v1${path}`);
    expect(response.ok(), `DELETE ${path}: ${response.status()}`).toBe(true);
  };
  async upload(name: string, text: string): Promise<string> {
    const response = await this.request.post("/api/v1/uploads", { data: Buffer.from(text), headers: { "Content-Type": "application/octet-stream", "X-File-Name": encodeURIComponent(name), "Idempotency-Key": `${Date.now()}-${name}` } });
    expect(response.ok(), `POST /uploads: ${response.status()} ${await response.text()}`).toBe(true);
    return ((await response.json()) as Schemas["Upload"]).id;
  }
  campaign = (id: string) => this.get<Campaign>(`/campaigns/${id}`);

  /** Waits until the campaign is as wanted; on a busy machine that may take more than a minute. */
  async until(id: string, what: string, wanted: (campaign: Campaign) => boolean): Promise<Campaign> {
    const end = Date.now() + 180_000;
    for (;;) {
      const campaign = await this.campaign(id);
      if (wanted(campaign)) return campaign;
      expect(Date.now(), `${campaign.name}: ${what}; it is ${JSON.stringify({ ...campaign.state, ...campaign.counts })}`).toBeLessThan(end);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  /** A draft with the contacts of another campaign. */
  async copy(from: string, name: string, settings: Settings = quick, filter: Partial<Schemas["ContactFilter"]> = {}): Promise<Campaign> {
    const { id } = await this.post<Campaign>(`/campaigns/${from}/from-filter`, { name, filter });
    await this.until(id, "its contacts are there", ({ counts }) => counts.total > 0);
    return this.patch<Campaign>(`/campaigns/${id}`, { settings: { ...defaults, ...settings } });
  }
}

const defaults = { order: "as_uploaded", retry: {}, recording: true };
export const quick: Settings = { lines: 20, calls_per_second: 20, ring_timeout_s: 4, max_call_s: 6 };
/** One call after the other: it can be looked at for a long while. */
const slow: Settings = { lines: 2, calls_per_second: 0.04, ring_timeout_s: 20, max_call_s: 60 };

/** Asks until the answer is there; without it no test of the state can say anything, and that is a fault. */
async function wait<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  const end = Date.now() + 60_000;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > end) throw new Error(`The world has ${what} after a minute: what shows it can't be looked at.`);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

/** The first contact with the status. */
const oneContact = (api: Api, campaign: string, status: ContactStatus) =>
  wait(`no ${status} contact in ${campaign}`, async () => {
    const page = await api.get<Schemas["Page_ContactRow"]>(`/campaigns/${campaign}/contacts?status=${status}&per_page=25`);
    const row = page.items[0];
    return row && { campaign, row: row.row };
  });

/** The first call of the campaign that is as wanted. */
const oneCall = (api: Api, campaign: string, what: string, wanted: (call: Schemas["CallRow"]) => unknown) =>
  wait(`no ${what} call in ${campaign}`, async () => (await api.get<Schemas["CursorPage_CallRow"]>(`/calls?campaign=${campaign}&per_page=250`)).items.find(wanted)?.id);

/** Runs a copy until so many of its contacts are through: short calls, and no more at once than a busy machine can place. */
async function partly(api: Api, from: string, name: string, share: number): Promise<string> {
  const { id } = await api.copy(from, name, { lines: 30, calls_per_second: 10, ring_timeout_s: 3, max_call_s: 4 });
  await api.post(`/campaigns/${id}/start`);
  await api.until(id, "a part of it is called", ({ counts }) => counts.completed + counts.failed > share * counts.total);
  return id;
}

/** A file in which some rows can't be called, each for a reason of its own. */
const awkward = ["name,phone,city", "Ada Byron,(415) 555-0120,Oakland", "Leo Hart,4.15556E+09,Fresno", "Carla Quinn,415 555 0104,Reno", "Carla Quinn,+1 415 555 0104,Reno", "Kim Nowhere,n/a,Boise", "Omar Hassan,,Salem", "Mia Novak,(415) 555-0171,Provo", "Ines Costa,415555,Tempe"].join("\n");

/** A trunk that answers nothing: what calls by it waits. */
async function dead(api: Api): Promise<string> {
  const { id } = await api.post<Schemas["Trunk"]>("/trunks", { name: "Berlin-1", host: "127.0.0.1", port: 9, user: "1001", password: "not needed", register: true, lines: 20 });
  return id;
}

/** Campaigns in every status, from one that has been called already, and what else the pictures show. */
export async function makeWorld(api: Api, server: Served, practice: string): Promise<World> {
  const { items: found } = await api.get<Schemas["Page_CampaignRow"]>("/campaigns");
  const completed = found[0]?.id ?? "";
  const trunk = (await api.get<Schemas["TrunkList"]>("/trunks")).items[0]?.id ?? "";
  await api.patch("/settings", { name: "Northwind", time_zone: "America/New_York", default_country: "US" });
  const [host = "", port] = practice.split(":");
  await api.patch(`/trunks/${trunk}`, { name: "Practice network", settings: { host, port: Number(port), lines: 100, calls_per_second: 60, caller_id: "+14155550199" } });
  const waits = await dead(api);
  const waiting = await api.copy(completed, "Winter check-in", slow);
  await api.patch(`/campaigns/${waiting.id}`, { trunk: waits });
  await api.post(`/campaigns/${waiting.id}/start`);
  const queued = await api.copy(completed, "Loyalty survey", slow);
  await api.patch(`/campaigns/${queued.id}`, { trunk: waits });
  await api.post(`/campaigns/${queued.id}/start`);
  await api.post(`/campaigns/${queued.id}/pause`);
  // Resumed while nothing dials it is Queued; the server that comes back then has no trunk for it.
  await server.down();
  carillon(server.data, "campaign", "resume", "Loyalty survey");
  await server.up();
  await api.until(queued.id, "it is Queued", ({ state }) => state.status === "queued" && state.waiting_for === "trunk");
  const [paused, canceled, running] = await Promise.all([
    partly(api, completed, "Dormant B2C", 0.2),
    partly(api, completed, "Branch survey", 0.2),
    partly(api, completed, "March renewals", 0.15),
  ]);
  await api.post(`/campaigns/${paused}/pause`);
  await api.post(`/campaigns/${canceled}/stop`, { hang_up: true });
  await api.until(canceled, "what was not called is marked", ({ counts }) => counts.canceled > 0);
  await api.patch(`/campaigns/${running}`, { settings: { ...defaults, ...slow } });
  const campaigns: World["campaigns"] = {
    running, completed, paused, canceled, queued: queued.id, waiting: waiting.id,
    draft: (await api.copy(completed, "Spring offers", slow)).id,
    empty: (await api.post<Campaign>("/campaigns", { name: "Loyalty check" })).id,
    checked: (await api.post<Campaign>("/campaigns", { name: "Claims follow-up" })).id,
  };
  // From campaigns that stand still: what is looked at later is as it was. Of one that runs only the page's answers can be kept.
  const contacts: World["contacts"] = {
    pending: await oneContact(api, campaigns.draft, "pending"),
    in_progress: await oneContact(api, running, "completed"),
    completed: await oneContact(api, completed, "completed"),
    failed: await oneContact(api, completed, "failed"),
    skipped: await oneContact(api, completed, "skipped"),
    canceled: await oneContact(api, canceled, "canceled"),
  };
  const calls: World["calls"] = { recorded: await oneCall(api, completed, "recorded", (call) => call.has_recording), failed: await oneCall(api, completed, "failed", (call) => call.failure) };
  const { version } = await api.get<Schemas["Notes"]>(`/campaigns/${completed}/notes`);
  await api.put(`/campaigns/${completed}/notes`, { text: "Evening calls convert best. The price question comes up in the first 20 s: shorten the greeting." }, `"${version}"`);
  for (const [phone, reason] of [["+14155550171", "Asked by e-mail of 3 October"], ["+12125550172", "Wrong person"], ["+13125550173", null]]) await api.post("/do-not-call", { phone, reason });
  const { link } = await api.post<Schemas["InvitedUser"]>("/users", { login: "ben@example.com", name: "Ben Ode", role: "viewer" });
  const employees = await api.get<Schemas["EmployeeList"]>("/employees");
  const invitation = new URL(link.url);
  return {
    url: server.url, data: server.data, practice, campaigns, contacts, calls,
    upload: await api.upload("spring.csv", ["Full name;Mobile;premium;Notes", "Ada Byron;(415) 555-0120;57;likes mornings", "Leo Hart;(415) 555-0121;81;", "Carla Quinn;+1 415 555 0104;49;"].join("\n")),
    awkward: await api.upload("claims.csv", awkward),
    employee: employees.items[0]?.id ?? "",
    trunk,
    link: invitation.pathname + invitation.hash,
  };
}
