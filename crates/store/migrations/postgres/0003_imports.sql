-- folder: the data folder that holds the files of the work; only a process of that folder does it. 0: any process.
ALTER TABLE jobs ADD COLUMN folder BIGINT NOT NULL DEFAULT 0;
ALTER TABLE contact_properties ADD COLUMN time_zone TEXT COLLATE "C";
ALTER TABLE contact_properties ADD COLUMN external_id TEXT COLLATE "C";

-- Contact files as they came; the file itself lies in the data folder, under its id. used_at: when an import last took it. sha256:
-- none while parts of it are to come.
CREATE TABLE uploads(
  workspace_id BIGINT NOT NULL, id BIGINT NOT NULL, folder BIGINT NOT NULL, name TEXT COLLATE "C" NOT NULL, bytes BIGINT NOT NULL, sha256 TEXT COLLATE "C",
  created_at BIGINT NOT NULL, created_by TEXT COLLATE "C" NOT NULL, used_at BIGINT, PRIMARY KEY(workspace_id, id));
CREATE INDEX uploads_folder ON uploads(workspace_id, folder, id);

-- An import is done by the job of the same id. path: of a file that is no upload. rows_before: contacts of the campaign before it; its own have
-- the rows after them. checked: the file was read to its end once, rows_total is exact. skips: how many rows for which reason.
CREATE TABLE imports(
  workspace_id BIGINT NOT NULL, id BIGINT NOT NULL, campaign_id BIGINT NOT NULL, folder BIGINT NOT NULL, upload_id BIGINT, path TEXT COLLATE "C",
  file_name TEXT COLLATE "C" NOT NULL, file_hash TEXT COLLATE "C" NOT NULL, state BIGINT NOT NULL, rows_before BIGINT NOT NULL, plan JSONB NOT NULL,
  duplicates BIGINT NOT NULL, headers JSONB NOT NULL, phone_column BIGINT NOT NULL, property_names JSONB NOT NULL, checked BIGINT NOT NULL,
  bytes_done BIGINT NOT NULL DEFAULT 0, bytes_total BIGINT NOT NULL, rows_done BIGINT NOT NULL DEFAULT 0, rows_total BIGINT,
  pending BIGINT NOT NULL DEFAULT 0, skipped BIGINT NOT NULL DEFAULT 0, skips JSONB NOT NULL DEFAULT '{}', error_code TEXT COLLATE "C", error TEXT COLLATE "C",
  created_at BIGINT NOT NULL, created_by TEXT COLLATE "C" NOT NULL, ended_at BIGINT, version BIGINT NOT NULL DEFAULT 1,
  PRIMARY KEY(workspace_id, id));
CREATE INDEX imports_campaign ON imports(workspace_id, campaign_id, id);
CREATE UNIQUE INDEX imports_open ON imports(workspace_id, campaign_id) WHERE state < 3;

-- Rows of contact files that are not called, as they were when they were read. place: column of the value, from 1.
CREATE TABLE skipped_rows(
  workspace_id BIGINT NOT NULL, campaign_id BIGINT NOT NULL, row BIGINT NOT NULL, reason BIGINT NOT NULL, line BIGINT NOT NULL,
  place BIGINT NOT NULL, value TEXT COLLATE "C" NOT NULL, text TEXT COLLATE "C" NOT NULL, PRIMARY KEY(workspace_id, campaign_id, row));
CREATE INDEX skipped_rows_reason ON skipped_rows(workspace_id, campaign_id, reason, row);
