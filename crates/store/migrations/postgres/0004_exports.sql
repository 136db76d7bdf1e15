-- Results written to a file; it lies in the data folder under its id. An export is made by the job of the same id. state: 1 waiting, 2 running, 3 done,
-- 4 failed, 5 canceled. plan: format, filter and columns. read_from, read_to: the campaign was not over while it was read.
CREATE TABLE exports(
  workspace_id BIGINT NOT NULL, id BIGINT NOT NULL, campaign_id BIGINT NOT NULL, folder BIGINT NOT NULL, plan JSONB NOT NULL, file_name TEXT COLLATE "C" NOT NULL,
  state BIGINT NOT NULL, rows_done BIGINT NOT NULL DEFAULT 0, rows_total BIGINT, bytes BIGINT, read_from BIGINT, read_to BIGINT,
  error_code TEXT COLLATE "C", error TEXT COLLATE "C", created_at BIGINT NOT NULL, created_by TEXT COLLATE "C" NOT NULL, ended_at BIGINT, expires_at BIGINT,
  version BIGINT NOT NULL DEFAULT 1, PRIMARY KEY(workspace_id, id));
CREATE INDEX exports_campaign ON exports(workspace_id, campaign_id, id);
CREATE INDEX exports_folder ON exports(workspace_id, folder, id);
