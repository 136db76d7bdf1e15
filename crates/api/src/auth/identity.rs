//! The one who asks.

use carillon_domain::{Actor, ApiKeyId, SessionId, UserId, WorkspaceId};

use super::Role;

/// By what they are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Via {
    /// A signed-in browser.
    Session(SessionId),
    /// An API key.
    Key(ApiKeyId),
}

/// Somebody who is signed in, or a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The only workspace whose things they reach.
    pub workspace: WorkspaceId,
    /// The user; for a key, the one who made it.
    pub user: UserId,
    /// As shown to others: the user's name, or "key NAME".
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// By what they are known.
    pub via: Via,
}

impl Identity {
    /// Who did something, as records keep it.
    pub fn actor(&self) -> Actor {
        Actor::User(self.name.clone())
    }
}
