import { Link } from "@tanstack/react-router";
import type { Schemas } from "~/api/client";
import type { Trunk } from "~/api/types";
import { counted, initials, phone } from "~/lib/format";
import { cx } from "~/ui/cx";
import { Field, Input, Select } from "~/ui/field";
import { Skeleton } from "~/ui/states";

export interface BasicsValue {
  name: string;
  employee: string;
  trunk: string;
}

/** Step 1: name, AI employee, trunk with its caller ID. */
export function Basics({ value, onChange, employees, trunks, errors }: { value: BasicsValue; onChange: (value: BasicsValue) => void; employees: Schemas["EmployeeRow"][] | undefined; trunks: Trunk[] | undefined; errors: { field: string; message: string }[] }) {
  const at = (field: string) => errors.find((error) => error.field === field)?.message;
  const trunk = trunks?.find((entry) => entry.id === value.trunk);
  return (
    <div className="panel flex max-w-3xl flex-col gap-6 p-6">
      <Field label="Campaign name" hint="Shown in lists, reports and file names." error={at("name")}>
        {(control) => <Input {...control} name="name" maxLength={120} autoComplete="off" value={value.name} onChange={(event) => onChange({ ...value, name: event.target.value })} />}
      </Field>
      <fieldset>
        <legend className="mb-2 t-label">AI employee</legend>
        {!employees && <Skeleton className="h-20 w-full" />}
        {at("employee") && <p className="t-small text-danger">{at("employee")}</p>}
        <div className="grid gap-3 sm:grid-cols-2">
          {employees?.map((employee) => (
            <label key={employee.id} className={cx("flex items-start gap-3 rounded-lg border p-4", value.employee === employee.id ? "border-accent bg-accent-soft" : "border-line hover:bg-hover")}>
              <input type="radio" name="employee" value={employee.id} checked={value.employee === employee.id} onChange={() => onChange({ ...value, employee: employee.id })} className="mt-1 size-4 shrink-0 appearance-none rounded-full border border-line-strong bg-surface checked:border-[5px] checked:border-accent" />
              <span className="min-w-0 flex-1">
                <span className="block font-medium">{employee.name}</span>
                <span className="block t-small text-muted">{employee.language}, version {employee.version}, used by {counted(employee.campaigns, "campaign")}</span>
                <span className="mt-1 line-clamp-3 block t-small">{employee.greeting}</span>
              </span>
              <span aria-hidden className="grid size-8 shrink-0 place-items-center rounded-full border border-line bg-surface t-small font-semibold text-accent">{initials(employee.name)}</span>
            </label>
          ))}
        </div>
      </fieldset>
      <Field label="Trunk" error={at("trunk")} hint={trunk ? (trunk.caller_id ? `People see ${phone(trunk.caller_id)}.` : "People see the number that the carrier puts in: the trunk has no caller ID.") : undefined}>
        {(control) => trunks?.length === 0 ? <p className="text-muted">No trunk yet. <Link to="/settings/trunks/new" className="link-inline">Add your trunk</Link></p> : (
          <Select {...control} name="trunk" className="w-full max-w-md" value={value.trunk} onChange={(event) => onChange({ ...value, trunk: event.target.value })}>
            {trunks?.map((entry) => <option key={entry.id} value={entry.id}>{entry.name} · {entry.host} · {counted(entry.lines ?? 0, "line")}</option>)}
          </Select>
        )}
      </Field>
    </div>
  );
}
