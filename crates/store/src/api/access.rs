use std::sync::Arc;

use carillon_domain::access::Role;
use carillon_domain::{ApiKeyId, LinkId, SessionId, Timestamp, UserId, WorkspaceId};

use crate::Store;
use crate::error::StoreError;
use crate::model::{ApiKey, LinkUse, NewApiKey, NewLink, NewSession, NewUser, OneTimeLink, User, UserSession};

impl Store {
    /// Makes a user. [`StoreError::NameTaken`] when somebody signs in with this already.
    pub async fn user_create(&self, workspace: WorkspaceId, new: NewUser) -> Result<UserId, StoreError> {
        let session = Some(self.session.required()?);
        let ws = workspace.raw();
        let new = Arc::new(new);
        Ok(write_tx!(self, session, [new], access::user_create(ws, &new))?.0)
    }

    /// All users, by name.
    pub async fn user_list(&self, workspace: WorkspaceId) -> Result<Vec<User>, StoreError> {
        read!(self, access::user_list(workspace.raw()))
    }

    /// One user.
    pub async fn user_fetch(&self, workspace: WorkspaceId, id: UserId) -> Result<Option<User>, StoreError> {
        read!(self, access::user_fetch(workspace.raw(), id))
    }

    /// One user by what they sign in with, in lower case.
    pub async fn user_by_login(&self, workspace: WorkspaceId, login: &str) -> Result<Option<User>, StoreError> {
        read!(self, access::user_by_login(workspace.raw(), login))
    }

    /// Whether there is any user.
    pub async fn any_user(&self, workspace: WorkspaceId) -> Result<bool, StoreError> {
        read!(self, access::any_user(workspace.raw()))
    }

    /// Changes name or role; keys of the user lose what the role loses. [`StoreError::LastAdministrator`] when nobody would be left.
    pub async fn user_edit(
        &self,
        workspace: WorkspaceId,
        id: UserId,
        name: Option<&str>,
        role: Option<Role>,
    ) -> Result<User, StoreError> {
        let session = Some(self.session.required()?);
        let ws = workspace.raw();
        let name = name.map(Arc::<str>::from);
        Ok(write_tx!(self, session, [name], access::user_edit(ws, id, name.as_deref(), role))?.0)
    }

    /// Removes a user with their sessions, links and keys. `false`: there is none. [`StoreError::LastAdministrator`] when nobody would be left.
    pub async fn user_remove(&self, workspace: WorkspaceId, id: UserId) -> Result<bool, StoreError> {
        let session = Some(self.session.required()?);
        let ws = workspace.raw();
        Ok(write_tx!(self, session, [], access::user_remove(ws, id))?.0)
    }

    /// Gives a user another password (PHC text) and ends their links and their sessions but `keep`.
    pub async fn user_password(
        &self,
        workspace: WorkspaceId,
        id: UserId,
        password: &str,
        keep: Option<SessionId>,
    ) -> Result<(), StoreError> {
        let session = Some(self.session.required()?);
        let ws = workspace.raw();
        let password = Arc::<str>::from(password);
        write_tx!(self, session, [password], access::user_password(ws, id, &password, keep))?;
        Ok(())
    }

    /// Signs a user in.
    pub async fn session_create(&self, workspace: WorkspaceId, new: NewSession) -> Result<SessionId, StoreError> {
        let session = Some(self.session.required()?);
        let ws = workspace.raw();
        let new = Arc::new(new);
        Ok(write_tx!(self, session, [new], access::session_create(ws, &new))?.0)
    }

    /// The session of a token that has not ended, with its user.
    pub async fn session_by_token(
        &self,
        workspace: WorkspaceId,
        token_hash: &str,
        now: Timestamp,
    ) -> Result<Option<(UserSession, User)>, StoreError> {
        read!(self, access::session_by_token(workspace.raw(), token_hash, now))
    }

    /// Notes that a session was used, and lets it last until `expires_at`.
    pub async fn session_seen(
        &self,
        workspace: WorkspaceId,
        session_id: SessionId,
        user: UserId,
        expires_at: Timestamp,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let session = Some(self.session.required()?);
        let ws = workspace.raw();
        write_tx!(self, session, [], access::session_seen(ws, session_id, user, expires_at, now))?;
        Ok(())
    }

    /// The sessions of a user that have not ended, newest first.
    pub async fn session_list(
        &self,
        workspace: WorkspaceId,
        user: UserId,
        now: Timestamp,
    ) -> Result<Vec<UserSession>, StoreError> {
        read!(self, access::session_list(workspace.raw(), user, now))
    }

    /// Signs a session of a user out. `false`: there is none.
    pub async fn session_end(
        &self,
        workspace: WorkspaceId,
        user: UserId,
        session_id: SessionId,
    ) -> Result<bool, StoreError> {
        let session = Some(self.session.required()?);
        let ws = workspace.raw();
        Ok(write_tx!(self, session, [], access::session_end(ws, user, session_id))?.0)
    }

    /// Makes a one-time link; earlier ones for the same user, or for the first administrator, end.
    pub async fn link_create(&self, workspace: WorkspaceId, new: NewLink) -> Result<LinkId, StoreError> {
        let session = Some(self.session.required()?);
        let ws = workspace.raw();
        let new = Arc::new(new);
        Ok(write_tx!(self, session, [new], access::link_create(ws, &new))?.0)
    }

    /// The link of a token that can still be used.
    pub async fn link_by_token(
        &self,
        workspace: WorkspaceId,
        token_hash: &str,
        now: Timestamp,
    ) -> Result<Option<OneTimeLink>, StoreError> {
        read!(self, access::link_by_token(workspace.raw(), token_hash, now))
    }

    /// Uses a link up and gives its user. [`StoreError::NotFound`] when somebody used it meanwhile.
    pub async fn link_use(
        &self,
        workspace: WorkspaceId,
        link: OneTimeLink,
        how: LinkUse,
    ) -> Result<UserId, StoreError> {
        let session = Some(self.session.required()?);
        let ws = workspace.raw();
        let (link, how) = (Arc::new(link), Arc::new(how));
        Ok(write_tx!(self, session, [link, how], access::link_use(ws, &link, &how))?.0)
    }

    /// Makes an API key. [`StoreError::NameTaken`] when there is one of this name.
    pub async fn api_key_create(&self, workspace: WorkspaceId, new: NewApiKey) -> Result<ApiKeyId, StoreError> {
        let session = Some(self.session.required()?);
        let ws = workspace.raw();
        let new = Arc::new(new);
        Ok(write_tx!(self, session, [new], keys::create(ws, &new))?.0)
    }

    /// All API keys, newest first.
    pub async fn api_key_list(&self, workspace: WorkspaceId) -> Result<Vec<ApiKey>, StoreError> {
        read!(self, keys::list(workspace.raw()))
    }

    /// The key of this hash that has not ended.
    pub async fn api_key_by_token(
        &self,
        workspace: WorkspaceId,
        token_hash: &str,
        now: Timestamp,
    ) -> Result<Option<ApiKey>, StoreError> {
        read!(self, keys::by_token(workspace.raw(), token_hash, now))
    }

    /// Notes that a key was used.
    pub async fn api_key_seen(&self, workspace: WorkspaceId, key: ApiKeyId, now: Timestamp) -> Result<(), StoreError> {
        let session = Some(self.session.required()?);
        let ws = workspace.raw();
        write_tx!(self, session, [], keys::seen(ws, key, now))?;
        Ok(())
    }

    /// Revokes a key. `false`: there is none.
    pub async fn api_key_revoke(&self, workspace: WorkspaceId, key: ApiKeyId) -> Result<bool, StoreError> {
        let session = Some(self.session.required()?);
        let ws = workspace.raw();
        Ok(write_tx!(self, session, [], keys::revoke(ws, key))?.0)
    }
}
