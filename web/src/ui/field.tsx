import { Check, ChevronDown, Search, X } from "lucide-react";
import { type InputHTMLAttributes, type ReactNode, type Ref, type SelectHTMLAttributes, type TextareaHTMLAttributes, useEffect, useId, useRef, useState } from "react";
import { cx } from "./cx";

export const inputClass =
  "h-9 w-full min-w-0 rounded border border-line-strong bg-surface px-2.5 text-fg placeholder:text-muted aria-invalid:border-danger disabled:border-line disabled:bg-hover disabled:text-muted coarse:h-11";

/** A label over its control, with a hint and an error in the same words as the summary above the form. */
export function Field({ label, hint, error, optional, className, children }: { label: ReactNode; hint?: ReactNode; error?: string; optional?: boolean; className?: string; children: (control: { id: string; "aria-describedby"?: string; "aria-invalid"?: true }) => ReactNode }) {
  const id = useId();
  const described = [hint ? `${id}-hint` : "", error ? `${id}-error` : ""].filter(Boolean).join(" ");
  return (
    <div className={cx("flex min-w-0 flex-col gap-1.5", className)}>
      <label htmlFor={id} className="t-label">
        {label}
        {optional && <span className="font-normal text-muted"> (optional)</span>}
      </label>
      {children({ id, ...(described ? { "aria-describedby": described } : {}), ...(error ? { "aria-invalid": true as const } : {}) })}
      {error && <p id={`${id}-error`} className="t-small text-danger">{error}</p>}
      {hint && <p id={`${id}-hint`} className="t-small text-muted">{hint}</p>}
    </div>
  );
}

export function Input({ className, ...rest }: InputHTMLAttributes<HTMLInputElement> & { ref?: Ref<HTMLInputElement> }) {
  return <input {...rest} className={cx(inputClass, className)} />;
}

export function Textarea({ className, ...rest }: TextareaHTMLAttributes<HTMLTextAreaElement>) {
  return <textarea {...rest} className={cx(inputClass, "h-auto! min-h-24 py-2", className)} />;
}

/** The browser's own list: it works with every keyboard, screen reader and phone. */
export function Select({ className, children, small, ...rest }: SelectHTMLAttributes<HTMLSelectElement> & { small?: boolean }) {
  return (
    <span className={cx("relative inline-block", className)}>
      <select {...rest} className={cx(inputClass, "appearance-none pr-8", small && "h-8! t-small coarse:h-11!")}>{children}</select>
      <ChevronDown aria-hidden className="pointer-events-none absolute top-1/2 right-2 size-4 -translate-y-1/2 text-muted" />
    </span>
  );
}

export function Checkbox({ label, className, indeterminate, hideLabel, ...rest }: Omit<InputHTMLAttributes<HTMLInputElement>, "type"> & { label: ReactNode; indeterminate?: boolean; hideLabel?: boolean }) {
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (input.current) input.current.indeterminate = indeterminate ?? false;
  }, [indeterminate]);
  return (
    <label className={cx("relative inline-flex min-h-6 gap-2.5", hideLabel ? "items-center align-middle" : "items-start", className)}>
      <span className={cx("relative grid size-4 shrink-0 place-items-center", !hideLabel && "mt-0.5")}>
        <input ref={input} type="checkbox" {...rest} className="peer absolute inset-0 size-4 appearance-none rounded-[3px] border border-line-strong bg-surface checked:border-accent checked:bg-accent indeterminate:border-accent indeterminate:bg-accent before:absolute before:-inset-1 before:content-['']" />
        <Check aria-hidden className="pointer-events-none relative hidden size-3 text-on-accent peer-checked:block" strokeWidth={3} />
        <span aria-hidden className="pointer-events-none absolute hidden h-0.5 w-2 bg-on-accent peer-indeterminate:block" />
      </span>
      <span className={hideLabel ? "sr-only" : undefined}>{label}</span>
    </label>
  );
}

export function Radio({ label, note, ...rest }: Omit<InputHTMLAttributes<HTMLInputElement>, "type"> & { label: ReactNode; note?: ReactNode }) {
  return (
    <label className="flex min-h-6 items-start gap-2.5">
      <input type="radio" {...rest} className="mt-0.5 size-4 shrink-0 appearance-none rounded-full border border-line-strong bg-surface checked:border-[5px] checked:border-accent" />
      <span>
        {label}
        {note && <span className="block t-small text-muted">{note}</span>}
      </span>
    </label>
  );
}

/** A search box that waits for a pause in typing before it asks. */
export function SearchField({ value, onChange, label, className }: { value: string; onChange: (value: string) => void; label: string; className?: string }) {
  const [typed, setTyped] = useState(value);
  const told = useRef(value);
  // A page that is drawn again four times a second gives a new function each time; that must not begin the pause anew.
  const latest = useRef(onChange);
  latest.current = onChange;
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (value !== told.current) {
      told.current = value;
      setTyped(value);
    }
  }, [value]);
  useEffect(() => {
    if (typed === told.current) return;
    const timer = setTimeout(() => {
      told.current = typed;
      latest.current(typed);
    }, 250);
    return () => clearTimeout(timer);
  }, [typed]);
  return (
    <>
      {value !== "" && <span className="print-only">{label}: {value}</span>}
      <span className={cx("no-print relative flex w-60 items-center", className)}>
        <Search aria-hidden className="pointer-events-none absolute left-3 size-4 text-muted" />
        <input ref={input} type="search" aria-label={label} placeholder={label} value={typed} onChange={(event) => setTyped(event.target.value)} className={cx(inputClass, "px-9 [&::-webkit-search-cancel-button]:hidden")} />
        {typed !== "" && (
          <button type="button" aria-label="Clear search" className="absolute right-1 grid size-7 place-items-center rounded text-muted hover:text-fg coarse:size-10" onClick={() => { setTyped(""); input.current?.focus(); }}>
            <X aria-hidden className="size-4" />
          </button>
        )}
      </span>
    </>
  );
}

/** What is wrong, at the top of a form: focused when it appears, each line leads to its field. */
export function ErrorSummary({ errors }: { errors: { message: string; field?: string }[] }) {
  const box = useRef<HTMLDivElement>(null);
  const count = errors.length;
  useEffect(() => {
    if (count > 0) box.current?.focus();
  }, [count]);
  if (count === 0) return null;
  return (
    <div ref={box} tabIndex={-1} role="group" aria-labelledby="error-summary" className="m-problem mb-4 rounded-lg border border-(--m-border) bg-(--m-bg) px-4 py-3 text-(--m-text)">
      <h2 id="error-summary" className="t-heading">{count === 1 ? "One thing to mend" : `${count} things to mend`}</h2>
      <ul className="mt-1">
        {errors.map((error) => (
          <li key={`${error.field ?? ""}${error.message}`}>
            {error.field ? (
              <a className="inline-flex min-h-6 items-center underline underline-offset-2" href={`#${error.field}`} onClick={(event) => { event.preventDefault(); document.querySelector<HTMLElement>(`[name="${CSS.escape(error.field ?? "")}"]`)?.focus(); }}>{error.message}</a>
            ) : error.message}
          </li>
        ))}
      </ul>
    </div>
  );
}
