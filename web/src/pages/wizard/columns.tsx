import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Check, FileText } from "lucide-react";
import { type ReactNode, useEffect, useMemo, useRef, useState } from "react";
import { ask, http, usePress } from "~/api/client";
import { mayPass } from "~/api/problem";
import { catalogQuery, importQuery, settingsQuery, uploadQuery } from "~/api/queries";
import type { Campaign, ColumnTarget, Import, UploadPreview } from "~/api/types";
import { bytes, counted, phone } from "~/lib/format";
import { Button } from "~/ui/button";
import { ErrorSummary, Radio, Select } from "~/ui/field";
import { ErrorCard, Notice, problemText, Skeleton } from "~/ui/states";
import { TableSkeleton } from "~/ui/table";
import { chooseCountry, CountrySelect, lacksCountry } from "./country";
import { FormatLine, type FormatChoice } from "./format-line";
import { ImportResult, inStay } from "./import-result";
import { duplicateFields, fieldKey, fieldName, missingNow, targetOf } from "./mapping";
import { WizardFoot } from "./wizard";

const fields: ColumnTarget["field"][] = ["phone", "full_name", "first_name", "last_name", "time_zone", "external_id"];

function MappingTable({ preview, mapping, onChange }: { preview: UploadPreview; mapping: ColumnTarget[]; onChange: (index: number, target: ColumnTarget) => void }) {
  const twice = duplicateFields(mapping);
  return (
    <div className="panel overflow-x-auto" role="region" aria-label="Columns of the file" tabIndex={0}>
      <table className="folds w-full border-collapse">
        <caption className="sr-only">Columns of the file and where they go</caption>
        <thead>
          <tr className="border-b border-line">
            {["File column", "First values", "Field in Carillon", ""].map((header) => <th key={header} scope="col" className="h-9 px-3 t-micro font-medium text-muted first:pl-5 last:pr-5">{header || <span className="sr-only">How it was chosen</span>}</th>)}
          </tr>
        </thead>
        <tbody>
          {preview.columns.map((column, index) => {
            const target = mapping[index] ?? { field: "skip" as const };
            const suggested = fieldKey(target) === fieldKey(column.suggestion);
            return (
              <tr key={column.index} className="border-line not-first:border-t">
                <th scope="row" data-slot="a1" className="h-12 pr-3 pl-5 t-mono whitespace-normal">{column.header}</th>
                <td data-slot="a2" className="max-w-56 px-3 text-muted"><span className="line-clamp-2 break-words">{column.samples.join(", ") || "empty"}</span></td>
                <td data-slot="a3" className="px-3 py-1.5">
                  <Select aria-label={`Field for ${column.header}`} aria-invalid={twice.has(fieldKey(target)) || undefined} className="w-full min-w-52 max-w-64" value={fieldKey(target)} onChange={(event) => onChange(index, targetOf(event.target.value))}>
                    {fields.map((field) => <option key={field} value={field}>{fieldName[field]}{field === "phone" ? " *" : ""}</option>)}
                    <option value={fieldKey(targetOf(`property:${propertyName(column.header, target)}`))}>Custom property “{propertyName(column.header, target)}”</option>
                    {preview.missing_variables.filter((name) => name !== propertyName(column.header, target)).map((name) => <option key={name} value={`property:${name}`}>Custom property “{name}” (the script uses it)</option>)}
                    <option value="skip">Don't import</option>
                  </Select>
                  {twice.has(fieldKey(target)) && <p className="mt-1 t-small text-danger">Two columns go to {fieldName[target.field]}</p>}
                </td>
                <td data-slot="b1" className="pr-5 pl-3 t-small whitespace-nowrap text-muted" title={column.because}>{suggested ? "Suggested" : <span className="inline-flex items-center gap-1.5 text-fg"><Check aria-hidden className="size-3.5 text-success-fill" />Chosen</span>}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

type Order = NonNullable<Campaign["settings"]["order"]>;

const propertyName = (header: string, target: ColumnTarget) => ("name" in target ? target.name : header.trim().toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "_").replace(/^_+|_+$/g, "") || "column");

/**
 * Step 3: where each column goes, what becomes of national numbers, in which order they are called, then the check of every row.
 * `beforeImport` saves the order, which contacts get as they come in; false when it could not. `onRefused`: the file can't be read at all.
 */
export function Columns({ campaign, upload, order, onOrder, beforeImport, errors, onContinue, onRefused }: { campaign: Campaign; upload: string | undefined; order: Order; onOrder: (order: Order) => void; beforeImport: () => Promise<boolean>; errors: { message: string; field?: string }[]; onContinue: () => void; onRefused: (why: string) => void }) {
  const client = useQueryClient();
  const settings = useQuery(settingsQuery);
  const catalog = useQuery(catalogQuery).data;
  const [country, setCountry] = useState<string | null>(null);
  const [format, setFormat] = useState<FormatChoice>({});
  const [changes, setChanges] = useState<Record<number, ColumnTarget>>({});
  const [duplicates, setDuplicates] = useState<"campaign" | "open_campaigns" | "all_campaigns">("campaign");
  const [again, setAgain] = useState(false);
  const wanted = country ?? settings.data?.default_country ?? "";
  const [asked, setAsked] = useState(false);
  const job = campaign.import;
  const newest = useQuery({ ...importQuery(job?.id ?? ""), enabled: job !== undefined && job !== null });
  const of: Import | undefined = newest.data;
  // Without a file in the address the newest one is read again.
  const file = upload ?? (again ? (of?.upload ?? undefined) : undefined);
  const query = useQuery({ ...uploadQuery(file ?? "", campaign.id, wanted, format), enabled: file !== undefined && !settings.isPending, placeholderData: (before) => before });
  // What a person chose about its form may be wrong for it: the page stays as it was before, so that they can choose again.
  const readable = useRef<UploadPreview | undefined>(undefined);
  if (query.data) readable.current = query.data;
  const preview = query.data ?? readable.current;
  const unreadable = query.isError && !preview && !mayPass(query.error) ? query.error : null;
  const mapping = useMemo(() => preview?.columns.map((column, index) => changes[index] ?? column.suggestion) ?? [], [preview, changes]);
  const press = usePress();
  const begin = useMutation({
    mutationFn: async () => {
      if (!(await beforeImport())) return null;
      const body = { upload: file ?? "", format, mapping, country: wanted || null, duplicates };
      return press.send(body, (headers) => ask(http.POST("/api/v1/campaigns/{id}/imports", { headers, params: { path: { id: campaign.id } }, body })));
    },
    onSuccess: (job) => {
      if (!job) return;
      setAgain(false);
      client.setQueryData(["import", job.id], job);
      client.setQueryData<Campaign>(["campaign", campaign.id], (before) => before && { ...before, import: job });
      void client.invalidateQueries({ queryKey: ["campaign", campaign.id] });
    },
    // Refused, since the file was taken already: then the page shows what came of it.
    onError: () => void client.invalidateQueries({ queryKey: ["campaign", campaign.id] }),
  });
  // Also after Back or a reload: the same file is not taken twice. One that could not be taken may be tried with other columns.
  const taken = upload !== undefined && of?.upload === upload && of.state !== "failed";
  const began = begin.data?.id !== undefined || taken || (job && ["waiting", "running"].includes(job.state));
  const shown = (began || (!upload && job)) && !again && job;
  // A file that is gone since it was taken takes nothing from what came of it.
  const unknown = job && newest.isPending;
  useEffect(() => {
    if (unreadable && !shown && !unknown) onRefused(problemText(unreadable));
  }, [unreadable, shown, unknown]);
  const foot = (children: ReactNode) => <WizardFoot back={2} draft={campaign.id} upload={upload}>{children}</WizardFoot>;

  if (shown) {
    return (
      <>
        <ImportResult campaign={campaign} id={begin.data?.id ?? job.id} onAgain={upload ?? of?.upload ? () => { begin.reset(); setAgain(true); } : undefined} />
        {foot(((of?.state ?? job.state) !== "failed" || campaign.counts.total > 0) && <Button kind="primary" onClick={onContinue}>Continue to pace</Button>)}
      </>
    );
  }
  if (!file) return <><Notice meaning="neutral" action={<Link to="/campaigns/new" search={{ step: 2, draft: campaign.id }} className="underline">Upload a file</Link>}>No file was uploaded yet.</Notice>{foot(null)}</>;
  if (query.isError && !preview && !unreadable) return <><ErrorCard what="the file" error={query.error} onRetry={() => void query.refetch()} />{foot(null)}</>;
  if (!preview || unknown) return <><Skeleton className="mb-3 h-5 w-80" /><TableSkeleton rows={5} height={48} />{foot(null)}</>;

  const hasPhone = mapping.some((target) => target.field === "phone");
  const twice = duplicateFields(mapping).size > 0;
  const missing = missingNow(preview, mapping);
  const phoneColumn = preview.columns.find((_, index) => mapping[index]?.field === "phone");
  const numbers = phoneColumn?.numbers ?? [];
  // Not for somebody else to guess: in another country the same digits are another person's.
  // The server looked at the column that it suggests; of another one its first numbers are there.
  const needsCountry = wanted === "" && (phoneColumn?.suggestion.field === "phone" ? preview.needs_country > 0 : numbers.some(({ text, phone: read }) => !read && lacksCountry(text)));
  const check = () => {
    setAsked(needsCountry);
    if (needsCountry) document.querySelector<HTMLElement>("[name=country]")?.focus();
    else begin.mutate();
  };
  return (
    <>
      <div className="mb-3 flex flex-wrap items-center gap-x-3 gap-y-1">
        <FileText aria-hidden className="size-4 text-muted" />
        <span className="font-medium">{preview.upload.name}</span>
        <FormatLine preview={preview} choice={format} onChange={(next) => { setFormat(next); setChanges({}); }} />
        <span className="t-small text-muted">{bytes(preview.upload.bytes)}</span>
      </div>
      {query.isError && (
        <div className="mb-3">
          <Notice meaning="problem" alert action={mayPass(query.error) ? <Button size="sm" onClick={() => void query.refetch()}>Try again</Button> : <Button size="sm" onClick={() => setFormat({})}>Read it as before</Button>}>The file can't be read like this. {problemText(query.error)}</Notice>
        </div>
      )}
      {again && of && of.state !== "failed" && <div className="mb-3"><Notice meaning="neutral" action={<Button size="sm" onClick={() => setAgain(false)}>Back to the result</Button>}>{of.pending > 0 ? inStay(of.pending) : "No contact of this file is in yet."}</Notice></div>}
      <ErrorSummary errors={errors} />
      {preview.warnings.map((warning) => <div key={warning} className="mb-3"><Notice meaning="hold">{warning}</Notice></div>)}
      <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,2fr)_minmax(0,1fr)]">
        <div className="flex min-w-0 flex-col gap-3">
          <MappingTable preview={preview} mapping={mapping} onChange={(index, target) => setChanges((before) => ({ ...before, [index]: target }))} />
          {!hasPhone && <Notice meaning="problem">Choose the column that holds the phone numbers.</Notice>}
          {missing.map((name) => (
            <Notice key={name} meaning="hold">
              {campaign.employee.name}'s script uses <code className="t-mono">{`{{${name}}}`}</code>, and no column gives it. Start stays blocked until you choose a column as the custom property “{name}”, or the script has a default: <code className="t-mono">{`{{${name}|…}}`}</code>.
            </Notice>
          ))}
          {begin.isError && <Notice meaning="problem" alert>The check couldn't begin. {problemText(begin.error)}</Notice>}
        </div>
        <div className="flex flex-col gap-3">
          <div className="panel p-5">
            <CountrySelect value={wanted} fallback={settings.data?.default_country} countries={catalog?.countries ?? []} error={asked && needsCountry ? chooseCountry : undefined} onChange={setCountry} />
            {numbers.length > 0 && (
              <ul className="mt-3 flex flex-col gap-1 t-small text-muted">
                {numbers.map((number) => <li key={number.text}><span className="font-mono">{number.text}</span> {number.phone && number.phone.replace(/\D/g, "") === number.text.replace(/\D/g, "") && number.text.trim().startsWith("+") ? "stays as it is" : number.phone ? <>becomes <span className="font-mono whitespace-nowrap text-fg">{phone(number.phone)}</span></> : <span className="text-danger">{number.problem ?? "is no phone number"}</span>}</li>)}
              </ul>
            )}
          </div>
          <fieldset className="panel flex flex-col gap-2 p-5">
            <legend className="contents"><span className="mb-1 t-heading">Numbers that stand twice</span></legend>
            <Radio name="duplicates" checked={duplicates === "campaign"} onChange={() => setDuplicates("campaign")} label="Skip those in this campaign" />
            <Radio name="duplicates" checked={duplicates === "open_campaigns"} onChange={() => setDuplicates("open_campaigns")} label="Also those in campaigns that are not over" />
            <Radio name="duplicates" checked={duplicates === "all_campaigns"} onChange={() => setDuplicates("all_campaigns")} label="Also those in any campaign" />
          </fieldset>
          {campaign.counts.total === 0 && (
            <fieldset className="panel flex flex-col gap-2 p-5">
              <legend className="contents"><span className="mb-1 t-heading">Order of the calls</span></legend>
              <Radio name="order" checked={order !== "newest_first"} onChange={() => onOrder("as_uploaded")} label="As in the file" />
              <Radio name="order" checked={order === "newest_first"} onChange={() => onOrder("newest_first")} label="Last rows first" />
            </fieldset>
          )}
          <p className="px-1 t-small text-muted">Every row is checked next: good rows are taken, the others become Skipped with line and reason. Nothing is called yet.</p>
        </div>
      </div>
      {foot(<Button kind="primary" pending={begin.isPending} pendingLabel="Beginning…" blocked={!hasPhone || twice || query.isError} onClick={check}>{preview.format.rows ? `Check ${counted(preview.format.rows, "row")}` : "Check all rows"}</Button>)}
    </>
  );
}
