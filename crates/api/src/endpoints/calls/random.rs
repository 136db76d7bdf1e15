//! `GET /api/v1/calls/random`

use axum::extract::State;

use crate::auth::Viewer;
use crate::codes::{self, CallResult};
use crate::extract::{Json, Query};
use crate::model::{CallList, RandomCallsQuery};
use crate::problem::{Code, Problem};
use crate::secrets::random;
use crate::state::AppState;
use crate::view::call_row;

/// Random calls with a recording
///
/// To listen to a few.
#[utoipa::path(
    get,
    path = "/api/v1/calls/random",
    tag = "calls",
    params(RandomCallsQuery),
    responses((status = 200, description = "Done.", body = CallList))
)]
pub async fn call_random(
    user: Viewer,
    State(state): State<AppState>,
    Query(query): Query<RandomCallsQuery>,
) -> Result<Json<CallList>, Problem> {
    let n = query.n.unwrap_or(5);
    if !(1..=20).contains(&n) {
        return Err(Problem::new(Code::BadQuery, "n must be 1 to 20.".to_owned()));
    }
    let results: Vec<_> =
        codes::list::<CallResult>(query.result.as_deref())?.into_iter().map(|result| result.0).collect();
    let found = state.store.campaign_fetch(user.workspace, query.campaign.0).await?;
    found.ok_or_else(|| Problem::not_found("campaign"))?;
    let seeds = (0..n).map(|_| random::<8>().map(u64::from_le_bytes)).collect::<Result<Vec<u64>, _>>();
    let seeds = seeds.map_err(|error| Problem::internal(&error))?;
    let calls = state.store.calls_random(user.workspace, query.campaign.0, &seeds, &results, n).await?;
    Ok(Json(CallList { items: calls.iter().map(call_row).collect() }))
}
