import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { ask, http, usePress } from "~/api/client";
import { isProblem } from "~/api/problem";
import type { Campaign, RetryScope } from "~/api/types";
import { counted } from "~/lib/format";
import { campaignStatus, type CampaignStatus } from "~/lib/words";
import { applyCampaign } from "~/live/apply";
import { problemText } from "~/ui/states";
import { type Toast, toast as show } from "~/ui/toast";

const slow = 10_000;

/** Who changed it, for somebody whose press came second. */
function wasFaster(campaign: Campaign): string {
  const { by, status } = campaign.state;
  return `${campaign.name} is ${campaignStatus[status].label} already${by ? `: ${by} was faster` : ""}.`;
}

/**
 * What a person presses on a campaign. The status changes by the server's answer only; after 10 seconds without one the page says so and looks.
 * Somebody else's press is shown as what it is, not as an error.
 */
export function useCampaignActions(campaign: Pick<Campaign, "id" | "name"> & { control_version?: number }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const path = { id: campaign.id };
  const toast = (text: string, options: { kind?: Toast["kind"]; action?: Toast["action"] } = {}) => show(text, { ...options, topic: campaign.id });
  const header = campaign.control_version === undefined ? {} : { "If-Match": `"${campaign.control_version}"` };
  const params = { path, header };

  /** `wanted`: the statuses that the press would have brought about. Only when it has one of them somebody was faster; else nothing was done, and why. */
  const failed = (what: string, ...wanted: CampaignStatus[]) => (error: unknown) => {
    const current = isProblem(error, "wrong_state", "version_changed") && typeof error.current === "object" && error.current !== null && "control_version" in error.current ? (error.current as Campaign) : undefined;
    if (current) applyCampaign(client, current);
    else void client.invalidateQueries({ queryKey: ["campaign", campaign.id] });
    if (current && wanted.includes(current.state.status)) toast(wasFaster(current), { kind: "info" });
    else if (isProblem(error, "version_changed")) toast(`${campaign.name} was changed meanwhile: look, and press again.`, { kind: "problem" });
    else toast(`Couldn't ${what}. ${problemText(error)}`, { kind: "problem" });
  };

  /** Says so when the answer is late; the answer still counts when it comes. */
  async function patiently<T>(work: Promise<T>, maybe: string): Promise<T> {
    const timer = setTimeout(() => {
      toast(`Still waiting for the server. ${maybe}: checking…`, { kind: "info" });
      void client.invalidateQueries({ queryKey: ["campaign", campaign.id] });
      void client.invalidateQueries({ queryKey: ["stats", campaign.id] });
    }, slow);
    try {
      return await work;
    } finally {
      clearTimeout(timer);
    }
  }

  const resume = useMutation({
    mutationFn: () => patiently(ask(http.POST("/api/v1/campaigns/{id}/resume", { params })), "The campaign may run again already"),
    onSuccess: (next) => {
      applyCampaign(client, next);
      toast(next.state.status === "queued" ? `Resumed. ${next.state.waiting_text ?? "It waits"}.` : "Resumed. Calls go on.");
    },
    onError: failed("resume the campaign", "running", "queued"),
  });

  const pause = useMutation({
    mutationFn: () => patiently(ask(http.POST("/api/v1/campaigns/{id}/pause", { params, body: {} })), "The campaign may be paused already"),
    onSuccess: (next) => {
      applyCampaign(client, next);
      const active = next.counts.in_progress;
      toast(active > 0 ? `Paused. ${counted(active, "call")} ${active === 1 ? "is" : "are"} finishing.` : "Paused.", { action: { label: "Resume", run: () => resume.mutate() } });
    },
    onError: failed("pause the campaign", "paused"),
  });

  const start = useMutation({
    mutationFn: () => patiently(ask(http.POST("/api/v1/campaigns/{id}/start", { params })), "The campaign may have started already"),
    onSuccess: (next) => {
      applyCampaign(client, next);
      toast(next.state.status === "queued" ? `Started. ${next.state.waiting_text ?? "It waits"}.` : "Started. The first calls go out within seconds.");
    },
    onError: failed("start the campaign", "running", "queued"),
  });

  const stop = useMutation({
    mutationFn: (hangUp: boolean) => patiently(ask(http.POST("/api/v1/campaigns/{id}/stop", { params, body: { hang_up: hangUp } })), "The campaign may be stopped already"),
    onSuccess: (next) => {
      applyCampaign(client, next);
      toast("Stopped for good.");
    },
    onError: failed("stop the campaign", "canceled"),
  });

  const retry = useMutation({
    mutationFn: (which: { scope: RetryScope; code?: string }) =>
      patiently(ask(http.POST("/api/v1/campaigns/{id}/retry", { params, body: { scope: which.scope, ...(which.code ? { code: which.code as never } : {}) } })), "The contacts may be waiting for their call already"),
    onSuccess: ({ campaign: next, retried, remaining }) => {
      applyCampaign(client, next);
      for (const key of ["contacts", "failures", "contact"]) void client.invalidateQueries({ queryKey: [key, campaign.id] });
      toast(`${counted(retried + remaining, "contact")} will be called again${next.state.status === "paused" ? " when you resume" : ""}.`);
    },
    onError: failed("retry"),
  });

  const remove = useMutation({
    mutationFn: () => ask(http.DELETE("/api/v1/campaigns/{id}", { params })),
    onSuccess: async () => {
      await navigate({ to: "/campaigns" });
      client.removeQueries({ queryKey: ["campaign", campaign.id] });
      void client.invalidateQueries({ queryKey: ["campaigns"] });
      toast(`Draft “${campaign.name}” deleted.`);
    },
    onError: failed("delete the draft"),
  });

  const duplicating = usePress();
  const sampling = usePress();
  const openNew = (words: string) => async (made: Campaign) => {
    applyCampaign(client, made);
    await navigate({ to: "/campaigns/$id", params: { id: made.id } });
    toast(words);
  };

  const duplicate = useMutation({
    mutationFn: () => duplicating.send(path, (headers) => ask(http.POST("/api/v1/campaigns/{id}/duplicate", { headers, params: { path }, body: {} }))),
    onSuccess: openNew("Duplicated: the same settings, no contacts yet."),
    onError: failed("duplicate the campaign"),
  });

  const sample = useMutation({
    mutationFn: (wish: { rows: number; skip_in_parent: boolean }) => sampling.send({ path, wish }, (headers) => ask(http.POST("/api/v1/campaigns/{id}/sample", { headers, params: { path }, body: wish }))),
    onSuccess: (made) => {
      void client.invalidateQueries({ queryKey: ["stats", campaign.id] });
      return openNew(`Sample of ${counted(made.counts.total, "contact")} made.`)(made);
    },
    onError: failed("make the sample"),
  });

  return { start, pause, resume, stop, retry, remove, duplicate, sample };
}

export type CampaignActions = ReturnType<typeof useCampaignActions>;
