-- Times are microseconds since 1970-01-01 UTC. Statuses, results and reasons are the numbers of carillon-domain.
CREATE TABLE workspaces(id INTEGER NOT NULL PRIMARY KEY, name TEXT NOT NULL UNIQUE, created_at INTEGER NOT NULL,
  settings TEXT NOT NULL DEFAULT '{}') STRICT;

-- Slots of writing processes: the one table that belongs to no workspace.
CREATE TABLE leases(
  slot INTEGER NOT NULL PRIMARY KEY, holder TEXT NOT NULL, fence INTEGER NOT NULL, until INTEGER NOT NULL,
  last_id_time INTEGER NOT NULL, dead INTEGER NOT NULL DEFAULT 0) STRICT;

CREATE TABLE employees(
  workspace_id INTEGER NOT NULL, id INTEGER NOT NULL, version INTEGER NOT NULL, name TEXT NOT NULL, settings TEXT NOT NULL,
  created_at INTEGER NOT NULL, PRIMARY KEY(workspace_id, id, version)) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX employees_name ON employees(workspace_id, name, version);

-- password: encrypted, with the id of its key. deleted_at: kept for the calls that were made by it.
CREATE TABLE trunks(
  workspace_id INTEGER NOT NULL, id INTEGER NOT NULL, name TEXT NOT NULL, settings TEXT NOT NULL,
  created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, version INTEGER NOT NULL DEFAULT 1,
  password TEXT, password_set_at INTEGER, deleted_at INTEGER, PRIMARY KEY(workspace_id, id)) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX trunks_name ON trunks(workspace_id, name) WHERE deleted_at IS NULL;

-- control_version moves with status and settings, version with every change of the row. origin: how it was made from parent_id.
CREATE TABLE campaigns(
  workspace_id INTEGER NOT NULL, id INTEGER NOT NULL, name TEXT NOT NULL, status INTEGER NOT NULL, state TEXT NOT NULL,
  settings TEXT NOT NULL, employee_id INTEGER NOT NULL, employee_version INTEGER NOT NULL, trunk_id INTEGER NOT NULL,
  file_hash TEXT, property_names TEXT NOT NULL, created_at INTEGER NOT NULL, imported_at INTEGER, started_at INTEGER,
  ended_at INTEGER, paused_at INTEGER, paused_us INTEGER NOT NULL DEFAULT 0, control_version INTEGER NOT NULL DEFAULT 1,
  version INTEGER NOT NULL DEFAULT 1, parent_id INTEGER, origin INTEGER,
  created_by TEXT, started_by TEXT, PRIMARY KEY(workspace_id, id)) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX campaigns_name ON campaigns(workspace_id, name);
CREATE INDEX campaigns_status ON campaigns(workspace_id, status, id);
CREATE INDEX campaigns_parent ON campaigns(workspace_id, parent_id, id) WHERE parent_id IS NOT NULL;

-- What people learned from a campaign.
CREATE TABLE campaign_notes(
  workspace_id INTEGER NOT NULL, campaign_id INTEGER NOT NULL, text TEXT NOT NULL, version INTEGER NOT NULL, updated_at INTEGER NOT NULL,
  updated_by TEXT NOT NULL, PRIMARY KEY(workspace_id, campaign_id)) STRICT, WITHOUT ROWID;

-- One row per writing connection (slot, lane); a row's numbers may be negative, a card is the sum. gate: 0 closed, 1 open, 2 canceled.
CREATE TABLE campaign_counts(
  workspace_id INTEGER NOT NULL, campaign_id INTEGER NOT NULL, slot INTEGER NOT NULL, lane INTEGER NOT NULL, gate INTEGER NOT NULL,
  pending INTEGER NOT NULL DEFAULT 0, in_progress INTEGER NOT NULL DEFAULT 0, completed INTEGER NOT NULL DEFAULT 0,
  failed INTEGER NOT NULL DEFAULT 0, skipped INTEGER NOT NULL DEFAULT 0, canceled INTEGER NOT NULL DEFAULT 0,
  waiting INTEGER NOT NULL DEFAULT 0, calls INTEGER NOT NULL DEFAULT 0, answered INTEGER NOT NULL DEFAULT 0,
  talk_ms INTEGER NOT NULL DEFAULT 0, first_call_at INTEGER, last_end_at INTEGER, version INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY(workspace_id, campaign_id, slot, lane)) STRICT, WITHOUT ROWID;

-- How many contacts have each result (1 to 99), failure code (100 to 999) or skip reason (1000 and its number).
CREATE TABLE campaign_outcomes(
  workspace_id INTEGER NOT NULL, campaign_id INTEGER NOT NULL, slot INTEGER NOT NULL, lane INTEGER NOT NULL,
  outcome INTEGER NOT NULL, n INTEGER NOT NULL,
  PRIMARY KEY(workspace_id, campaign_id, slot, lane, outcome)) STRICT, WITHOUT ROWID;

-- result: that of a Completed contact, the code of a Failed one, the reason of a Skipped one, else 0. last_call_at: 0 when never called.
-- Every list index ends in row, so that pages never overlap; the one by name carries the number, so that a search reads nothing else.
CREATE TABLE contacts(
  workspace_id INTEGER NOT NULL, campaign_id INTEGER NOT NULL, row INTEGER NOT NULL, phone INTEGER, name TEXT NOT NULL,
  status INTEGER NOT NULL, result INTEGER NOT NULL DEFAULT 0, reason TEXT, zone_key INTEGER NOT NULL, order_key INTEGER NOT NULL, due_at INTEGER,
  lease_slot INTEGER, fence INTEGER NOT NULL DEFAULT 0, attempts INTEGER NOT NULL DEFAULT 0, put_backs INTEGER NOT NULL DEFAULT 0,
  unsent INTEGER NOT NULL DEFAULT 0, withdrawals INTEGER NOT NULL DEFAULT 0,
  last_outcome INTEGER, call_id INTEGER, last_call_at INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY(workspace_id, campaign_id, row)) STRICT, WITHOUT ROWID;
CREATE INDEX contacts_ready ON contacts(workspace_id, campaign_id, zone_key, order_key, row) WHERE status = 0 AND due_at IS NULL AND lease_slot IS NULL;
CREATE INDEX contacts_due ON contacts(workspace_id, campaign_id, due_at, row) WHERE status = 0 AND due_at IS NOT NULL AND lease_slot IS NULL;
CREATE INDEX contacts_leased ON contacts(workspace_id, lease_slot, campaign_id, row) WHERE lease_slot IS NOT NULL;
CREATE INDEX contacts_name ON contacts(workspace_id, campaign_id, name, row, phone);
CREATE INDEX contacts_status_name ON contacts(workspace_id, campaign_id, status, name, row);
CREATE INDEX contacts_last ON contacts(workspace_id, campaign_id, last_call_at, row);
CREATE INDEX contacts_status_last ON contacts(workspace_id, campaign_id, status, last_call_at, row);
CREATE INDEX contacts_result_last ON contacts(workspace_id, campaign_id, result, last_call_at, row);
CREATE INDEX contacts_result_name ON contacts(workspace_id, campaign_id, result, name, row) WHERE result > 0;
CREATE INDEX contacts_phone ON contacts(workspace_id, phone, campaign_id, row);

-- What a status change does not touch.
CREATE TABLE contact_properties(
  workspace_id INTEGER NOT NULL, campaign_id INTEGER NOT NULL, row INTEGER NOT NULL, line INTEGER NOT NULL,
  first_name TEXT NOT NULL, last_name TEXT NOT NULL, phone_text TEXT NOT NULL, properties TEXT NOT NULL,
  PRIMARY KEY(workspace_id, campaign_id, row)) STRICT, WITHOUT ROWID;

-- What people did to a contact by hand. before_*: what an exclusion is undone to; sample_id: the sample campaign it was taken into.
CREATE TABLE contact_marks(
  workspace_id INTEGER NOT NULL, campaign_id INTEGER NOT NULL, row INTEGER NOT NULL, handled_at INTEGER, handled_by TEXT, handled_note TEXT,
  excluded_at INTEGER, excluded_by TEXT, before_status INTEGER, before_result INTEGER, before_due INTEGER, before_reason TEXT, sample_id INTEGER,
  PRIMARY KEY(workspace_id, campaign_id, row)) STRICT, WITHOUT ROWID;
CREATE INDEX contact_marks_handled ON contact_marks(workspace_id, campaign_id, row) WHERE handled_at IS NOT NULL;

-- One row per number, the place where campaigns and nodes meet. blocked_until: from then on the block holds no more. live_until: when a call whose end was never seen frees the number.
CREATE TABLE numbers(
  workspace_id INTEGER NOT NULL, phone INTEGER NOT NULL, blocked INTEGER NOT NULL DEFAULT 0, blocked_at INTEGER, blocked_source TEXT,
  blocked_reason TEXT, blocked_by TEXT, blocked_until INTEGER, live_call INTEGER, live_until INTEGER, last_call_at INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY(workspace_id, phone)) STRICT, WITHOUT ROWID;
CREATE INDEX numbers_blocked ON numbers(workspace_id, blocked_at, phone) WHERE blocked = 1;

CREATE TABLE calls(
  workspace_id INTEGER NOT NULL, id INTEGER NOT NULL, campaign_id INTEGER NOT NULL, row INTEGER NOT NULL, phone INTEGER NOT NULL,
  slot INTEGER NOT NULL, fence INTEGER NOT NULL, trunk_id INTEGER NOT NULL, state INTEGER NOT NULL, placed_at INTEGER NOT NULL,
  ringing_at INTEGER, answered_at INTEGER, ended_at INTEGER, outcome INTEGER, ended_by INTEGER, sent INTEGER, late INTEGER NOT NULL DEFAULT 0,
  sip_status INTEGER, sip_reason TEXT, q850_cause INTEGER, recording TEXT, decision TEXT NOT NULL,
  PRIMARY KEY(workspace_id, id)) STRICT, WITHOUT ROWID;
CREATE INDEX calls_live ON calls(workspace_id, slot, id) WHERE state < 8;
CREATE INDEX calls_contact ON calls(workspace_id, campaign_id, row, id);
CREATE INDEX calls_campaign ON calls(workspace_id, campaign_id, id);
-- Recorded talks with a person: what "play random conversations" chooses from.
CREATE INDEX calls_talks ON calls(workspace_id, campaign_id, id) WHERE recording IS NOT NULL AND outcome > 0 AND outcome < 6;

CREATE TABLE call_details(
  workspace_id INTEGER NOT NULL, call_id INTEGER NOT NULL, turns TEXT, ladder TEXT,
  PRIMARY KEY(workspace_id, call_id)) STRICT;

-- The record. campaign_id 0: an event of the workspace. moved: one contact from one status to another, or data holds the sums by status.
CREATE TABLE events(
  workspace_id INTEGER NOT NULL, campaign_id INTEGER NOT NULL, id INTEGER NOT NULL, at INTEGER NOT NULL, kind INTEGER NOT NULL,
  row INTEGER, call_id INTEGER, from_status INTEGER, to_status INTEGER, outcome INTEGER, data TEXT,
  PRIMARY KEY(workspace_id, campaign_id, id)) STRICT, WITHOUT ROWID;
-- All but the begin and end of each call.
CREATE INDEX events_activity ON events(workspace_id, campaign_id, id) WHERE kind <> 4 AND kind <> 5;

CREATE TABLE jobs(
  workspace_id INTEGER NOT NULL, id INTEGER NOT NULL, kind INTEGER NOT NULL, campaign_id INTEGER NOT NULL, cursor INTEGER NOT NULL,
  asked_at INTEGER NOT NULL, params TEXT, done_at INTEGER, lease_slot INTEGER, fence INTEGER NOT NULL DEFAULT 0, until INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY(workspace_id, id)) STRICT, WITHOUT ROWID;
CREATE INDEX jobs_open ON jobs(workspace_id, kind, campaign_id, id) WHERE done_at IS NULL;

INSERT INTO workspaces(id, name, created_at) VALUES(1, 'default', CAST(unixepoch('subsec') * 1000000 AS INTEGER));
