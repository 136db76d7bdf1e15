import type { Schemas } from "./client";
import type { paths } from "./schema";

export type Campaign = Schemas["Campaign"];
export type CampaignRow = Schemas["CampaignRow"];
export type CampaignSettings = Schemas["CampaignSettings"];
export type Stats = Schemas["Stats"];
export type Contact = Schemas["Contact"];
export type ContactRow = Schemas["ContactRow"];
export type ContactFilter = Schemas["ContactFilter"];
/** A page of contacts, in the order that its `sort` says. */
export type ContactPage = paths["/api/v1/campaigns/{id}/contacts"]["get"]["responses"][200]["content"]["application/json"] & {
  /** When the page began to read it, by its own clock: what the event stream told before is in it. */
  began?: number;
};
export type CampaignPage = Schemas["Page_CampaignRow"];
export type Summary = Schemas["Summary"];
export type Failures = Schemas["Failures"];
export type FailureCause = Schemas["FailureCause"];
export type FailureWord = Schemas["FailureWord"];
export type Call = Schemas["Call"];
export type CallRow = Schemas["CallRow"];
export type EndedBySide = Schemas["EndedBySide"];
export type Import = Schemas["Import"];
export type UploadPreview = Schemas["UploadPreview"];
export type ColumnTarget = Schemas["ColumnTarget"];
export type Export = Schemas["Export"];
export type ExportFormat = Schemas["ExportFormat"];
export type ExportColumn = Schemas["ExportColumn"];
export type Trunk = Schemas["Trunk"];
export type TrunkSettings = Schemas["TrunkSettings"];
export type User = Schemas["User"];
export type Role = Schemas["Role"];
export type Session = Schemas["CurrentSession"];
export type Employee = Schemas["Employee"];
export type RetryScope = Schemas["RetryScope"];
