//! `GET /api/v1/events`

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;

use crate::auth::Viewer;
use crate::extract::Query;
use crate::live::{Topics, stream};
use crate::model::{EventsQuery, Stats};
use crate::problem::Problem;
use crate::state::AppState;

/// Live changes
///
/// Server-sent events. `event: stats` carries `Stats`, `event: rows` carries `RowsFrame`, `event: import` and `event: export` the job, `event: ping` a `Ping` every 10 seconds. The first frame of each topic is the whole state; there is nothing to replay. It ends within 10 seconds of the session or key.
#[utoipa::path(
    get,
    path = "/api/v1/events",
    tag = "events",
    params(EventsQuery),
    responses((status = 200, description = "The events.", body = Stats, content_type = "text/event-stream"))
)]
pub async fn events(
    user: Viewer,
    State(state): State<AppState>,
    headers: HeaderMap,
    Query(query): Query<EventsQuery>,
) -> Result<Response, Problem> {
    let topics = Topics::read(&query.topics)?;
    stream(state, &user, headers, topics).await
}
