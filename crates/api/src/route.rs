//! From handlers to the router and the specification at once. A handler fits only when its first argument is a role.

use std::future::Future;

use utoipa::openapi::path::Operation;
use utoipa::openapi::security::SecurityRequirement;
use utoipa::openapi::{ContentBuilder, Ref, ResponseBuilder};
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouter};

use crate::auth::{Role, RoleExtractor};
use crate::state::AppState;

/// The extension of an operation that names the lowest role that may call it.
pub const ROLE_EXTENSION: &str = "x-carillon-role";

/// A handler whose first argument is a role: `Viewer`, `Operator`, `Admin`, or `Public` for everybody. `Args` are its arguments.
pub trait Guarded<Args> {
    /// The lowest role that may call it; `None`: anybody.
    const ROLE: Option<Role>;
}

macro_rules! guarded {
    ($($argument:ident),*) => {
        impl<F, Fut, R, $($argument),*> Guarded<(R, $($argument,)*)> for F
        where
            F: FnOnce(R, $($argument),*) -> Fut,
            Fut: Future,
            R: RoleExtractor,
        {
            const ROLE: Option<Role> = R::ROLE;
        }
    };
}

guarded!();
guarded!(A);
guarded!(A, B);
guarded!(A, B, C);
guarded!(A, B, C, D);
guarded!(A, B, C, D, E);
guarded!(A, B, C, D, E, G);

/// The role of a handler.
pub(crate) fn role_of<Args, H: Guarded<Args>>(_handler: &H) -> Option<Role> {
    H::ROLE
}

/// Adds handlers to the router, each with its role in the specification.
macro_rules! endpoints {
    ($($module:ident::$handler:ident),* $(,)?) => {{
        let mut router = utoipa_axum::router::OpenApiRouter::<crate::state::AppState>::new();
        $(
            // The role is read off the handler's type: a handler without one stops the compiler here.
            let role = crate::route::role_of(&$module::$handler);
            router = crate::route::add(router, role, utoipa_axum::routes!($module::$handler));
        )*
        router
    }};
}
pub(crate) use endpoints;

/// Adds one handler, and says in the specification who may call it and how it may refuse.
pub(crate) fn add(
    router: OpenApiRouter<AppState>,
    role: Option<Role>,
    mut route: UtoipaMethodRouter<AppState>,
) -> OpenApiRouter<AppState> {
    for item in route.1.paths.values_mut() {
        let operations = [&mut item.get, &mut item.post, &mut item.put, &mut item.patch, &mut item.delete];
        for operation in operations.into_iter().flatten() {
            describe(operation, role);
        }
    }
    router.routes(route)
}

fn describe(operation: &mut Operation, role: Option<Role>) {
    let text = role.map_or("public", Role::code);
    operation
        .extensions
        .get_or_insert_default()
        .insert(ROLE_EXTENSION.to_owned(), serde_json::Value::String(text.to_owned()));
    operation.security = Some(match role {
        None => vec![SecurityRequirement::default()],
        Some(_) => {
            let none: [&str; 0] = [];
            vec![SecurityRequirement::new("session", none), SecurityRequirement::new("key", none)]
        }
    });
    let problem = ContentBuilder::new().schema(Some(Ref::from_schema_name("ProblemBody"))).build();
    let refused = ResponseBuilder::new()
        .description("Refused; `code` says why (docs/reference/problems.md).")
        .content("application/problem+json", problem)
        .build();
    operation.responses.responses.insert("default".to_owned(), refused.into());
}
