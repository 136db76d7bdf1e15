-- Results written to a file; it lies in the data folder under its id. An export is made by the job of the same id. state: 1 waiting, 2 running, 3 done,
-- 4 failed, 5 canceled. plan: format, filter and columns. read_from, read_to: the campaign was not over while it was read.
CREATE TABLE exports(
  workspace_id INTEGER NOT NULL, id INTEGER NOT NULL, campaign_id INTEGER NOT NULL, folder INTEGER NOT NULL, plan TEXT NOT NULL, file_name TEXT NOT NULL,
  state INTEGER NOT NULL, rows_done INTEGER NOT NULL DEFAULT 0, rows_total INTEGER, bytes INTEGER, read_from INTEGER, read_to INTEGER,
  error_code TEXT, error TEXT, created_at INTEGER NOT NULL, created_by TEXT NOT NULL, ended_at INTEGER, expires_at INTEGER,
  version INTEGER NOT NULL DEFAULT 1, PRIMARY KEY(workspace_id, id)) STRICT, WITHOUT ROWID;
CREATE INDEX exports_campaign ON exports(workspace_id, campaign_id, id);
CREATE INDEX exports_folder ON exports(workspace_id, folder, id);
