//! The roles as extractors.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use carillon_domain::access::Role;

use super::identity::{Identity, Via};
use crate::problem::{Code, Problem};
use crate::state::AppState;

/// A first argument of a handler: it decides who may call.
pub trait RoleExtractor: FromRequestParts<AppState> {
    /// The lowest role that may call; `None`: anybody.
    const ROLE: Option<Role>;
}

macro_rules! roles {
    ($($(#[$doc:meta])* $name:ident = $role:expr;)*) => { $(
        $(#[$doc])*
        #[derive(Debug, Clone)]
        pub struct $name(pub Identity);

        impl RoleExtractor for $name {
            const ROLE: Option<Role> = Some($role);
        }

        impl FromRequestParts<AppState> for $name {
            type Rejection = Problem;

            async fn from_request_parts(parts: &mut Parts, _state: &AppState) -> Result<Self, Problem> {
                identity_with(parts, $role).map(Self)
            }
        }

        impl std::ops::Deref for $name {
            type Target = Identity;

            fn deref(&self) -> &Identity {
                &self.0
            }
        }
    )* };
}

roles! {
    /// Somebody who may look.
    Viewer = Role::Viewer;
    /// Somebody who may make and run campaigns.
    Operator = Role::Operator;
    /// Somebody who may do everything.
    Admin = Role::Admin;
}

/// Anybody, signed in or not: sign-in and what comes before it.
#[derive(Debug, Clone, Copy)]
pub struct Public;

impl RoleExtractor for Public {
    const ROLE: Option<Role> = None;
}

impl FromRequestParts<AppState> for Public {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(_parts: &mut Parts, _state: &AppState) -> Result<Self, Self::Rejection> {
        Ok(Public)
    }
}

/// The identity that the middleware found, when it may do what `needed` may.
fn identity_with(parts: &Parts, needed: Role) -> Result<Identity, Problem> {
    match parts.extensions.get::<Found>() {
        Some(Found(Ok(identity))) if identity.role >= needed => Ok(identity.clone()),
        Some(Found(Ok(identity))) => Err(Problem::new(
            Code::RoleMissing,
            match identity.via {
                Via::Session(_) => {
                    format!("This needs the role {}; you have the role {}.", needed.code(), identity.role.code())
                }
                Via::Key(_) => {
                    format!("This needs the role {}; this key has the role {}.", needed.code(), identity.role.code())
                }
            },
        )),
        Some(Found(Err(problem))) => Err(problem.clone()),
        None => Err(Problem::of(Code::SignedOut)),
    }
}

/// What the middleware found out about the one who asks.
#[derive(Debug, Clone)]
pub(crate) struct Found(pub(crate) Result<Identity, Problem>);
