import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useBlocker, useNavigate, useSearch } from "@tanstack/react-router";
import { ArrowLeft, Check } from "lucide-react";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { ask, http, type Schemas, usePress } from "~/api/client";
import { ApiProblem, isProblem } from "~/api/problem";
import { campaignQuery, employeesQuery, importQuery, trunksQuery } from "~/api/queries";
import type { Campaign, CampaignSettings } from "~/api/types";
import { rememberedList, useBack } from "~/app/back";
import { useCan } from "~/app/session";
import { applyCampaign } from "~/live/apply";
import { Button, buttonClass } from "~/ui/button";
import { cx } from "~/ui/cx";
import { ErrorSummary } from "~/ui/field";
import { PageHead, useTitle } from "~/ui/page";
import { ErrorCard, Notice, problemText, Skeleton } from "~/ui/states";
import { CampaignBadge } from "~/ui/status";
import { type FieldError, PaceForm, paceErrors } from "../campaign/pace-form";
import { Basics, type BasicsValue } from "./basics";
import { Columns } from "./columns";
import { Review } from "./review";
import { UploadStep } from "./upload";

export const steps = ["Basics", "Contacts", "Match columns", "Pace", "Review"] as const;

const defaults: CampaignSettings = { lines: 10, calls_per_second: 5, order: "as_uploaded", ring_timeout_s: 30, max_call_s: 300, recording: true, retry: {} };

function Stepper({ step, draft, upload, noFile }: { step: number; draft: string | undefined; upload: string | undefined; noFile: boolean }) {
  return (
    <nav aria-label="Steps">
      <ol className="mb-5 grid grid-cols-5 gap-2">
        {steps.map((label, index) => {
          const number = index + 1;
          const done = number < step && !(noFile && (number === 2 || number === 3));
          const reachable = number === 1 || (draft !== undefined && (number !== 3 || upload !== undefined || step > 3));
          const inner = (
            <>
              <span className={cx("grid size-5 shrink-0 place-items-center rounded-full border t-micro", number === step ? "border-accent bg-accent text-on-accent" : done ? "border-accent text-accent" : "border-line-strong text-muted")}>
                {done ? <Check aria-hidden className="size-3" strokeWidth={3} /> : number}
              </span>
              <span className="max-md:sr-only">{label}</span>
              {done && <span className="sr-only">, done</span>}
            </>
          );
          const shape = cx("flex min-h-8 items-center gap-2 border-t-2 pt-2 t-label", done || number === step ? "border-accent" : "border-line", number !== step && "text-muted");
          return (
            <li key={label}>
              {reachable && number !== step ? <Link to="/campaigns/new" search={{ step: number === 1 ? undefined : number, draft, upload }} className={cx(shape, "hover:text-fg")}>{inner}</Link> : <span aria-current={number === step ? "step" : undefined} className={shape}>{inner}</span>}
            </li>
          );
        })}
      </ol>
    </nav>
  );
}

/** The bar at the foot of every step. */
export function WizardFoot({ back, draft, upload, children }: { back?: number; draft?: string; upload?: string; children: ReactNode }) {
  return (
    <>
      <div className="min-h-6 flex-1" />
    <div className="bottom-0 z-10 -mx-4 -mb-4 flex flex-wrap items-center gap-3 border-t border-line bg-surface px-4 py-3 max-md:*:grow md:sticky md:-mx-6 md:-mb-6 md:px-6 lg:-mx-8 lg:px-8">
      {back && <Link to="/campaigns/new" search={{ step: back === 1 ? undefined : back, draft, upload }} className={buttonClass()}><ArrowLeft aria-hidden className="size-4" />{steps[back - 1]}</Link>}
      <span className="flex-1 max-md:hidden" />
      {children}
    </div>
    </>
  );
}

/** Five steps with real addresses; each is saved when it is left, so Back never loses anything. */
export function WizardPage() {
  const { step = 1, draft, upload } = useSearch({ from: "/app/campaigns/new" });
  const existing = useQuery({ ...campaignQuery(draft ?? ""), enabled: draft !== undefined });
  useBack("/campaigns", "Campaigns", rememberedList("/campaigns"));
  useTitle(`Step ${step}: ${steps[step - 1]}`, existing.data?.name ?? "New campaign", "Campaigns");
  const { operate } = useCan();
  if (!operate) return <><PageHead title="New campaign" /><Notice meaning="neutral">Making campaigns needs the role Operator. Ask an administrator.</Notice></>;
  // What is there stays, also when asking again fails: people have typed on it.
  if (draft && existing.isError && !existing.data) return <><PageHead title="New campaign" /><ErrorCard what="this draft" error={existing.error} onRetry={() => void existing.refetch()} /></>;
  if (draft && !existing.data) return <><PageHead title="New campaign" /><Skeleton className="h-96 w-full" /></>;
  return <Steps key={draft ?? "new"} campaign={existing.data} step={existing.data ? step : 1} upload={upload} />;
}

function Steps({ campaign, step, upload }: { campaign: Campaign | undefined; step: number; upload: string | undefined }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const employees = useQuery(employeesQuery).data;
  const trunks = useQuery(trunksQuery).data;
  const [basics, setBasics] = useState<BasicsValue>({ name: campaign?.name ?? "", employee: campaign?.employee.id ?? "", trunk: campaign?.trunk.id ?? "" });
  const [settings, setSettings] = useState<CampaignSettings>(campaign?.settings ?? defaults);
  const [errors, setErrors] = useState<FieldError[]>([]);
  const [refused, setRefused] = useState<string | null>(null);
  const draft = campaign?.id;
  // What the draft was when the step was begun: somebody else's change since then is not written over unseen.
  const [base, setBase] = useState(campaign);
  const newest = useQuery({ ...importQuery(campaign?.import?.id ?? ""), enabled: step === 3 && campaign?.import?.state === "failed" }).data;
  const started = campaign && campaign.state.status !== "draft";

  const go = (next: number, id = draft, file = upload) => navigate({ to: "/campaigns/new", search: { step: next === 1 ? undefined : next, draft: id, upload: file } });
  const failed = (error: unknown) => {
    if (isProblem(error, "version_changed") && error.current) {
      const current = error.current as Campaign;
      applyCampaign(client, current);
      setBase(current);
      setErrors([{ field: "", message: "Somebody changed this draft meanwhile. What you typed is still here: continue again to keep it." }]);
    } else if (isProblem(error, "name_taken")) setErrors([{ field: "name", message: "Another campaign has this name: choose another one" }]);
    else if (error instanceof ApiProblem && error.errors.length > 0) setErrors(error.errors.map((entry) => ({ ...entry, field: entry.field.replace(/^settings\./, "") })));
    else setErrors([{ field: "", message: problemText(error) }]);
  };
  const chosen = { employee: basics.employee || employees?.items[0]?.id, trunk: basics.trunk || trunks?.items[0]?.id };
  const dirty = {
    basics: base !== undefined && (basics.name !== base.name || chosen.employee !== base.employee.id || chosen.trunk !== base.trunk.id),
    pace: base !== undefined && JSON.stringify(settings) !== JSON.stringify(base.settings),
  };
  // Each step begins with the draft as it is now, unless something typed was not saved yet.
  useEffect(() => {
    setErrors([]);
    if (!campaign || dirty.basics || dirty.pace) return;
    setBase(campaign);
    setBasics({ name: campaign.name, employee: campaign.employee.id, trunk: campaign.trunk.id });
    setSettings(campaign.settings);
  }, [step]);
  const press = usePress();
  const edit = (body: Schemas["EditCampaign"]) => ask(http.PATCH("/api/v1/campaigns/{id}", { params: { path: { id: draft ?? "" }, header: base && { "If-Match": `"${base.control_version}"` } }, body }));
  const took = (made: Campaign) => {
    applyCampaign(client, made);
    setBase(made);
    return made;
  };
  const saveBasics = useMutation({
    mutationFn: async () => {
      const body = { name: basics.name.trim(), employee: chosen.employee, trunk: chosen.trunk };
      if (draft) return edit(body);
      // Never more at once than the trunk has: the page would promise what can't be.
      const trunk = trunks?.items.find((entry) => entry.id === chosen.trunk);
      const within = { lines: Math.min(settings.lines ?? 1, trunk?.lines ?? Infinity), calls_per_second: Math.min(settings.calls_per_second ?? 1, trunk?.calls_per_second ?? Infinity) };
      const made = { ...body, settings: { ...settings, ...within } };
      return press.send(made, (headers) => ask(http.POST("/api/v1/campaigns", { headers, body: made })));
    },
    onSuccess: (made) => {
      setBasics((now) => ({ ...now, name: took(made).name }));
      if (!draft) setSettings(made.settings);
    },
    onError: failed,
  });
  const savePace = useMutation({ mutationFn: () => edit({ settings }), onSuccess: (made) => setSettings(took(made).settings), onError: failed });
  const wrong: Partial<Record<number, () => FieldError[]>> = {
    1: () => [
      ...(basics.name.trim() === "" ? [{ field: "name", message: "Enter a name for the campaign" }] : []),
      ...(chosen.employee ? [] : [{ field: "employee", message: "There is no AI employee yet" }]),
      ...(chosen.trunk ? [] : [{ field: "trunk", message: "There is no trunk yet: connect one in Settings, Trunks" }]),
    ],
    4: () => paceErrors(settings),
  };
  /** Saves the step that shows; without a draft when it could not be, and the page says why. */
  const save = async (): Promise<Campaign | undefined> => {
    const found = wrong[step]?.() ?? [];
    setErrors(found);
    if (found.length > 0) return undefined;
    // What went wrong stands on the page already.
    return (step === 1 ? saveBasics : savePace).mutateAsync().catch(() => undefined);
  };
  const saving = saveBasics.isPending || savePace.isPending;
  const saved = useRef(false);
  const forward = async (to: number) => {
    if (saving) return;
    const made = await save();
    if (!made) return;
    saved.current = true;
    await go(to, made.id);
    saved.current = false;
  };
  // However a step is left, by a link, Back or the rail: what was typed is saved. When that fails it stays, and who presses again leaves without.
  const given = useRef("");
  const unsaved = (step === 1 && dirty.basics) || ((step === 3 || step === 4) && dirty.pace);
  useBlocker({
    enableBeforeUnload: false,
    disabled: !unsaved,
    shouldBlockFn: async ({ next }) => {
      if (saved.current) return false;
      const inside = next.pathname === "/campaigns/new";
      if (saving) return true;
      if (!inside && given.current === next.pathname) return false;
      if (await save()) return false;
      given.current = next.pathname;
      if (!inside) setErrors((found) => [...found, { field: "", message: "This is not saved. Press again to leave without saving it." }]);
      return true;
    },
  });
  const trunk = trunks?.items.find((entry) => entry.id === chosen.trunk);
  if (started) {
    return (
      <>
        <PageHead title={campaign.name} badge={<CampaignBadge status={campaign.state.status} />} />
        <Notice meaning="neutral" action={<Link to="/campaigns/$id" params={{ id: campaign.id }} className="font-medium underline underline-offset-2">Open it</Link>}>This campaign has been started already; it is no draft any more.</Notice>
      </>
    );
  }
  // A step is done when something came of it: without a file, or with one that could not be taken, these two are not.
  const noFile = campaign !== undefined && campaign.counts.total === 0 && !["waiting", "running"].includes(campaign.import?.state ?? "") && !(step === 3 && upload !== undefined && newest?.upload !== upload);
  const summary = errors.map((error) => ({ message: error.message, field: error.field || undefined }));
  return (
    <>
      <PageHead key={step} title={campaign?.name ?? "New campaign"} badge={campaign && <CampaignBadge status="draft" />} actions={campaign && <span className="t-small text-muted">Saved as draft</span>} />
      <Stepper step={step} draft={draft} upload={upload} noFile={noFile} />
      {step === 1 && (
        <form noValidate className="flex flex-1 flex-col" onSubmit={(event) => { event.preventDefault(); void forward(2); }}>
          <ErrorSummary errors={summary} />
          <Basics value={{ name: basics.name, employee: chosen.employee ?? "", trunk: chosen.trunk ?? "" }} onChange={setBasics} employees={employees?.items} trunks={trunks?.items} errors={errors} />
          <WizardFoot><Button kind="primary" type="submit" pending={saveBasics.isPending} pendingLabel="Saving…">Continue to contacts</Button></WizardFoot>
        </form>
      )}
      {step === 2 && campaign && <UploadStep campaign={campaign} upload={upload} refused={refused} onUploaded={(id) => { setRefused(null); void go(3, draft, id); }} onContinue={() => void go(upload ? 3 : 4)} />}
      {step === 3 && campaign && <Columns key={upload ?? "none"} campaign={campaign} upload={upload} order={settings.order ?? "as_uploaded"} onOrder={(order) => setSettings({ ...settings, order })} beforeImport={async () => !dirty.pace || (await save()) !== undefined} errors={summary} onContinue={() => void go(4)} onRefused={(why) => { setRefused(why); void navigate({ to: "/campaigns/new", search: { step: 2, draft }, replace: true }); }} />}
      {step === 4 && campaign && (
        <form noValidate className="flex flex-1 flex-col" onSubmit={(event) => { event.preventDefault(); void forward(5); }}>
          <ErrorSummary errors={summary} />
          <PaceForm settings={settings} onChange={setSettings} errors={errors} trunkLines={trunk?.lines} contacts={campaign.counts.pending} orderFixed={campaign.counts.total > 0} />
          <WizardFoot back={upload ? 3 : 2} draft={draft} upload={upload}><Button kind="primary" type="submit" pending={savePace.isPending} pendingLabel="Saving…">Continue to review</Button></WizardFoot>
        </form>
      )}
      {step === 5 && campaign && <Review campaign={campaign} upload={upload} />}
    </>
  );
}
