-- folder: the data folder that holds the files of the work; only a process of that folder does it. 0: any process.
ALTER TABLE jobs ADD COLUMN folder INTEGER NOT NULL DEFAULT 0;
ALTER TABLE contact_properties ADD COLUMN time_zone TEXT;
ALTER TABLE contact_properties ADD COLUMN external_id TEXT;

-- Contact files as they came; the file itself lies in the data folder, under its id. used_at: when an import last took it. sha256:
-- none while parts of it are to come.
CREATE TABLE uploads(
  workspace_id INTEGER NOT NULL, id INTEGER NOT NULL, folder INTEGER NOT NULL, name TEXT NOT NULL, bytes INTEGER NOT NULL, sha256 TEXT,
  created_at INTEGER NOT NULL, created_by TEXT NOT NULL, used_at INTEGER, PRIMARY KEY(workspace_id, id)) STRICT, WITHOUT ROWID;
CREATE INDEX uploads_folder ON uploads(workspace_id, folder, id);

-- An import is done by the job of the same id. path: of a file that is no upload. rows_before: contacts of the campaign before it; its own have
-- the rows after them. checked: the file was read to its end once, rows_total is exact. skips: how many rows for which reason.
CREATE TABLE imports(
  workspace_id INTEGER NOT NULL, id INTEGER NOT NULL, campaign_id INTEGER NOT NULL, folder INTEGER NOT NULL, upload_id INTEGER, path TEXT,
  file_name TEXT NOT NULL, file_hash TEXT NOT NULL, state INTEGER NOT NULL, rows_before INTEGER NOT NULL, plan TEXT NOT NULL,
  duplicates INTEGER NOT NULL, headers TEXT NOT NULL, phone_column INTEGER NOT NULL, property_names TEXT NOT NULL, checked INTEGER NOT NULL,
  bytes_done INTEGER NOT NULL DEFAULT 0, bytes_total INTEGER NOT NULL, rows_done INTEGER NOT NULL DEFAULT 0, rows_total INTEGER,
  pending INTEGER NOT NULL DEFAULT 0, skipped INTEGER NOT NULL DEFAULT 0, skips TEXT NOT NULL DEFAULT '{}', error_code TEXT, error TEXT,
  created_at INTEGER NOT NULL, created_by TEXT NOT NULL, ended_at INTEGER, version INTEGER NOT NULL DEFAULT 1,
  PRIMARY KEY(workspace_id, id)) STRICT, WITHOUT ROWID;
CREATE INDEX imports_campaign ON imports(workspace_id, campaign_id, id);
CREATE UNIQUE INDEX imports_open ON imports(workspace_id, campaign_id) WHERE state < 3;

-- Rows of contact files that are not called, as they were when they were read. place: column of the value, from 1.
CREATE TABLE skipped_rows(
  workspace_id INTEGER NOT NULL, campaign_id INTEGER NOT NULL, row INTEGER NOT NULL, reason INTEGER NOT NULL, line INTEGER NOT NULL,
  place INTEGER NOT NULL, value TEXT NOT NULL, text TEXT NOT NULL, PRIMARY KEY(workspace_id, campaign_id, row)) STRICT, WITHOUT ROWID;
CREATE INDEX skipped_rows_reason ON skipped_rows(workspace_id, campaign_id, reason, row);
