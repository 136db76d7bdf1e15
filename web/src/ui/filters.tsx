import { Popover } from "radix-ui";
import { ChevronDown, X } from "lucide-react";
import { type ReactNode, useState } from "react";
import { Button } from "./button";
import { cx } from "./cx";
import { Checkbox, Field, Input } from "./field";

const chip = "inline-flex h-9 items-center rounded border whitespace-nowrap coarse:h-11";
const list = "z-50 max-h-(--radix-popover-content-available-height) min-w-52 overflow-y-auto rounded-lg border border-line bg-raised p-2 shadow-(--overlay-shadow) anim-appear";

/** A filter: closed it says what is chosen, and can be taken off at once. */
function Chip({ name, chosen, onClear, children }: { name: string; chosen: string; onClear: () => void; children: ReactNode }) {
  const [open, setOpen] = useState(false);
  return (
    <Popover.Root open={open} onOpenChange={setOpen}>
      <span className={cx(chip, !chosen && "no-print", chosen ? "border-accent bg-accent-soft" : "border-line bg-surface")}>
        <Popover.Trigger className={cx("print-keep inline-flex h-full items-center gap-1.5 rounded pl-3", chosen ? "max-w-80 pr-1" : "pr-2.5 hover:bg-hover")}>
          <span className="truncate">{chosen ? `${name}: ${chosen}` : name}</span>
          {!chosen && <ChevronDown aria-hidden className="size-4 text-muted" />}
        </Popover.Trigger>
        {chosen && (
          <button type="button" aria-label={`Take off the filter ${name}`} onClick={onClear} className="mr-1 grid size-7 place-items-center rounded text-accent coarse:size-10">
            <X aria-hidden className="size-4" />
          </button>
        )}
      </span>
      <Popover.Portal>
        <Popover.Content align="start" sideOffset={4} collisionPadding={8} className={list} aria-label={name}>{children}</Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

/** Several of a few words. */
export function ChoiceFilter<T extends string>({ name, options, chosen, onChange }: { name: string; options: { value: T; label: ReactNode; text: string }[]; chosen: T[]; onChange: (chosen: T[] | undefined) => void }) {
  const texts = options.filter((option) => chosen.includes(option.value)).map((option) => option.text);
  return (
    <Chip name={name} chosen={texts.join(", ")} onClear={() => onChange(undefined)}>
      <fieldset>
        <legend className="sr-only">{name}</legend>
        <div className="flex flex-col">
          {options.map((option) => (
            <Checkbox
              key={option.value}
              className="min-h-9 items-center rounded px-2 hover:bg-hover [&>span:first-child]:mt-0 coarse:min-h-11"
              label={option.label}
              checked={chosen.includes(option.value)}
              onChange={(event) => {
                const next = event.target.checked ? [...chosen, option.value] : chosen.filter((value) => value !== option.value);
                onChange(next.length > 0 ? next : undefined);
              }}
            />
          ))}
        </div>
      </fieldset>
    </Chip>
  );
}

/** One of a few. */
export function OneFilter({ name, options, chosen, onChange }: { name: string; options: { value: string; text: string }[]; chosen: string | undefined; onChange: (chosen: string | undefined) => void }) {
  return (
    <ChoiceFilter
      name={name}
      options={options.map((option) => ({ ...option, label: option.text }))}
      chosen={chosen ? [chosen] : []}
      onChange={(next) => onChange(next?.find((value) => value !== chosen))}
    />
  );
}

/** Days, both ends included, in the workspace's zone. */
export function DayFilter({ name, from, to, zone, onChange }: { name: string; from: string | undefined; to: string | undefined; zone: string; onChange: (days: { from?: string; to?: string }) => void }) {
  const chosen = from && to ? (from === to ? from : `${from} to ${to}`) : from ? `from ${from}` : to ? `until ${to}` : "";
  return (
    <Chip name={name} chosen={chosen} onClear={() => onChange({})}>
      <div className="flex flex-col gap-3 p-2">
        <Field label="From">{(control) => <Input {...control} type="date" value={from ?? ""} max={to} onChange={(event) => onChange({ from: event.target.value || undefined, to })} />}</Field>
        <Field label="Until, included">{(control) => <Input {...control} type="date" value={to ?? ""} min={from} onChange={(event) => onChange({ from, to: event.target.value || undefined })} />}</Field>
        <p className="t-small text-muted">Days in {zone}</p>
      </div>
    </Chip>
  );
}

/** The row above a table. On a phone the chips hide behind one button. */
export function FilterBar({ search, active, onClear, children, trailing }: { search?: ReactNode; active: number; onClear: () => void; children: ReactNode; trailing?: ReactNode }) {
  const [open, setOpen] = useState(false);
  return (
    <div role="search" className={cx("flex flex-wrap items-center gap-2 py-3", active === 0 && "no-print")}>
      <span className={cx("flex min-w-0 max-md:w-full max-md:gap-2", !search && "md:hidden")}>
        {search && <span className="flex min-w-0 max-md:flex-1 max-md:[&>span]:w-full">{search}</span>}
        {children && <Button className="md:hidden" aria-expanded={open} onClick={() => setOpen(!open)}>{active > 0 ? `Filters (${active})` : "Filters"}</Button>}
      </span>
      <span className={cx("flex flex-wrap items-center gap-2 print:flex!", !open && "max-md:hidden")}>{children}</span>
      {active > 0 && <button type="button" className="ml-2 min-h-6 t-label link" onClick={onClear}>Clear filters</button>}
      <span className="flex-1" />
      {trailing && <span className="no-print">{trailing}</span>}
    </div>
  );
}
