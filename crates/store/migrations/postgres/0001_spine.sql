-- Times are microseconds since 1970-01-01 UTC. Statuses, results and reasons are the numbers of carillon-domain.
CREATE TABLE workspaces(id BIGINT NOT NULL PRIMARY KEY, name TEXT COLLATE "C" NOT NULL UNIQUE, created_at BIGINT NOT NULL,
  settings JSONB NOT NULL DEFAULT '{}');

-- Slots of writing processes: the one table that belongs to no workspace.
CREATE TABLE leases(
  slot BIGINT NOT NULL PRIMARY KEY, holder TEXT NOT NULL, fence BIGINT NOT NULL, until BIGINT NOT NULL,
  last_id_time BIGINT NOT NULL, dead BIGINT NOT NULL DEFAULT 0);

CREATE TABLE employees(
  workspace_id BIGINT NOT NULL, id BIGINT NOT NULL, version BIGINT NOT NULL, name TEXT COLLATE "C" NOT NULL, settings JSONB NOT NULL,
  created_at BIGINT NOT NULL, PRIMARY KEY(workspace_id, id, version));
CREATE UNIQUE INDEX employees_name ON employees(workspace_id, name, version);

-- password: encrypted, with the id of its key. deleted_at: kept for the calls that were made by it.
CREATE TABLE trunks(
  workspace_id BIGINT NOT NULL, id BIGINT NOT NULL, name TEXT COLLATE "C" NOT NULL, settings JSONB NOT NULL,
  created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL, version BIGINT NOT NULL DEFAULT 1,
  password TEXT, password_set_at BIGINT, deleted_at BIGINT, PRIMARY KEY(workspace_id, id));
CREATE UNIQUE INDEX trunks_name ON trunks(workspace_id, name) WHERE deleted_at IS NULL;

-- control_version moves with status and settings, version with every change of the row. origin: how it was made from parent_id.
CREATE TABLE campaigns(
  workspace_id BIGINT NOT NULL, id BIGINT NOT NULL, name TEXT COLLATE "C" NOT NULL, status BIGINT NOT NULL, state JSONB NOT NULL,
  settings JSONB NOT NULL, employee_id BIGINT NOT NULL, employee_version BIGINT NOT NULL, trunk_id BIGINT NOT NULL,
  file_hash TEXT, property_names JSONB NOT NULL, created_at BIGINT NOT NULL, imported_at BIGINT, started_at BIGINT,
  ended_at BIGINT, paused_at BIGINT, paused_us BIGINT NOT NULL DEFAULT 0, control_version BIGINT NOT NULL DEFAULT 1,
  version BIGINT NOT NULL DEFAULT 1, parent_id BIGINT, origin BIGINT,
  created_by TEXT, started_by TEXT, PRIMARY KEY(workspace_id, id));
CREATE UNIQUE INDEX campaigns_name ON campaigns(workspace_id, name);
CREATE INDEX campaigns_status ON campaigns(workspace_id, status, id);
CREATE INDEX campaigns_parent ON campaigns(workspace_id, parent_id, id) WHERE parent_id IS NOT NULL;

-- What people learned from a campaign.
CREATE TABLE campaign_notes(
  workspace_id BIGINT NOT NULL, campaign_id BIGINT NOT NULL, text TEXT NOT NULL, version BIGINT NOT NULL, updated_at BIGINT NOT NULL,
  updated_by TEXT NOT NULL, PRIMARY KEY(workspace_id, campaign_id));

-- One row per writing connection (slot, lane); a row's numbers may be negative, a card is the sum. gate: 0 closed, 1 open, 2 canceled.
CREATE TABLE campaign_counts(
  workspace_id BIGINT NOT NULL, campaign_id BIGINT NOT NULL, slot BIGINT NOT NULL, lane BIGINT NOT NULL, gate BIGINT NOT NULL,
  pending BIGINT NOT NULL DEFAULT 0, in_progress BIGINT NOT NULL DEFAULT 0, completed BIGINT NOT NULL DEFAULT 0,
  failed BIGINT NOT NULL DEFAULT 0, skipped BIGINT NOT NULL DEFAULT 0, canceled BIGINT NOT NULL DEFAULT 0,
  waiting BIGINT NOT NULL DEFAULT 0, calls BIGINT NOT NULL DEFAULT 0, answered BIGINT NOT NULL DEFAULT 0,
  talk_ms BIGINT NOT NULL DEFAULT 0, first_call_at BIGINT, last_end_at BIGINT, version BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY(workspace_id, campaign_id, slot, lane));

-- How many contacts have each result (1 to 99), failure code (100 to 999) or skip reason (1000 and its number).
CREATE TABLE campaign_outcomes(
  workspace_id BIGINT NOT NULL, campaign_id BIGINT NOT NULL, slot BIGINT NOT NULL, lane BIGINT NOT NULL,
  outcome BIGINT NOT NULL, n BIGINT NOT NULL,
  PRIMARY KEY(workspace_id, campaign_id, slot, lane, outcome));

-- result: that of a Completed contact, the code of a Failed one, the reason of a Skipped one, else 0. last_call_at: 0 when never called.
-- Every list index ends in row, so that pages never overlap; the one by name carries the number, so that a search reads nothing else.
CREATE TABLE contacts(
  workspace_id BIGINT NOT NULL, campaign_id BIGINT NOT NULL, row BIGINT NOT NULL, phone BIGINT, name TEXT COLLATE "C" NOT NULL,
  status BIGINT NOT NULL, result BIGINT NOT NULL DEFAULT 0, reason TEXT, zone_key BIGINT NOT NULL, order_key BIGINT NOT NULL, due_at BIGINT,
  lease_slot BIGINT, fence BIGINT NOT NULL DEFAULT 0, attempts BIGINT NOT NULL DEFAULT 0, put_backs BIGINT NOT NULL DEFAULT 0,
  unsent BIGINT NOT NULL DEFAULT 0, withdrawals BIGINT NOT NULL DEFAULT 0,
  last_outcome BIGINT, call_id BIGINT, last_call_at BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY(workspace_id, campaign_id, row));
CREATE INDEX contacts_ready ON contacts(workspace_id, campaign_id, zone_key, order_key, row) WHERE status = 0 AND due_at IS NULL AND lease_slot IS NULL;
CREATE INDEX contacts_due ON contacts(workspace_id, campaign_id, due_at, row) WHERE status = 0 AND due_at IS NOT NULL AND lease_slot IS NULL;
CREATE INDEX contacts_leased ON contacts(workspace_id, lease_slot, campaign_id, row) WHERE lease_slot IS NOT NULL;
CREATE INDEX contacts_name ON contacts(workspace_id, campaign_id, name, row) INCLUDE (phone);
CREATE INDEX contacts_status_name ON contacts(workspace_id, campaign_id, status, name, row);
CREATE INDEX contacts_last ON contacts(workspace_id, campaign_id, last_call_at, row);
CREATE INDEX contacts_status_last ON contacts(workspace_id, campaign_id, status, last_call_at, row);
CREATE INDEX contacts_result_last ON contacts(workspace_id, campaign_id, result, last_call_at, row);
CREATE INDEX contacts_result_name ON contacts(workspace_id, campaign_id, result, name, row) WHERE result > 0;
CREATE INDEX contacts_phone ON contacts(workspace_id, phone, campaign_id, row);

-- What a status change does not touch.
CREATE TABLE contact_properties(
  workspace_id BIGINT NOT NULL, campaign_id BIGINT NOT NULL, row BIGINT NOT NULL, line BIGINT NOT NULL,
  first_name TEXT NOT NULL, last_name TEXT NOT NULL, phone_text TEXT NOT NULL, properties JSONB NOT NULL,
  PRIMARY KEY(workspace_id, campaign_id, row));

-- What people did to a contact by hand. before_*: what an exclusion is undone to; sample_id: the sample campaign it was taken into.
CREATE TABLE contact_marks(
  workspace_id BIGINT NOT NULL, campaign_id BIGINT NOT NULL, row BIGINT NOT NULL, handled_at BIGINT, handled_by TEXT, handled_note TEXT,
  excluded_at BIGINT, excluded_by TEXT, before_status BIGINT, before_result BIGINT, before_due BIGINT, before_reason TEXT, sample_id BIGINT,
  PRIMARY KEY(workspace_id, campaign_id, row));
CREATE INDEX contact_marks_handled ON contact_marks(workspace_id, campaign_id, row) WHERE handled_at IS NOT NULL;

-- One row per number, the place where campaigns and nodes meet. blocked_until: from then on the block holds no more. live_until: when a call whose end was never seen frees the number.
CREATE TABLE numbers(
  workspace_id BIGINT NOT NULL, phone BIGINT NOT NULL, blocked BIGINT NOT NULL DEFAULT 0, blocked_at BIGINT, blocked_source TEXT,
  blocked_reason TEXT, blocked_by TEXT, blocked_until BIGINT, live_call BIGINT, live_until BIGINT, last_call_at BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY(workspace_id, phone));
CREATE INDEX numbers_blocked ON numbers(workspace_id, blocked_at, phone) WHERE blocked = 1;

CREATE TABLE calls(
  workspace_id BIGINT NOT NULL, id BIGINT NOT NULL, campaign_id BIGINT NOT NULL, row BIGINT NOT NULL, phone BIGINT NOT NULL,
  slot BIGINT NOT NULL, fence BIGINT NOT NULL, trunk_id BIGINT NOT NULL, state BIGINT NOT NULL, placed_at BIGINT NOT NULL,
  ringing_at BIGINT, answered_at BIGINT, ended_at BIGINT, outcome BIGINT, ended_by BIGINT, sent BIGINT, late BIGINT NOT NULL DEFAULT 0,
  sip_status BIGINT, sip_reason TEXT, q850_cause BIGINT, recording TEXT, decision JSONB NOT NULL,
  PRIMARY KEY(workspace_id, id));
CREATE INDEX calls_live ON calls(workspace_id, slot, id) WHERE state < 8;
CREATE INDEX calls_contact ON calls(workspace_id, campaign_id, row, id);
CREATE INDEX calls_campaign ON calls(workspace_id, campaign_id, id);
-- Recorded talks with a person: what "play random conversations" chooses from.
CREATE INDEX calls_talks ON calls(workspace_id, campaign_id, id) WHERE recording IS NOT NULL AND outcome > 0 AND outcome < 6;

CREATE TABLE call_details(
  workspace_id BIGINT NOT NULL, call_id BIGINT NOT NULL, turns JSONB, ladder JSONB,
  PRIMARY KEY(workspace_id, call_id));

-- The record. campaign_id 0: an event of the workspace. moved: one contact from one status to another, or data holds the sums by status.
CREATE TABLE events(
  workspace_id BIGINT NOT NULL, campaign_id BIGINT NOT NULL, id BIGINT NOT NULL, at BIGINT NOT NULL, kind BIGINT NOT NULL,
  row BIGINT, call_id BIGINT, from_status BIGINT, to_status BIGINT, outcome BIGINT, data JSONB,
  PRIMARY KEY(workspace_id, campaign_id, id));
-- All but the begin and end of each call.
CREATE INDEX events_activity ON events(workspace_id, campaign_id, id) WHERE kind <> 4 AND kind <> 5;

CREATE TABLE jobs(
  workspace_id BIGINT NOT NULL, id BIGINT NOT NULL, kind BIGINT NOT NULL, campaign_id BIGINT NOT NULL, cursor BIGINT NOT NULL,
  asked_at BIGINT NOT NULL, params JSONB, done_at BIGINT, lease_slot BIGINT, fence BIGINT NOT NULL DEFAULT 0, until BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY(workspace_id, id));
CREATE INDEX jobs_open ON jobs(workspace_id, kind, campaign_id, id) WHERE done_at IS NULL;

INSERT INTO workspaces(id, name, created_at) VALUES(1, 'default', CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS BIGINT));
