import { type APIRequestContext, expect } from "@playwright/test";
import type { Schemas } from "../src/api/client";
import type { CampaignStatus, ContactStatus } from "../src/lib/words";
import type { World } from "../states";

type Campaign = Schemas["Campaign"];

/** The API as the page uses it, for making what the pictures show. */
export class Api {
  constructor(readonly request: APIRequestContext) {}

  async get<T>(path: string): Promise<T> {
    const response = await this.request.get(`/api/v1${path}`);
    expect(response.ok(), `GET ${path}: ${response.status()} ${await response.text()}`).toBe(true);
    return (await response.json()) as T;
  }

  async post<T>(path: string, data: unknown = {}): Promise<T> {
    const response = await this.request.post(`/api/v1${path}`, { data, headers: { "Idempotency-Key": `${Date.now()}-${Math.random()}` } });
    expect(response.ok(), `POST ${path}: ${response.status()} ${await response.text()}`).toBe(true);
    return (await response.json()) as T;
  }

  async patch<T>(path: string, data: unknown): Promise<T> {
    const response = await this.request.patch(`/api/v1${path}`, { data });
    expect(response.ok(), `PATCH ${path}: ${response.status()} ${await response.text()}`).toBe(true);
    return (await response.json()) as T;
  }

  /** A draft with the contacts of another campaign. */
  async copy(from: string, name: string, filter: Partial<Schemas["ContactFilter"]> = {}): Promise<Campaign> {
    const made = await this.post<Campaign>(`/campaigns/${from}/from-filter`, { name, filter });
    await expect.poll(async () => (await this.get<Campaign>(`/campaigns/${made.id}`)).counts.total, { message: `${name} gets its contacts` }).toBeGreaterThan(0);
    return this.get<Campaign>(`/campaigns/${made.id}`);
  }
}

/** Slow enough to be looked at while it runs. */
const slowly = { lines: 1, calls_per_second: 0.2, order: "as_uploaded", retry: {}, ring_timeout_s: 30, max_call_s: 300, recording: true } as const;

async function oneContact(api: Api, campaigns: string[], status: ContactStatus): Promise<World["contacts"][ContactStatus]> {
  for (const campaign of campaigns) {
    const page = await api.get<Schemas["Page_ContactRow"]>(`/campaigns/${campaign}/contacts?status=${status}&per_page=25`);
    const row = page.items[0];
    if (row) return { campaign, row: row.row };
  }
  return undefined;
}

/** Brings campaigns into every status that the rules allow, from the one that has been called already. */
export async function makeWorld(api: Api, called: string): Promise<World> {
  const make = async (name: string, press: string[], settings: Partial<typeof slowly> | null = slowly) => {
    const made = await api.copy(called, name);
    if (settings) await api.patch(`/campaigns/${made.id}`, { settings });
    for (const action of press) await api.post(`/campaigns/${made.id}/${action}`);
    return made.id;
  };
  const campaigns = {
    completed: called,
    draft: await make("Spring offers", []),
    paused: await make("Dormant B2C", ["start", "pause"]),
    canceled: await make("Branch survey", ["start", "stop"]),
    running: await make("March renewals", ["start"]),
    // Another campaign has the only line of this pace: whether it is Queued or Running and waiting is the server's to say.
    queued: await make("Winter check-in", ["start"]),
    empty: (await api.post<Campaign>("/campaigns", { name: "Loyalty check" })).id,
  } satisfies Record<CampaignStatus | "empty", string>;
  const calls = await api.get<Schemas["CursorPage_CallRow"]>(`/calls?campaign=${called}&per_page=250`);
  const every = Object.values(campaigns);
  const contacts: World["contacts"] = {};
  for (const status of ["pending", "in_progress", "completed", "failed", "skipped", "canceled"] as const) contacts[status] = await oneContact(api, every, status);
  const users = await api.post<Schemas["InvitedUser"]>("/users", { login: "ben@example.com", name: "Ben Ode", role: "viewer" });
  const trunks = await api.get<Schemas["TrunkList"]>("/trunks");
  const employees = await api.get<Schemas["EmployeeList"]>("/employees");
  const link = new URL(users.link.url);
  return {
    campaigns,
    contacts,
    calls: { recorded: calls.items.find((call) => call.has_recording)?.id, failed: calls.items.find((call) => call.failure)?.id },
    upload: "",
    employee: employees.items[0]?.id ?? "",
    trunk: trunks.items[0]?.id ?? "",
    link: link.pathname + link.hash,
  };
}
