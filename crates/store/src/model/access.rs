use carillon_domain::access::{LinkPurpose, Role};
use carillon_domain::{ApiKeyId, AuditId, LinkId, SessionId, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A user to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewUser {
    /// Signs in with this; unique in the workspace, in lower case.
    pub login: String,
    /// Shown to others.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// Hash of the password (PHC text); none until one is chosen.
    pub password: Option<String>,
    /// When.
    pub now: Timestamp,
}

/// A user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Which.
    pub id: UserId,
    /// Signs in with this.
    pub login: String,
    /// Shown to others.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// Hash of the password (PHC text).
    pub password: Option<String>,
    /// When they were made.
    pub created_at: Timestamp,
    /// When they last did something, to the minute.
    pub last_seen_at: Option<Timestamp>,
}

impl User {
    /// Whether they can sign in, or have.
    pub fn is_active(&self) -> bool {
        self.password.is_some() || self.last_seen_at.is_some()
    }
}

/// A session to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewSession {
    /// Whose.
    pub user: UserId,
    /// SHA-256 of its token, in hexadecimal digits.
    pub token_hash: String,
    /// When it ends unless it is used.
    pub expires_at: Timestamp,
    /// The browser, as it names itself.
    pub user_agent: Option<String>,
    /// Where it came from.
    pub address: Option<String>,
    /// When.
    pub now: Timestamp,
}

/// A signed-in browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserSession {
    /// Which.
    pub id: SessionId,
    /// Whose.
    pub user: UserId,
    /// Since when.
    pub created_at: Timestamp,
    /// When it was last used, to the minute.
    pub last_seen_at: Timestamp,
    /// When it ends unless it is used.
    pub expires_at: Timestamp,
    /// The browser, as it names itself.
    pub user_agent: Option<String>,
    /// Where it came from.
    pub address: Option<String>,
}

/// A one-time link to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewLink {
    /// SHA-256 of its token, in hexadecimal digits.
    pub token_hash: String,
    /// What it is for.
    pub purpose: LinkPurpose,
    /// For whom; none for the first administrator.
    pub user: Option<UserId>,
    /// Until when it can be used.
    pub expires_at: Timestamp,
    /// When.
    pub now: Timestamp,
}

/// A one-time link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OneTimeLink {
    /// Which.
    pub id: LinkId,
    /// What it is for.
    pub purpose: LinkPurpose,
    /// For whom.
    pub user: Option<UserId>,
    /// Until when it can be used.
    pub expires_at: Timestamp,
}

/// How a one-time link is used: what it does besides ending itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LinkUse {
    /// Makes the first administrator; refused when there is a user already.
    FirstAdministrator(NewUser),
    /// Its user gets this password, and perhaps another name.
    Password {
        /// Hash of the password (PHC text).
        password: String,
        /// Shown to others.
        name: Option<String>,
    },
    /// Signs in and changes nothing.
    SignIn,
}

/// An API key to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewApiKey {
    /// Unique in the workspace.
    pub name: String,
    /// How the key begins.
    pub prefix: String,
    /// SHA-256 of the key, in hexadecimal digits.
    pub token_hash: String,
    /// What it may do.
    pub role: Role,
    /// Who made it.
    pub user: UserId,
    /// When it ends by itself.
    pub expires_at: Option<Timestamp>,
    /// When.
    pub now: Timestamp,
}

/// An API key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKey {
    /// Which.
    pub id: ApiKeyId,
    /// Unique in the workspace.
    pub name: String,
    /// How the key begins.
    pub prefix: String,
    /// What it may do.
    pub role: Role,
    /// Who made it.
    pub user: UserId,
    /// The name of the one who made it.
    pub user_name: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last used, to the minute.
    pub last_used_at: Option<Timestamp>,
    /// When it ends by itself.
    pub expires_at: Option<Timestamp>,
}

/// A row for the audit log.
#[derive(Debug, Clone, PartialEq)]
pub struct NewAudit {
    /// When.
    pub at: Timestamp,
    /// The user.
    pub user: Option<UserId>,
    /// Who, as shown to others.
    pub who: String,
    /// What.
    pub action: String,
    /// To what.
    pub target: Option<String>,
    /// HTTP status of the answer.
    pub status: u16,
    /// Details without secrets.
    pub details: Option<Value>,
    /// Where it came from.
    pub address: Option<String>,
    /// Id of the request.
    pub request_id: Option<String>,
}

/// A row of the audit log.
#[derive(Debug, Clone, PartialEq)]
pub struct Audit {
    /// Which.
    pub id: AuditId,
    /// What it says.
    pub row: NewAudit,
}

/// Which rows of the audit log, newest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// Only of this user.
    pub user: Option<UserId>,
    /// Only this action.
    pub action: Option<String>,
    /// Only about this.
    pub target: Option<String>,
    /// Not before.
    pub from: Option<Timestamp>,
    /// Before.
    pub to: Option<Timestamp>,
    /// Only rows older than this one.
    pub after: Option<AuditId>,
}

/// An answer kept for an Idempotency-Key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptAnswer {
    /// HTTP status.
    pub status: u16,
    /// Its Content-Type.
    pub content_type: Option<String>,
    /// Its body; none when it held a secret.
    pub body: Option<String>,
}

/// What an Idempotency-Key was used for so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Idempotency {
    /// Nothing: it is taken now, and must be finished or given up.
    Taken,
    /// The same request is being worked on.
    Working,
    /// Whether the same request was done nobody knows: its process died, or its answer was lost.
    Unknown,
    /// The same request was answered.
    Answered(KeptAnswer),
    /// Another request.
    OtherRequest,
}

/// How a request with an Idempotency-Key ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IdempotencyEnd {
    /// Nothing was done: the key is free again.
    Refused,
    /// Nobody knows whether it was done: the key does nothing again.
    Unknown,
    /// It was done, and answered.
    Answered(KeptAnswer),
}

/// Settings of a workspace. Stored as JSON; unknown keys are refused, missing ones take the default.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WorkspaceSettings {
    /// Time zone of all dates that are shown, as IANA name.
    pub time_zone: String,
    /// Country of numbers without a country code, as ISO 3166-1 letters.
    pub default_country: Option<String>,
    /// The address at which people reach Carillon.
    pub public_url: Option<String>,
}

impl Default for WorkspaceSettings {
    fn default() -> Self {
        WorkspaceSettings { time_zone: "UTC".to_owned(), default_country: None, public_url: None }
    }
}

/// What changes of a workspace; `None` stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WorkspaceEdit {
    /// Its name.
    pub name: Option<String>,
    /// IANA name of the time zone in which people see dates.
    pub time_zone: Option<String>,
    /// Country of numbers without a code; `Some(None)`: none.
    pub default_country: Option<Option<String>>,
    /// The address at which people reach it; `Some(None)`: none.
    pub public_url: Option<Option<String>>,
}

/// A workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Workspace {
    /// Its name.
    pub name: String,
    /// Its settings.
    pub settings: WorkspaceSettings,
}
