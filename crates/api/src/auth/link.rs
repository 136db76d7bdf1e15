//! One-time links: how somebody gets in who has no password yet.

use std::time::Duration;

use carillon_domain::access::LinkPurpose;
use carillon_domain::{Timestamp, UserId, WorkspaceId};
use carillon_store::{NewLink, Store, StoreError};

use super::token;
use crate::secrets::SecretError;

/// How long a link can be used, by its purpose: those of this machine's own user are used at once.
pub const fn lasts(purpose: LinkPurpose) -> Duration {
    match purpose {
        LinkPurpose::FirstStart => Duration::from_secs(24 * 3600),
        LinkPurpose::SignIn => Duration::from_secs(3600),
        LinkPurpose::Invite | LinkPurpose::Reset => Duration::from_secs(7 * 24 * 3600),
    }
}

/// A link could not be made.
#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// No random numbers.
    #[error(transparent)]
    Secret(#[from] SecretError),
}

/// A new link.
#[derive(Debug, Clone)]
pub struct Link {
    /// What comes behind the address at which people reach Carillon: `/link#TOKEN`. Browsers don't send what stands behind `#`, so the
    /// token is in no server's log.
    pub path: String,
    /// Until when it can be used.
    pub expires_at: Timestamp,
}

/// Makes a link; earlier ones of the same user no longer work.
pub async fn create(
    store: &Store,
    workspace: WorkspaceId,
    purpose: LinkPurpose,
    user: Option<UserId>,
    now: Timestamp,
) -> Result<Link, LinkError> {
    let text = token::new_token(workspace)?;
    let expires_at = now + lasts(purpose);
    store
        .link_create(workspace, NewLink { token_hash: token::token_hash(&text), purpose, user, expires_at, now })
        .await?;
    Ok(Link { path: format!("/link#{text}"), expires_at })
}

impl From<LinkError> for crate::problem::Problem {
    fn from(error: LinkError) -> Self {
        match error {
            LinkError::Store(error) => error.into(),
            LinkError::Secret(error) => crate::problem::Problem::internal(&error),
        }
    }
}
