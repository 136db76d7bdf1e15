-- Who may sign in. password: an argon2id hash; none for an invited user who has chosen no password yet.
CREATE TABLE users(
  workspace_id INTEGER NOT NULL, id INTEGER NOT NULL, login TEXT NOT NULL, name TEXT NOT NULL, role INTEGER NOT NULL, password TEXT,
  created_at INTEGER NOT NULL, last_seen_at INTEGER, PRIMARY KEY(workspace_id, id)) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX users_login ON users(workspace_id, login);

-- Of tokens only the SHA-256 is kept.
CREATE TABLE sessions(
  workspace_id INTEGER NOT NULL, id INTEGER NOT NULL, user_id INTEGER NOT NULL, token_hash TEXT NOT NULL, created_at INTEGER NOT NULL,
  last_seen_at INTEGER NOT NULL, expires_at INTEGER NOT NULL, user_agent TEXT, address TEXT,
  PRIMARY KEY(workspace_id, id)) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX sessions_token ON sessions(workspace_id, token_hash);
CREATE INDEX sessions_user ON sessions(workspace_id, user_id, id);

CREATE TABLE links(
  workspace_id INTEGER NOT NULL, id INTEGER NOT NULL, token_hash TEXT NOT NULL, purpose INTEGER NOT NULL, user_id INTEGER,
  created_at INTEGER NOT NULL, expires_at INTEGER NOT NULL, PRIMARY KEY(workspace_id, id)) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX links_token ON links(workspace_id, token_hash);

CREATE TABLE api_keys(
  workspace_id INTEGER NOT NULL, id INTEGER NOT NULL, name TEXT NOT NULL, prefix TEXT NOT NULL, token_hash TEXT NOT NULL,
  role INTEGER NOT NULL, user_id INTEGER NOT NULL, created_at INTEGER NOT NULL, last_used_at INTEGER, expires_at INTEGER,
  PRIMARY KEY(workspace_id, id)) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX api_keys_token ON api_keys(workspace_id, token_hash);
CREATE UNIQUE INDEX api_keys_name ON api_keys(workspace_id, name);

CREATE TABLE audit(
  workspace_id INTEGER NOT NULL, id INTEGER NOT NULL, at INTEGER NOT NULL, user_id INTEGER, who TEXT NOT NULL, action TEXT NOT NULL,
  target TEXT, status INTEGER NOT NULL, details TEXT, address TEXT, request_id TEXT,
  PRIMARY KEY(workspace_id, id)) STRICT, WITHOUT ROWID;
CREATE INDEX audit_user ON audit(workspace_id, user_id, id);
CREATE INDEX audit_action ON audit(workspace_id, action, id);
CREATE INDEX audit_target ON audit(workspace_id, target, id);

-- What was answered to an Idempotency-Key. status: none while the first request is worked on. body: none when it held a secret.
CREATE TABLE idempotency(
  workspace_id INTEGER NOT NULL, actor INTEGER NOT NULL, key TEXT NOT NULL, request_hash TEXT NOT NULL, created_at INTEGER NOT NULL,
  status INTEGER, content_type TEXT, body TEXT, PRIMARY KEY(workspace_id, actor, key)) STRICT, WITHOUT ROWID;
CREATE INDEX idempotency_age ON idempotency(workspace_id, created_at);

-- Lists of calls by how they ended, and by number: also of a workspace with a million calls.
CREATE INDEX calls_outcome ON calls(workspace_id, outcome, id);
CREATE INDEX calls_campaign_outcome ON calls(workspace_id, campaign_id, outcome, id);
CREATE INDEX calls_recorded ON calls(workspace_id, id) WHERE recording IS NOT NULL;
CREATE INDEX calls_campaign_recorded ON calls(workspace_id, campaign_id, id) WHERE recording IS NOT NULL;
CREATE INDEX calls_phone ON calls(workspace_id, phone, id);
