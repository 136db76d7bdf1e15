//! `carillon user`: who may sign in.

use carillon_domain::access::{LinkPurpose, Role};
use carillon_store::{NewUser, StoreError, User};
use serde_json::json;

use super::context::{Context, WORKSPACE};
use crate::cli_admin::{RoleArg, UserAction, UserArgs};
use crate::error::{CliError, Exit, OrFail};
use crate::node::SlotKeeper;
use crate::report;

/// Runs the command.
pub async fn run(args: &UserArgs) -> Result<(), CliError> {
    let context = Context::open(&args.data).await?;
    if let UserAction::List = args.action {
        return list(&context, args.json).await;
    }
    let slot = SlotKeeper::lease(context.store.clone(), &context.clock).await?;
    let done = change(&context, args).await;
    slot.release().await?;
    done
}

fn role(role: RoleArg) -> Role {
    match role {
        RoleArg::Viewer => Role::Viewer,
        RoleArg::Operator => Role::Operator,
        RoleArg::Admin => Role::Admin,
    }
}

async fn list(context: &Context, json: bool) -> Result<(), CliError> {
    let users = context.store.user_list(WORKSPACE).await.or_fail("database")?;
    for user in &users {
        if json {
            report::data_json(&shown(user));
        } else {
            let state = if user.is_active() { "" } else { "  invited" };
            report::data(&format!("{:<9} {:<32} {}{state}", user.role, user.login, user.name));
        }
    }
    if users.is_empty() && !json {
        report::talk("No users yet. `carillon serve` prints the link that makes the first administrator.");
    }
    Ok(())
}

fn shown(user: &User) -> serde_json::Value {
    json!({
        "type": "user", "id": user.id, "login": user.login, "name": user.name, "role": user.role.code(), "active": user.is_active(),
    })
}

async fn change(context: &Context, args: &UserArgs) -> Result<(), CliError> {
    let store = &context.store;
    match &args.action {
        UserAction::List => Ok(()),
        UserAction::Add { login, name, role: wanted } => {
            let login = login.trim().to_lowercase();
            if login.is_empty() || login.chars().any(|c| c.is_whitespace() || c.is_control()) {
                return Err(CliError::new(Exit::Usage, "login", "A login has no spaces; an e-mail address is usual."));
            }
            let name = name.clone().unwrap_or_else(|| login.clone());
            let new = NewUser { login, name, role: role(*wanted), password: None, now: context.clock.now() };
            let id = store.user_create(WORKSPACE, new).await.map_err(failed)?;
            let user = store.user_fetch(WORKSPACE, id).await.or_fail("database")?;
            let user = user.ok_or_else(|| failed(StoreError::NotFound { what: "user" }))?;
            let details = json!({ "login": user.login, "role": user.role.code() });
            context.audit("user_invite", user.id.to_string(), details).await?;
            link(context, args, &user).await
        }
        UserAction::Role { login, role: wanted } => {
            let user = find(context, login).await?;
            let user = store.user_edit(WORKSPACE, user.id, None, Some(role(*wanted))).await.map_err(failed)?;
            let details = json!({ "login": user.login, "role": user.role.code() });
            context.audit("user_edit", user.id.to_string(), details).await?;
            say(args.json, &user, &format!("{} is {} now.", user.login, user.role.label().to_lowercase()));
            Ok(())
        }
        UserAction::Remove { login } => {
            let user = find(context, login).await?;
            store.user_remove(WORKSPACE, user.id).await.map_err(failed)?;
            context.audit("user_remove", user.id.to_string(), json!({ "login": user.login })).await?;
            say(args.json, &user, &format!("{} is removed.", user.login));
            Ok(())
        }
        UserAction::Link { login } => {
            let user = find(context, login).await?;
            context.audit("user_link", user.id.to_string(), json!({ "login": user.login })).await?;
            link(context, args, &user).await
        }
    }
}

fn say(json: bool, user: &User, text: &str) {
    if json {
        report::data_json(&shown(user));
    } else {
        report::talk(text);
    }
}

fn failed(error: StoreError) -> CliError {
    CliError::new(Exit::Failure, error.code(), crate::error::chain(&error))
}

async fn find(context: &Context, login: &str) -> Result<User, CliError> {
    let found = context.store.user_by_login(WORKSPACE, &login.trim().to_lowercase()).await.or_fail("database")?;
    found.ok_or_else(|| {
        CliError::new(Exit::NotFound, "user_not_found", format!("Nobody signs in with \"{login}\"."))
            .next("`carillon user list` shows all.")
    })
}

async fn link(context: &Context, args: &UserArgs, user: &User) -> Result<(), CliError> {
    let purpose = if user.is_active() { LinkPurpose::Reset } else { LinkPurpose::Invite };
    let now = context.clock.now();
    let link = carillon_api::auth::link::create(&context.store, WORKSPACE, purpose, Some(user.id), now);
    let link = link.await.or_fail("link")?;
    let url = format!("{}{}", args.url.trim_end_matches('/'), link.path);
    if args.json {
        report::data_json(&json!({ "type": "link", "login": user.login, "url": url, "expires_at": link.expires_at }));
    } else {
        report::talk(&format!("With this link {} chooses a password; it works once, for a week:", user.login));
        report::data(&url);
    }
    Ok(())
}
