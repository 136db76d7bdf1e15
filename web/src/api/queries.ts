import { infiniteQueryOptions, keepPreviousData, QueryClient, queryOptions } from "@tanstack/react-query";
import { ask, http } from "./client";
import { isProblem } from "./problem";
import type { ContactPage } from "./types";

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      refetchOnWindowFocus: true,
      // What the server refused stays refused; a lost connection is tried once more.
      retry: (failures, error) => failures < 1 && !(isProblem(error) && error.status < 500),
    },
    mutations: { retry: 0 },
  },
});

export const sessionQuery = queryOptions({
  queryKey: ["session"],
  queryFn: () => ask(http.GET("/api/v1/session"), { signedOutIsFine: true }),
  staleTime: 60_000,
  retry: false,
});

export const instanceQuery = queryOptions({ queryKey: ["instance"], queryFn: () => ask(http.GET("/api/v1/instance")), staleTime: 60_000 });
export const catalogQuery = queryOptions({ queryKey: ["catalog"], queryFn: () => ask(http.GET("/api/v1/catalog")), staleTime: Infinity });

export interface CampaignListQuery {
  status?: string;
  q?: string;
  employee?: string;
  from?: string;
  to?: string;
  sort: string;
  page: number;
  per_page: number;
}

export const campaignsQuery = (query: CampaignListQuery) =>
  queryOptions({
    queryKey: ["campaigns", query],
    queryFn: () => ask(http.GET("/api/v1/campaigns", { params: { query } })),
    placeholderData: keepPreviousData,
  });

export const campaignQuery = (id: string) =>
  queryOptions({ queryKey: ["campaign", id], queryFn: () => ask(http.GET("/api/v1/campaigns/{id}", { params: { path: { id } } })) });

/** The seven numbers; the event stream writes into this entry. */
export const statsQuery = (id: string) =>
  queryOptions({ queryKey: ["stats", id], queryFn: () => ask(http.GET("/api/v1/campaigns/{id}/stats", { params: { path: { id } } })) });

export interface ContactListQuery {
  status?: string;
  result?: string;
  reason?: string;
  handled?: boolean;
  from?: string;
  to?: string;
  q?: string;
  /** Only when a person chose one: else the server knows the order that suits the filters. */
  sort?: string;
  page?: number;
  per_page: number;
  after?: string;
  before?: string;
}

export const contactsQuery = (id: string, query: ContactListQuery) =>
  queryOptions({
    queryKey: ["contacts", id, query],
    queryFn: async (): Promise<ContactPage> => {
      const began = Date.now();
      return { ...(await ask(http.GET("/api/v1/campaigns/{id}/contacts", { params: { path: { id }, query } }))), began };
    },
    placeholderData: keepPreviousData,
    // Rows never move under the reader: they come again when asked for.
    refetchOnWindowFocus: false,
    staleTime: 30_000,
  });

export const contactQuery = (id: string, row: number) =>
  queryOptions({ queryKey: ["contact", id, row], queryFn: () => ask(http.GET("/api/v1/campaigns/{id}/contacts/{row}", { params: { path: { id, row } } })) });

export const summaryQuery = (id: string) =>
  queryOptions({ queryKey: ["summary", id], queryFn: () => ask(http.GET("/api/v1/campaigns/{id}/summary", { params: { path: { id } } })) });

export const failuresQuery = (id: string) =>
  queryOptions({ queryKey: ["failures", id], queryFn: () => ask(http.GET("/api/v1/campaigns/{id}/failures", { params: { path: { id } } })) });

/** The last `minutes` of calling; without it as many as a chart shows. */
export const minutesQuery = (id: string, minutes?: number) =>
  queryOptions({ queryKey: ["minutes", id, minutes], queryFn: () => ask(http.GET("/api/v1/campaigns/{id}/minutes", { params: { path: { id }, query: { minutes } } })), staleTime: 30_000 });

export const retryPreviewQuery = (id: string) =>
  queryOptions({ queryKey: ["retry", id], queryFn: () => ask(http.GET("/api/v1/campaigns/{id}/retry", { params: { path: { id } } })), staleTime: 0 });

export const notesQuery = (id: string) =>
  queryOptions({ queryKey: ["notes", id], queryFn: () => ask(http.GET("/api/v1/campaigns/{id}/notes", { params: { path: { id } } })) });

export const activityQuery = (id: string, contacts: boolean) =>
  infiniteQueryOptions({
    queryKey: ["activity", id, contacts],
    queryFn: ({ pageParam }) => ask(http.GET("/api/v1/campaigns/{id}/activity", { params: { path: { id }, query: { contacts, after: pageParam, per_page: 50 } } })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
  });

/** A file, looked at as its rows would be read: the country of numbers without a code, and what a person changed about its form. */
export const uploadQuery = (id: string, campaign: string, country?: string, format: { encoding?: string; separator?: string; header?: boolean; sheet?: string } = {}) =>
  queryOptions({
    queryKey: ["upload", id, country ?? "", format, campaign],
    queryFn: () => ask(http.GET("/api/v1/uploads/{id}", { params: { path: { id }, query: { ...format, country: country || undefined, campaign } } })),
  });

export const importQuery = (id: string) =>
  queryOptions({ queryKey: ["import", id], queryFn: () => ask(http.GET("/api/v1/imports/{id}", { params: { path: { id } } })) });

export const skippedQuery = (id: string) =>
  queryOptions({ queryKey: ["skipped", id], queryFn: () => ask(http.GET("/api/v1/imports/{id}/skipped", { params: { path: { id } } })) });

/** The newest exports of a campaign; those that are not over are looked at again. */
export const exportsQuery = (campaign: string) =>
  queryOptions({
    queryKey: ["exports", campaign],
    queryFn: () => ask(http.GET("/api/v1/campaigns/{id}/exports", { params: { path: { id: campaign } } })),
    staleTime: 0,
    refetchInterval: ({ state }) => (state.data?.items.some((job) => job.state === "waiting" || job.state === "running") ? 2_000 : false),
  });

export const exportQuery = (id: string) =>
  queryOptions({ queryKey: ["export", id], queryFn: () => ask(http.GET("/api/v1/exports/{id}", { params: { path: { id } } })) });

export const callQuery = (id: string) =>
  queryOptions({ queryKey: ["call", id], queryFn: () => ask(http.GET("/api/v1/calls/{id}", { params: { path: { id } } })) });

export interface CallListQuery {
  campaign?: string;
  result?: string;
  live?: boolean;
  recorded?: boolean;
  from?: string;
  to?: string;
  q?: string;
  per_page: number;
}

export const callsQuery = (query: CallListQuery) =>
  infiniteQueryOptions({
    queryKey: ["calls", query],
    queryFn: ({ pageParam }) => ask(http.GET("/api/v1/calls", { params: { query: { ...query, after: pageParam } } })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
    placeholderData: keepPreviousData,
  });

export const randomCallsQuery = (campaign: string, draw: number) =>
  queryOptions({
    queryKey: ["random-calls", campaign, draw],
    queryFn: () => ask(http.GET("/api/v1/calls/random", { params: { query: { campaign, n: 5 } } })),
    staleTime: Infinity,
  });

export const employeesQuery = queryOptions({ queryKey: ["employees"], queryFn: () => ask(http.GET("/api/v1/employees")) });
export const employeeQuery = (id: string) =>
  queryOptions({ queryKey: ["employee", id], queryFn: () => ask(http.GET("/api/v1/employees/{id}", { params: { path: { id } } })) });

export const trunksQuery = queryOptions({ queryKey: ["trunks"], queryFn: () => ask(http.GET("/api/v1/trunks")) });
export const usersQuery = queryOptions({ queryKey: ["users"], queryFn: () => ask(http.GET("/api/v1/users")) });
export const userSessionsQuery = (id: string) =>
  queryOptions({ queryKey: ["user-sessions", id], queryFn: () => ask(http.GET("/api/v1/users/{id}/sessions", { params: { path: { id } } })) });
export const apiKeysQuery = queryOptions({ queryKey: ["api-keys"], queryFn: () => ask(http.GET("/api/v1/api-keys")) });
export const settingsQuery = queryOptions({ queryKey: ["settings"], queryFn: () => ask(http.GET("/api/v1/settings")) });

export const auditQuery = (query: { user?: string; action?: string; from?: string; to?: string }) =>
  infiniteQueryOptions({
    queryKey: ["audit", query],
    queryFn: ({ pageParam }) => ask(http.GET("/api/v1/audit", { params: { query: { ...query, after: pageParam, per_page: 50 } } })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
    placeholderData: keepPreviousData,
  });

export const doNotCallQuery = (query: { q?: string; source?: "manual" | "import" | "call" | "api" | "other" }) =>
  infiniteQueryOptions({
    queryKey: ["do-not-call", query],
    queryFn: ({ pageParam }) => ask(http.GET("/api/v1/do-not-call", { params: { query: { ...query, after: pageParam, per_page: 50 } } })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
    placeholderData: keepPreviousData,
  });
