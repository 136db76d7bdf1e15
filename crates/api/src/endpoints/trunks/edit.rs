//! `PATCH /api/v1/trunks/{id}`

use axum::Extension;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use carillon_store::{EditTrunk as StoreEditTrunk, StoreError};
use serde_json::json;

use super::shown;
use crate::auth::Admin;
use crate::endpoints::session::start;
use crate::extract::{ETag, IfMatch, Json, Path};
use crate::ids::TrunkId;
use crate::middleware::Audited;
use crate::model::{EditTrunk, Trunk};
use crate::problem::{Code, Problem};
use crate::state::AppState;

/// Change a trunk
///
/// Holds for the calls to come.
#[utoipa::path(
    patch,
    path = "/api/v1/trunks/{id}",
    tag = "trunks",
    params(("id" = TrunkId, Path, description = "The trunk."), ("If-Match" = Option<String>, Header, description = "The `version` that was read, in quotes.")),
    request_body = EditTrunk,
    responses((status = 200, description = "Done.", body = Trunk))
)]
pub async fn trunk_edit(
    user: Admin,
    State(state): State<AppState>,
    Path(id): Path<TrunkId>,
    IfMatch(version): IfMatch,
    Json(body): Json<EditTrunk>,
) -> Result<Response, Problem> {
    let name = body.name.as_deref().map(|name| start::name("name", name)).transpose()?;
    let settings = body.settings.map(crate::model::TrunkSettings::checked).transpose()?;
    let replaced = body.password.is_some();
    let password = body.password.map(|password| shown::sealed(&state, password)).transpose()?;
    let edit = StoreEditTrunk { name, settings, password, version, now: state.now() };
    if let Err(error) = state.store.trunk_edit(user.workspace, id.0, edit).await {
        if !matches!(error, StoreError::VersionChanged { .. }) {
            return Err(error.into());
        }
        let now: Trunk = shown::one(&state, &user, id.0).await?;
        return Err(Problem::of(Code::VersionChanged).with_current(&now));
    }
    state.control.trunks_changed(user.workspace).await?;
    let trunk: Trunk = shown::one(&state, &user, id.0).await?;
    let details = json!({ "name": trunk.name, "settings": trunk.settings, "password_replaced": replaced });
    Ok((Extension(Audited::of(id).with(details)), ETag(trunk.version), Json(trunk)).into_response())
}
