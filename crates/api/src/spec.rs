//! The specification (OpenAPI 3.1), made from the router.

use std::collections::{BTreeMap, HashMap};

use axum::http::Method;
use utoipa::OpenApi;
use utoipa::openapi::schema::ArrayItems;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{Ref, RefOr, Schema};
use utoipa_axum::router::OpenApiRouter;

use crate::endpoints;
use crate::model::{ChangedRow, Ping, RowsFrame};
use crate::problem::{Code, FieldError, ProblemBody};
use crate::state::AppState;

/// Name of the session's cookie; the port of the server follows where it is known (`carillon_session_8080`).
pub const SESSION_COOKIE: &str = "carillon_session";

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Carillon",
        description = "Outbound voice campaigns on your own machine. Ids are prefixed text, times are RFC 3339 in UTC, statuses, results and reasons are \
                       lower snake case. Errors are `application/problem+json` with a stable `code`. Every POST takes an `Idempotency-Key`: \
                       the same request with it is done once, and answered alike. After a 4xx the key is free; after a 5xx nobody knows whether it \
                       was done, and the key answers `still_working` for five minutes.",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
    ),
    components(schemas(ProblemBody, FieldError, Code, RowsFrame, ChangedRow, Ping)),
    tags(
        (name = "session", description = "Signing in and out"),
        (name = "campaigns", description = "Campaigns and their controls"),
        (name = "contacts", description = "The contacts of a campaign"),
        (name = "calls", description = "Calls, their turns, SIP messages and recordings"),
        (name = "files", description = "Contact files in, results out"),
        (name = "employees", description = "AI employees"),
        (name = "do-not-call", description = "Numbers that are never called"),
        (name = "trunks", description = "SIP trunks"),
        (name = "users", description = "Users, their sessions, API keys, the audit log and settings"),
        (name = "events", description = "Live changes"),
        (name = "system", description = "This installation"),
    )
)]
struct Base;

/// All endpoints with their specification.
pub(crate) fn routes() -> OpenApiRouter<AppState> {
    let mut base = Base::openapi();
    env!("CARGO_PKG_VERSION").clone_into(&mut base.info.version);
    let components = base.components.get_or_insert_default();
    components.add_security_scheme(
        "session",
        SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::with_description(
            SESSION_COOKIE,
            "Set by signing in; its name ends in the port: carillon_session_8080. Writes must come from Carillon's own pages (Origin).",
        ))),
    );
    components.add_security_scheme("key", SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)));
    OpenApiRouter::with_openapi(base).merge(endpoints::routes())
}

/// The id of each operation, by method and address.
#[derive(Debug, Default)]
pub(crate) struct Operations(HashMap<(Method, String), String>);

impl Operations {
    pub(crate) fn of(spec: &utoipa::openapi::OpenApi) -> Operations {
        let mut ids = HashMap::new();
        for (path, item) in &spec.paths.paths {
            for (method, operation) in [
                (Method::GET, &item.get),
                (Method::POST, &item.post),
                (Method::PUT, &item.put),
                (Method::PATCH, &item.patch),
                (Method::DELETE, &item.delete),
            ] {
                if let Some(id) = operation.as_ref().and_then(|operation| operation.operation_id.clone()) {
                    ids.insert((method, path.clone()), id);
                }
            }
        }
        Operations(ids)
    }

    pub(crate) fn get(&self, method: &Method, path: &str) -> Option<&str> {
        let method = if method == Method::HEAD { Method::GET } else { method.clone() };
        self.0.get(&(method, path.to_owned())).map(String::as_str)
    }
}

/// The specification.
pub fn openapi() -> utoipa::openapi::OpenApi {
    let mut spec = routes().split_for_parts().1;
    if let Some(components) = &mut spec.components {
        pages_refer_to_their_rows(&mut components.schemas);
    }
    spec
}

/// A page of rows names the row's schema instead of repeating it, so that clients get one type for a row.
fn pages_refer_to_their_rows(schemas: &mut BTreeMap<String, RefOr<Schema>>) {
    let names: Vec<String> = schemas.keys().cloned().collect();
    for (name, schema) in schemas.iter_mut() {
        let Some((kind, row)) = name.split_once('_') else { continue };
        if !matches!(kind, "Page" | "CursorPage") || !names.iter().any(|known| known == row) {
            continue;
        }
        if let RefOr::T(Schema::Object(object)) = schema
            && let Some(RefOr::T(Schema::Array(array))) = object.properties.get_mut("items")
        {
            array.items = ArrayItems::RefOrSchema(Box::new(RefOr::Ref(Ref::from_schema_name(row))));
        }
    }
}

/// The specification as the committed file holds it.
pub fn openapi_json() -> Result<String, serde_json::Error> {
    let mut text = serde_json::to_string_pretty(&openapi())?;
    text.push('\n');
    Ok(text)
}
