//! `POST /api/v1/trunks/{id}/test`

use axum::Extension;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::shown;
use crate::auth::Operator;
use crate::control::{Password, StepOutcome, TrunkToTest};
use crate::endpoints::do_not_call::numbers;
use crate::extract::Json;
use crate::extract::{OptionalJson, Path};
use crate::ids::TrunkId;
use crate::middleware::Audited;
use crate::model::{TestTrunk, TrunkTest};
use crate::problem::{Code, Problem};
use crate::secrets::TRUNK_PASSWORD;
use crate::state::AppState;

/// Test a trunk
///
/// Step by step, each with its finding in words. Without a number no call is made.
#[utoipa::path(
    post,
    path = "/api/v1/trunks/{id}/test",
    tag = "trunks",
    params(("id" = TrunkId, Path, description = "The trunk.")),
    request_body = Option<TestTrunk>,
    responses((status = 200, description = "Done.", body = TrunkTest))
)]
pub async fn trunk_test(
    user: Operator,
    State(state): State<AppState>,
    Path(id): Path<TrunkId>,
    OptionalJson(body): OptionalJson<TestTrunk>,
) -> Result<Response, Problem> {
    let trunk = shown::stored(&state, &user, id.0).await?;
    let number = match body.number.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
        None => None,
        Some(text) => Some(numbers::one(&state, user.workspace, "number", text, None).await?),
    };
    if let Some(number) = number
        && state.store.number_blocked(user.workspace, number, state.now()).await?.is_some()
    {
        return Err(Problem::field("number", "This number is on the do-not-call list."));
    }
    let open = |sealed: String| state.secrets.open_sealed(TRUNK_PASSWORD, &sealed).map(Password);
    let password = trunk.password.map(open).transpose().map_err(|error| {
        tracing::error!(%error, "a trunk's password can't be read");
        Problem::new(Code::StoredDataBroken, error.to_string())
    })?;
    let test = TrunkToTest { id: Some(trunk.id), settings: trunk.settings, password, number };
    let steps = state.control.test_trunk(test).await?;
    let passed = !steps.iter().any(|step| step.outcome == StepOutcome::Failed);
    let audited = Audited::of(id).with(json!({ "passed": passed, "with_call": number.is_some() }));
    Ok((Extension(audited), Json(TrunkTest { passed, steps })).into_response())
}
