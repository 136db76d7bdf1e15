//! API keys, the audit log, settings.

use carillon_domain::access::Role;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use crate::ids::{ApiKeyId, AuditId, Time, UserId};

/// What an API key may do; each scope may do all that the one before may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum KeyScope {
    /// As a viewer.
    Read,
    /// As an operator.
    Write,
    /// As an administrator.
    Admin,
}

/// An API key, without its secret.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ApiKey {
    /// Which.
    pub id: ApiKeyId,
    /// Its name.
    #[schema(example = "CRM sync")]
    pub name: String,
    /// How the key begins, to be recognised by.
    #[schema(example = "crl_7f3a9c")]
    pub prefix: String,
    /// What it may do.
    pub scope: KeyScope,
    /// Who made it.
    pub created_by: String,
    /// When it was made.
    pub created_at: Time,
    /// When it was last used, to the minute.
    pub last_used_at: Option<Time>,
    /// When it ends by itself.
    pub expires_at: Option<Time>,
}

/// API keys, newest first.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ApiKeyList {
    /// The keys.
    pub items: Vec<ApiKey>,
}

/// An API key to be made.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewApiKey {
    /// Its name.
    pub name: String,
    /// What it may do.
    pub scope: KeyScope,
    /// When it ends by itself; none: never.
    #[serde(default)]
    pub expires_at: Option<Time>,
}

/// A new API key with its secret, shown once.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CreatedApiKey {
    /// The key.
    pub key: ApiKey,
    /// The whole key, for `Authorization: Bearer`. You won't see it again.
    #[schema(example = "crl_7f3a9c…")]
    pub secret: String,
}

/// Which rows of the audit log.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct AuditQuery {
    /// Only of this user.
    #[param(value_type = Option<UserId>)]
    pub user: Option<UserId>,
    /// Only this action: an operation's id, such as `campaign_start`.
    pub action: Option<String>,
    /// Only about this thing: its id.
    pub target: Option<String>,
    /// Not before.
    #[param(value_type = Option<Time>)]
    pub from: Option<Time>,
    /// Before.
    #[param(value_type = Option<Time>)]
    pub to: Option<Time>,
    /// `next` of the page before.
    pub after: Option<String>,
    /// Rows a page holds: 1 to 250.
    pub per_page: Option<u32>,
}

/// Who did what.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AuditRow {
    /// Which.
    pub id: AuditId,
    /// When.
    pub at: Time,
    /// The user; absent for somebody who was not signed in.
    pub user: Option<UserId>,
    /// Who, as shown to others: a user, a key, "the command line".
    pub who: String,
    /// What: the operation's id, such as `campaign_start`.
    #[schema(example = "campaign_start")]
    pub action: String,
    /// The thing it was done to: an id, or a part of the address.
    #[schema(example = "camp_0d3f5n8q00000")]
    pub target: Option<String>,
    /// The HTTP status of the answer: also refused attempts are kept.
    #[schema(example = 200)]
    pub status: u16,
    /// Details without secrets.
    #[schema(value_type = Option<Object>)]
    pub details: Option<Value>,
    /// Where it came from.
    pub address: Option<String>,
    /// Id of the request.
    pub request_id: Option<String>,
}

/// Settings of the workspace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Settings {
    /// Name of the workspace.
    pub name: String,
    /// Time zone of all dates that are shown, as IANA name.
    #[schema(example = "Europe/Berlin")]
    pub time_zone: String,
    /// Country of numbers without a country code, as ISO 3166-1 letters, unless an import says otherwise.
    #[schema(example = "US")]
    pub default_country: Option<String>,
    /// The address at which people reach Carillon, used in links of exports.
    #[schema(example = "https://calls.example.com")]
    pub public_url: Option<String>,
    /// It comes from the configuration of this process and can't be changed here.
    pub public_url_fixed: bool,
}

/// Changes of the settings; what is absent stays, `null` empties.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct EditSettings {
    /// Name of the workspace.
    pub name: Option<String>,
    /// Time zone, as IANA name.
    pub time_zone: Option<String>,
    /// Country of numbers without a country code.
    #[serde(deserialize_with = "super::system::present")]
    #[schema(value_type = Option<String>)]
    pub default_country: Option<Option<String>>,
    /// The address at which people reach Carillon.
    #[serde(deserialize_with = "super::system::present")]
    #[schema(value_type = Option<String>)]
    pub public_url: Option<Option<String>>,
}

impl KeyScope {
    /// The role that it stands for.
    pub const fn role(self) -> Role {
        match self {
            KeyScope::Read => Role::Viewer,
            KeyScope::Write => Role::Operator,
            KeyScope::Admin => Role::Admin,
        }
    }

    /// The scope that stands for a role.
    pub const fn of(role: Role) -> KeyScope {
        match role {
            Role::Viewer => KeyScope::Read,
            Role::Operator => KeyScope::Write,
            Role::Admin => KeyScope::Admin,
        }
    }
}

impl From<carillon_store::ApiKey> for ApiKey {
    fn from(key: carillon_store::ApiKey) -> ApiKey {
        ApiKey {
            id: key.id.into(),
            name: key.name,
            prefix: key.prefix,
            scope: KeyScope::of(key.role),
            created_by: key.user_name,
            created_at: key.created_at.into(),
            last_used_at: key.last_used_at.map(Into::into),
            expires_at: key.expires_at.map(Into::into),
        }
    }
}

impl From<carillon_store::Audit> for AuditRow {
    fn from(audit: carillon_store::Audit) -> AuditRow {
        let row = audit.row;
        AuditRow {
            id: audit.id.into(),
            at: row.at.into(),
            user: row.user.map(Into::into),
            who: row.who,
            action: row.action,
            target: row.target,
            status: row.status,
            details: row.details,
            address: row.address,
            request_id: row.request_id,
        }
    }
}
