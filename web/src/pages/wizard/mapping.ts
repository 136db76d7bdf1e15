import type { ColumnTarget, UploadPreview } from "~/api/types";

export const fieldName: Record<ColumnTarget["field"], string> = {
  phone: "Phone number",
  first_name: "First name",
  last_name: "Last name",
  full_name: "Full name",
  time_zone: "Time zone",
  external_id: "External ID",
  property: "Custom property",
  skip: "Don't import",
};

/** A target as the value of a list: "phone", "property:premium". */
export function fieldKey(target: ColumnTarget): string {
  return target.field === "property" ? `property:${target.name}` : target.field;
}

export function targetOf(key: string): ColumnTarget {
  return key.startsWith("property:") ? { field: "property", name: key.slice("property:".length) } : ({ field: key } as ColumnTarget);
}

/** Targets that more than one column goes to: never silently two columns on one field. */
export function duplicateFields(mapping: ColumnTarget[]): Set<string> {
  const seen = new Set<string>();
  const twice = new Set<string>();
  for (const target of mapping) {
    const key = fieldKey(target);
    if (key === "skip") continue;
    if (seen.has(key)) twice.add(key);
    seen.add(key);
  }
  return twice;
}

/** Variables of the script that no column gives any more, or still does not: the server's list seen through what was chosen since. */
export function missingNow(preview: UploadPreview, mapping: ColumnTarget[]): string[] {
  const given = (targets: ColumnTarget[]) => {
    const names = new Set(targets.map((target) => (target.field === "property" ? target.name : target.field)));
    if (names.has("full_name")) for (const name of ["name", "first_name", "last_name"]) names.add(name);
    if (names.has("first_name") || names.has("last_name")) names.add("name");
    return names;
  };
  const now = given(mapping);
  const dropped = [...given(preview.columns.map((column) => column.suggestion))].filter((name) => !now.has(name) && preview.missing_variables.includes(name));
  return [...new Set([...preview.missing_variables, ...dropped])].filter((name) => !now.has(name));
}
