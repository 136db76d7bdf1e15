import { useState } from "react";
import type { UploadPreview } from "~/api/types";
import { counted } from "~/lib/format";
import { Checkbox, Field, Select } from "~/ui/field";
import { Facts } from "~/ui/page";

export type FormatChoice = { encoding?: string; separator?: string; header?: boolean; sheet?: string };

const encodings: Record<string, string> = { "utf-8": "UTF-8", "utf-16le": "UTF-16 LE", "utf-16be": "UTF-16 BE", "windows-1252": "Windows-1252" };
const separators: Record<string, string> = { ",": "comma", ";": "semicolon", "|": "pipe", tab: "tab" };

/** "UTF-8 · separator ; · header in row 1 · 1,000,000 rows": always shown, and can be overruled. */
export function FormatLine({ preview, choice, onChange }: { preview: UploadPreview; choice: FormatChoice; onChange: (choice: FormatChoice) => void }) {
  const [open, setOpen] = useState(false);
  const { format } = preview;
  const set = (part: FormatChoice) => onChange({ ...choice, ...part });
  return (
    <>
      <span className="text-muted">
        <Facts
          items={[
            format.encoding ? encodings[format.encoding] ?? format.encoding : null,
            format.separator ? `separator ${separators[format.separator] ?? format.separator}` : null,
            format.sheet ? `sheet ${format.sheet}` : null,
            format.header ? "header in row 1" : "no header",
            typeof format.rows === "number" ? counted(format.rows, "row") : typeof format.rows_about === "number" ? `about ${counted(format.rows_about, "row")}` : null,
          ]}
        />
      </span>
      <button type="button" className="min-h-6 link" aria-expanded={open} onClick={() => setOpen(!open)}>{open ? "Done" : "Change"}</button>
      {open && (
        <div className="panel flex w-full flex-wrap items-end gap-4 p-4">
          {format.encoding && (
            <Field label="Encoding">{(control) => <Select {...control} value={format.encoding ?? ""} onChange={(event) => set({ encoding: event.target.value })}>{Object.entries(encodings).map(([value, label]) => <option key={value} value={value}>{label}</option>)}</Select>}</Field>
          )}
          {format.separator && (
            <Field label="Separator">{(control) => <Select {...control} value={format.separator ?? ""} onChange={(event) => set({ separator: event.target.value })}>{Object.entries(separators).map(([value, label]) => <option key={value} value={value}>{label}</option>)}</Select>}</Field>
          )}
          {format.sheets.length > 1 && (
            <Field label="Sheet">{(control) => <Select {...control} value={format.sheet ?? ""} onChange={(event) => set({ sheet: event.target.value })}>{format.sheets.map((sheet) => <option key={sheet}>{sheet}</option>)}</Select>}</Field>
          )}
          <Checkbox className="min-h-9 items-center [&>span:first-child]:mt-0" label="The first row holds the columns' names" checked={format.header} onChange={(event) => set({ header: event.target.checked })} />
        </div>
      )}
    </>
  );
}
