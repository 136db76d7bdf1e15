//! Users, their sessions and one-time links.

use carillon_domain::access::{LinkPurpose, Role};
use carillon_domain::ids::{Link as LinkKind, Session as SessionKind, User as UserKind};
use carillon_domain::{LinkId, SessionId, Timestamp, UserId};

use super::{Tx, sql};
use crate::error::{Fault, StoreError};
use crate::model::{LinkUse, NewLink, NewSession, NewUser, OneTimeLink, User, UserSession};

#[derive(sqlx::FromRow)]
struct UserRow {
    id: i64,
    login: String,
    name: String,
    role: i64,
    password: Option<String>,
    created_at: i64,
    last_seen_at: Option<i64>,
}

/// A role from its number.
pub(super) fn role(number: i64) -> Result<Role, Fault> {
    Role::from_number(number).ok_or_else(|| Fault::Store(StoreError::Corrupt(format!("role {number}"))))
}

impl TryFrom<UserRow> for User {
    type Error = Fault;

    fn try_from(row: UserRow) -> Result<User, Fault> {
        Ok(User {
            id: UserId::from_raw(row.id),
            login: row.login,
            name: row.name,
            role: role(row.role)?,
            password: row.password,
            created_at: Timestamp::from_micros(row.created_at),
            last_seen_at: row.last_seen_at.map(Timestamp::from_micros),
        })
    }
}

macro_rules! select_user {
    ($rest:literal) => {
        concat!(
            "SELECT id, login, name, role, password, created_at, last_seen_at FROM users WHERE workspace_id = $1 ",
            $rest
        )
    };
}

/// Makes a user.
pub(crate) async fn user_create(tx: &mut Tx, ws: i64, new: &NewUser) -> Result<UserId, Fault> {
    let id = tx.session()?.next_id::<UserKind>(new.now);
    let made = tx
        .exec(
            sql("INSERT INTO users(workspace_id, id, login, name, role, password, created_at) VALUES($1, $2, $3, $4, $5, $6, $7) \
                 ON CONFLICT(workspace_id, login) DO NOTHING")
            .bind(ws)
            .bind(id.raw())
            .bind(new.login.clone())
            .bind(new.name.clone())
            .bind(new.role.number())
            .bind(new.password.clone())
            .bind(new.now.as_micros()),
        )
        .await?;
    if made == 0 {
        return Err(StoreError::NameTaken { what: "user", name: new.login.clone() }.into());
    }
    Ok(id)
}

/// All users, by name.
pub(crate) async fn user_list(tx: &mut Tx, ws: i64) -> Result<Vec<User>, Fault> {
    let rows: Vec<UserRow> = tx.all(sql(select_user!("ORDER BY name, id")).bind(ws)).await?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// One user.
pub(crate) async fn user_fetch(tx: &mut Tx, ws: i64, id: UserId) -> Result<Option<User>, Fault> {
    let row: Option<UserRow> = tx.opt(sql(select_user!("AND id = $2")).bind(ws).bind(id.raw())).await?;
    row.map(TryInto::try_into).transpose()
}

/// One user by what they sign in with.
pub(crate) async fn user_by_login(tx: &mut Tx, ws: i64, login: &str) -> Result<Option<User>, Fault> {
    let row: Option<UserRow> = tx.opt(sql(select_user!("AND login = $2")).bind(ws).bind(login.to_owned())).await?;
    row.map(TryInto::try_into).transpose()
}

/// Whether there is any user.
pub(crate) async fn any_user(tx: &mut Tx, ws: i64) -> Result<bool, Fault> {
    let row: Option<(i64,)> = tx.opt(sql("SELECT id FROM users WHERE workspace_id = $1 LIMIT 1").bind(ws)).await?;
    Ok(row.is_some())
}

/// Locks the administrators, so that two of them can't take each other's role at the same time, and refuses when `id` is the only one who
/// can sign in.
async fn keep_an_administrator(tx: &mut Tx, ws: i64, id: UserId) -> Result<(), Fault> {
    let rows: Vec<UserRow> = tx
        .all(sql(concat!(select_user!("AND role = $2 ORDER BY id"), for_update!())).bind(ws).bind(Role::Admin.number()))
        .await?;
    let admins = rows.into_iter().map(TryInto::try_into).collect::<Result<Vec<User>, Fault>>()?;
    let others = admins.iter().any(|admin| admin.id != id && admin.is_active());
    let is_one = admins.iter().any(|admin| admin.id == id && admin.is_active());
    if is_one && !others { Err(StoreError::LastAdministrator.into()) } else { Ok(()) }
}

/// Changes name or role.
pub(crate) async fn user_edit(
    tx: &mut Tx,
    ws: i64,
    id: UserId,
    name: Option<&str>,
    role: Option<Role>,
) -> Result<User, Fault> {
    if role.is_some_and(|role| role != Role::Admin) {
        keep_an_administrator(tx, ws, id).await?;
    }
    tx.exec(
        sql(
            "UPDATE users SET name = COALESCE($3, name), role = COALESCE($4, role) WHERE workspace_id = $1 AND id = $2",
        )
        .bind(ws)
        .bind(id.raw())
        .bind(name.map(ToOwned::to_owned))
        .bind(role.map(Role::number)),
    )
    .await?;
    // A key may do no more than the one who made it.
    if let Some(role) = role {
        tx.exec(
            sql("UPDATE api_keys SET role = $3 WHERE workspace_id = $1 AND user_id = $2 AND role > $3")
                .bind(ws)
                .bind(id.raw())
                .bind(role.number()),
        )
        .await?;
    }
    user_fetch(tx, ws, id).await?.ok_or(Fault::Store(StoreError::NotFound { what: "user" }))
}

/// Removes a user with all that lets them in.
pub(crate) async fn user_remove(tx: &mut Tx, ws: i64, id: UserId) -> Result<bool, Fault> {
    keep_an_administrator(tx, ws, id).await?;
    for text in [
        "DELETE FROM sessions WHERE workspace_id = $1 AND user_id = $2",
        "DELETE FROM links WHERE workspace_id = $1 AND user_id = $2",
        "DELETE FROM api_keys WHERE workspace_id = $1 AND user_id = $2",
    ] {
        tx.exec(sql(text).bind(ws).bind(id.raw())).await?;
    }
    let gone = tx.exec(sql("DELETE FROM users WHERE workspace_id = $1 AND id = $2").bind(ws).bind(id.raw())).await?;
    Ok(gone == 1)
}

/// Gives a user another password and ends their other sessions and links.
pub(crate) async fn user_password(
    tx: &mut Tx,
    ws: i64,
    id: UserId,
    password: &str,
    keep: Option<SessionId>,
) -> Result<(), Fault> {
    let changed = tx
        .exec(
            sql("UPDATE users SET password = $3 WHERE workspace_id = $1 AND id = $2")
                .bind(ws)
                .bind(id.raw())
                .bind(password.to_owned()),
        )
        .await?;
    if changed == 0 {
        return Err(StoreError::NotFound { what: "user" }.into());
    }
    tx.exec(
        sql("DELETE FROM sessions WHERE workspace_id = $1 AND user_id = $2 AND id <> $3")
            .bind(ws)
            .bind(id.raw())
            .bind(keep.map_or(0, SessionId::raw)),
    )
    .await?;
    tx.exec(sql("DELETE FROM links WHERE workspace_id = $1 AND user_id = $2").bind(ws).bind(id.raw())).await?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct SessionRow {
    id: i64,
    user_id: i64,
    created_at: i64,
    last_seen_at: i64,
    expires_at: i64,
    user_agent: Option<String>,
    address: Option<String>,
}

impl From<SessionRow> for UserSession {
    fn from(row: SessionRow) -> UserSession {
        UserSession {
            id: SessionId::from_raw(row.id),
            user: UserId::from_raw(row.user_id),
            created_at: Timestamp::from_micros(row.created_at),
            last_seen_at: Timestamp::from_micros(row.last_seen_at),
            expires_at: Timestamp::from_micros(row.expires_at),
            user_agent: row.user_agent,
            address: row.address,
        }
    }
}

macro_rules! select_session {
    ($rest:literal) => {
        concat!(
            "SELECT id, user_id, created_at, last_seen_at, expires_at, user_agent, address FROM sessions WHERE workspace_id = $1 ",
            $rest
        )
    };
}

/// Signs a user in; sessions that ended are cleared away.
pub(crate) async fn session_create(tx: &mut Tx, ws: i64, new: &NewSession) -> Result<SessionId, Fault> {
    let id = tx.session()?.next_id::<SessionKind>(new.now);
    tx.exec(
        sql("DELETE FROM sessions WHERE workspace_id = $1 AND user_id = $2 AND expires_at <= $3")
            .bind(ws)
            .bind(new.user.raw())
            .bind(new.now.as_micros()),
    )
    .await?;
    tx.exec(
        sql("INSERT INTO sessions(workspace_id, id, user_id, token_hash, created_at, last_seen_at, expires_at, user_agent, address) \
             VALUES($1, $2, $3, $4, $5, $5, $6, $7, $8)")
        .bind(ws)
        .bind(id.raw())
        .bind(new.user.raw())
        .bind(new.token_hash.clone())
        .bind(new.now.as_micros())
        .bind(new.expires_at.as_micros())
        .bind(new.user_agent.clone())
        .bind(new.address.clone()),
    )
    .await?;
    seen(tx, ws, new.user, new.now).await?;
    Ok(id)
}

async fn seen(tx: &mut Tx, ws: i64, user: UserId, now: Timestamp) -> Result<(), Fault> {
    tx.exec(
        sql("UPDATE users SET last_seen_at = $3 WHERE workspace_id = $1 AND id = $2")
            .bind(ws)
            .bind(user.raw())
            .bind(now.as_micros()),
    )
    .await?;
    Ok(())
}

/// The session of a token that has not ended, with its user.
pub(crate) async fn session_by_token(
    tx: &mut Tx,
    ws: i64,
    token_hash: &str,
    now: Timestamp,
) -> Result<Option<(UserSession, User)>, Fault> {
    let row: Option<SessionRow> = tx
        .opt(
            sql(select_session!("AND token_hash = $2 AND expires_at > $3"))
                .bind(ws)
                .bind(token_hash.to_owned())
                .bind(now.as_micros()),
        )
        .await?;
    let Some(session) = row.map(UserSession::from) else { return Ok(None) };
    Ok(user_fetch(tx, ws, session.user).await?.map(|user| (session, user)))
}

/// Notes that a session was used, and lets it last longer.
pub(crate) async fn session_seen(
    tx: &mut Tx,
    ws: i64,
    session: SessionId,
    user: UserId,
    expires_at: Timestamp,
    now: Timestamp,
) -> Result<(), Fault> {
    tx.exec(
        sql("UPDATE sessions SET last_seen_at = $3, expires_at = $4 WHERE workspace_id = $1 AND id = $2")
            .bind(ws)
            .bind(session.raw())
            .bind(now.as_micros())
            .bind(expires_at.as_micros()),
    )
    .await?;
    seen(tx, ws, user, now).await
}

/// The sessions of a user that have not ended, newest first.
pub(crate) async fn session_list(
    tx: &mut Tx,
    ws: i64,
    user: UserId,
    now: Timestamp,
) -> Result<Vec<UserSession>, Fault> {
    let rows: Vec<SessionRow> = tx
        .all(
            sql(select_session!("AND user_id = $2 AND expires_at > $3 ORDER BY id DESC"))
                .bind(ws)
                .bind(user.raw())
                .bind(now.as_micros()),
        )
        .await?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// Signs a session out.
pub(crate) async fn session_end(tx: &mut Tx, ws: i64, user: UserId, session: SessionId) -> Result<bool, Fault> {
    let gone = tx
        .exec(
            sql("DELETE FROM sessions WHERE workspace_id = $1 AND user_id = $2 AND id = $3")
                .bind(ws)
                .bind(user.raw())
                .bind(session.raw()),
        )
        .await?;
    Ok(gone == 1)
}

/// Makes a one-time link; earlier ones for the same user, or for the first administrator, end.
pub(crate) async fn link_create(tx: &mut Tx, ws: i64, new: &NewLink) -> Result<LinkId, Fault> {
    let id = tx.session()?.next_id::<LinkKind>(new.now);
    tx.exec(
        sql("DELETE FROM links WHERE workspace_id = $1 AND (COALESCE(user_id, 0) = $2 OR expires_at <= $3)")
            .bind(ws)
            .bind(new.user.map_or(0, UserId::raw))
            .bind(new.now.as_micros()),
    )
    .await?;
    tx.exec(
        sql("INSERT INTO links(workspace_id, id, token_hash, purpose, user_id, created_at, expires_at) VALUES($1, $2, $3, $4, $5, $6, $7)")
            .bind(ws)
            .bind(id.raw())
            .bind(new.token_hash.clone())
            .bind(new.purpose.number())
            .bind(new.user.map(UserId::raw))
            .bind(new.now.as_micros())
            .bind(new.expires_at.as_micros()),
    )
    .await?;
    Ok(id)
}

#[derive(sqlx::FromRow)]
struct LinkRow {
    id: i64,
    purpose: i64,
    user_id: Option<i64>,
    expires_at: i64,
}

/// The link of a token that can still be used.
pub(crate) async fn link_by_token(
    tx: &mut Tx,
    ws: i64,
    token_hash: &str,
    now: Timestamp,
) -> Result<Option<OneTimeLink>, Fault> {
    let row: Option<LinkRow> = tx
        .opt(
            sql("SELECT id, purpose, user_id, expires_at FROM links WHERE workspace_id = $1 AND token_hash = $2 AND expires_at > $3")
                .bind(ws)
                .bind(token_hash.to_owned())
                .bind(now.as_micros()),
        )
        .await?;
    row.map(|row| {
        let purpose = LinkPurpose::from_number(row.purpose)
            .ok_or_else(|| Fault::Store(StoreError::Corrupt(format!("link purpose {}", row.purpose))))?;
        Ok(OneTimeLink {
            id: LinkId::from_raw(row.id),
            purpose,
            user: row.user_id.map(UserId::from_raw),
            expires_at: Timestamp::from_micros(row.expires_at),
        })
    })
    .transpose()
}

/// Uses a link up: who deletes it may use it, so it is used once. Gives its user.
pub(crate) async fn link_use(tx: &mut Tx, ws: i64, link: &OneTimeLink, how: &LinkUse) -> Result<UserId, Fault> {
    let gone =
        tx.exec(sql("DELETE FROM links WHERE workspace_id = $1 AND id = $2").bind(ws).bind(link.id.raw())).await?;
    if gone == 0 {
        return Err(StoreError::NotFound { what: "link" }.into());
    }
    let user = link.user.ok_or(Fault::Store(StoreError::NotFound { what: "user" }));
    match how {
        LinkUse::FirstAdministrator(new) => {
            if any_user(tx, ws).await? {
                return Err(StoreError::NotFound { what: "link" }.into());
            }
            user_create(tx, ws, new).await
        }
        LinkUse::Password { password, name } => {
            let user = user?;
            user_password(tx, ws, user, password, None).await?;
            if let Some(name) = name {
                user_edit(tx, ws, user, Some(name), None).await?;
            }
            Ok(user)
        }
        LinkUse::SignIn => user,
    }
}
