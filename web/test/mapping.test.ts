import { expect, it } from "vitest";
import type { ColumnTarget, UploadPreview } from "~/api/types";
import { duplicateFields, fieldKey, missingNow, targetOf } from "~/pages/wizard/mapping";

const targets: ColumnTarget[] = [{ field: "phone" }, { field: "property", name: "premium" }, { field: "skip" }];

it("a column's target survives being chosen from a list", () => {
  expect(targets.map(fieldKey).map(targetOf)).toEqual(targets);
});

it("two columns on one field are found, two that are not imported are fine", () => {
  expect([...duplicateFields([...targets, { field: "phone" }, { field: "skip" }])]).toEqual(["phone"]);
});

it("variables that no column gives stay missing until one is chosen", () => {
  const preview = { columns: targets.map((suggestion) => ({ suggestion })), missing_variables: ["deductible", "name"] } as unknown as UploadPreview;
  expect(missingNow(preview, targets)).toEqual(["deductible", "name"]);
  expect(missingNow(preview, [{ field: "phone" }, { field: "property", name: "deductible" }, { field: "full_name" }])).toEqual([]);
});
