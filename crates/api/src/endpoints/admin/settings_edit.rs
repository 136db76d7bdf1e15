//! `PATCH /api/v1/settings`

use axum::Extension;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use carillon_domain::phone::Country;
use carillon_store::WorkspaceEdit;

use super::settings_show::settings;
use crate::auth::Admin;
use crate::endpoints::session::start;
use crate::extract::Json;
use crate::middleware::Audited;
use crate::model::{EditSettings, Settings};
use crate::problem::{Code, Problem};
use crate::state::AppState;

/// Change settings
#[utoipa::path(
    patch,
    path = "/api/v1/settings",
    tag = "users",
    request_body = EditSettings,
    responses((status = 200, description = "Done.", body = Settings))
)]
pub async fn settings_edit(
    user: Admin,
    State(state): State<AppState>,
    Json(body): Json<EditSettings>,
) -> Result<Response, Problem> {
    let mut edit = WorkspaceEdit::default();
    if let Some(name) = &body.name {
        edit.name = Some(start::name("name", name)?);
    }
    if let Some(zone) = body.time_zone {
        if !carillon_domain::time::is_zone(&zone) {
            return Err(Problem::field("time_zone", "This is not a time zone; write for example Europe/Berlin."));
        }
        edit.time_zone = Some(zone);
    }
    if let Some(country) = body.default_country {
        let country = country.map(|text| text.trim().to_ascii_uppercase()).filter(|text| !text.is_empty());
        if country.as_deref().is_some_and(|text| text.parse::<Country>().is_err()) {
            return Err(Problem::field("default_country", "This is not a country; write two letters such as US."));
        }
        edit.default_country = Some(country);
    }
    if let Some(url) = body.public_url {
        if state.config.public_url.is_some() {
            let text = "The public address comes from the configuration of this process and can't be changed here.";
            return Err(Problem::new(Code::WrongState, text.to_owned()));
        }
        edit.public_url = Some(url.map(|text| checked_url(&text)).transpose()?);
    }
    let found = state.store.workspace_edit(user.workspace, edit).await?;
    let shown: Settings = settings(&state, found);
    let details = serde_json::to_value(&shown).map_err(|error| Problem::internal(&error))?;
    Ok((Extension(Audited::default().with(details)), Json(shown)).into_response())
}

fn checked_url(text: &str) -> Result<String, Problem> {
    let text = text.trim().trim_end_matches('/');
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let plain =
        |host: &str| !host.is_empty() && host.bytes().all(|b| b.is_ascii_graphic() && !b"\"<>\\@?#".contains(&b));
    if host.is_some_and(plain) && text.len() <= 200 {
        Ok(text.to_owned())
    } else {
        Err(Problem::field("public_url", "Write the address as people open it: https://calls.example.com"))
    }
}
