-- Who may sign in. password: an argon2id hash; none for an invited user who has chosen no password yet.
CREATE TABLE users(
  workspace_id BIGINT NOT NULL, id BIGINT NOT NULL, login TEXT COLLATE "C" NOT NULL, name TEXT COLLATE "C" NOT NULL, role BIGINT NOT NULL, password TEXT COLLATE "C",
  created_at BIGINT NOT NULL, last_seen_at BIGINT, PRIMARY KEY(workspace_id, id));
CREATE UNIQUE INDEX users_login ON users(workspace_id, login);

-- Of tokens only the SHA-256 is kept.
CREATE TABLE sessions(
  workspace_id BIGINT NOT NULL, id BIGINT NOT NULL, user_id BIGINT NOT NULL, token_hash TEXT COLLATE "C" NOT NULL, created_at BIGINT NOT NULL,
  last_seen_at BIGINT NOT NULL, expires_at BIGINT NOT NULL, user_agent TEXT COLLATE "C", address TEXT COLLATE "C",
  PRIMARY KEY(workspace_id, id));
CREATE UNIQUE INDEX sessions_token ON sessions(workspace_id, token_hash);
CREATE INDEX sessions_user ON sessions(workspace_id, user_id, id);

CREATE TABLE links(
  workspace_id BIGINT NOT NULL, id BIGINT NOT NULL, token_hash TEXT COLLATE "C" NOT NULL, purpose BIGINT NOT NULL, user_id BIGINT,
  created_at BIGINT NOT NULL, expires_at BIGINT NOT NULL, PRIMARY KEY(workspace_id, id));
CREATE UNIQUE INDEX links_token ON links(workspace_id, token_hash);

CREATE TABLE api_keys(
  workspace_id BIGINT NOT NULL, id BIGINT NOT NULL, name TEXT COLLATE "C" NOT NULL, prefix TEXT COLLATE "C" NOT NULL, token_hash TEXT COLLATE "C" NOT NULL,
  role BIGINT NOT NULL, user_id BIGINT NOT NULL, created_at BIGINT NOT NULL, last_used_at BIGINT, expires_at BIGINT,
  PRIMARY KEY(workspace_id, id));
CREATE UNIQUE INDEX api_keys_token ON api_keys(workspace_id, token_hash);
CREATE UNIQUE INDEX api_keys_name ON api_keys(workspace_id, name);

CREATE TABLE audit(
  workspace_id BIGINT NOT NULL, id BIGINT NOT NULL, at BIGINT NOT NULL, user_id BIGINT, who TEXT COLLATE "C" NOT NULL, action TEXT COLLATE "C" NOT NULL,
  target TEXT COLLATE "C", status BIGINT NOT NULL, details JSONB, address TEXT COLLATE "C", request_id TEXT COLLATE "C",
  PRIMARY KEY(workspace_id, id));
CREATE INDEX audit_user ON audit(workspace_id, user_id, id);
CREATE INDEX audit_action ON audit(workspace_id, action, id);
CREATE INDEX audit_target ON audit(workspace_id, target, id);

-- What was answered to an Idempotency-Key. status: none while the first request is worked on. body: none when it held a secret.
CREATE TABLE idempotency(
  workspace_id BIGINT NOT NULL, actor BIGINT NOT NULL, key TEXT COLLATE "C" NOT NULL, request_hash TEXT COLLATE "C" NOT NULL, created_at BIGINT NOT NULL,
  status BIGINT, content_type TEXT COLLATE "C", body TEXT COLLATE "C", PRIMARY KEY(workspace_id, actor, key));
CREATE INDEX idempotency_age ON idempotency(workspace_id, created_at);

-- Lists of calls by how they ended, and by number: also of a workspace with a million calls.
CREATE INDEX calls_outcome ON calls(workspace_id, outcome, id);
CREATE INDEX calls_campaign_outcome ON calls(workspace_id, campaign_id, outcome, id);
CREATE INDEX calls_recorded ON calls(workspace_id, id) WHERE recording IS NOT NULL;
CREATE INDEX calls_campaign_recorded ON calls(workspace_id, campaign_id, id) WHERE recording IS NOT NULL;
CREATE INDEX calls_phone ON calls(workspace_id, phone, id);
