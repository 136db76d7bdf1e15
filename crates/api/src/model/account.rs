//! Signing in, users and their sessions.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::codes::{LinkPurpose, Role};
use crate::ids::{SessionId, Time, UserId};

/// User and password.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    /// The name to sign in with, often an e-mail address; upper and lower case are the same.
    #[schema(example = "ana@example.com")]
    pub login: String,
    /// The password.
    #[schema(format = Password)]
    pub password: String,
}

/// Who is signed in.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CurrentSession {
    /// The session; absent when an API key asks.
    pub id: Option<SessionId>,
    /// The user.
    pub user: User,
    /// What this session or key may do; a key may do less than its user.
    pub role: Role,
    /// Whether the user has a password; somebody who came in by a link may have none.
    pub has_password: bool,
    /// When the session ends unless it is used.
    pub expires_at: Option<Time>,
    /// The workspace's name.
    pub workspace: String,
    /// Time zone of all dates that are shown, as IANA name.
    #[schema(example = "Europe/Berlin")]
    pub time_zone: String,
}

/// The token of a one-time link, which stands behind `#` in it.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkToken {
    /// The token.
    pub token: String,
}

/// What a one-time link asks for.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct LinkInfo {
    /// What it is for.
    pub purpose: LinkPurpose,
    /// The login of its user, when it has one.
    pub login: Option<String>,
    /// The name of its user, when it has one.
    pub name: Option<String>,
    /// Whether a password must be chosen.
    pub needs_password: bool,
    /// Until when it can be used.
    pub expires_at: Time,
}

/// Uses a one-time link.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UseLink {
    /// The token.
    pub token: String,
    /// The name to sign in with; for the first administrator.
    pub login: Option<String>,
    /// The name shown to others; for the first administrator, else a change.
    pub name: Option<String>,
    /// The chosen password, at least 10 characters; none for a link that signs in.
    #[schema(format = Password)]
    pub password: Option<String>,
}

/// A change of one's own password.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangePassword {
    /// The password until now.
    #[schema(format = Password)]
    pub current: String,
    /// The new one, at least 10 characters. All other sessions of the user are signed out.
    #[schema(format = Password)]
    pub new: String,
}

/// Whether a user can sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum UserState {
    /// Has a password.
    Active,
    /// Invited; has chosen no password yet.
    Invited,
}

/// A user.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct User {
    /// Which.
    pub id: UserId,
    /// The name to sign in with.
    #[schema(example = "ana@example.com")]
    pub login: String,
    /// The name shown to others.
    #[schema(example = "Ana")]
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// Whether they can sign in.
    pub state: UserState,
    /// When they last did something.
    pub last_seen_at: Option<Time>,
    /// When they were invited.
    pub created_at: Time,
    /// Why the user can't be removed or given a lower role, in words; absent when they can.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "The last administrator can't be removed.")]
    pub kept_because: Option<String>,
}

/// Users, by name.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct UserList {
    /// The users.
    pub items: Vec<User>,
}

/// A user to be invited.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InviteUser {
    /// The name to sign in with, unique in the workspace.
    pub login: String,
    /// The name shown to others.
    pub name: String,
    /// What they may do.
    pub role: Role,
}

/// An invited user with the link to be handed to them.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct InvitedUser {
    /// The user.
    pub user: User,
    /// The one-time link. It is shown once.
    pub link: OneTimeLink,
}

/// A one-time link, shown once.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct OneTimeLink {
    /// The address to open.
    #[schema(example = "http://127.0.0.1:8080/link#kQ3…")]
    pub url: String,
    /// Until when it can be used.
    pub expires_at: Time,
}

/// Changes of a user; what is absent stays.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct EditUser {
    /// The name shown to others.
    pub name: Option<String>,
    /// What they may do.
    pub role: Option<Role>,
}

/// A signed-in browser.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct UserSession {
    /// Which.
    pub id: SessionId,
    /// Whether it is the one that asks.
    pub current: bool,
    /// Since when.
    pub created_at: Time,
    /// When it was last used, to the minute.
    pub last_seen_at: Time,
    /// When it ends unless it is used.
    pub expires_at: Time,
    /// The browser, as it names itself.
    pub user_agent: Option<String>,
    /// The address it came from.
    pub address: Option<String>,
}

/// The sessions of a user, newest first.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct UserSessionList {
    /// The sessions.
    pub items: Vec<UserSession>,
}

impl From<carillon_store::User> for User {
    fn from(user: carillon_store::User) -> User {
        User {
            id: user.id.into(),
            state: if user.is_active() { UserState::Active } else { UserState::Invited },
            login: user.login,
            name: user.name,
            role: user.role.into(),
            last_seen_at: user.last_seen_at.map(Into::into),
            created_at: user.created_at.into(),
            kept_because: None,
        }
    }
}
