//! What those ask who watch the process: `/healthz`, `/readyz`, `/metrics`.

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use carillon_domain::campaign::CampaignStatus;

use crate::metrics::{head, line};
use crate::problem::Problem;
use crate::state::AppState;

pub(crate) fn routes() -> Router<AppState> {
    Router::new().route("/healthz", get(healthz)).route("/readyz", get(readyz)).route("/metrics", get(metrics))
}

/// The process lives.
async fn healthz() -> &'static str {
    "ok\n"
}

/// It can do work: the database answers, and it is not shutting down.
async fn readyz(State(state): State<AppState>) -> Response {
    if state.draining.is_cancelled() || state.shutdown.is_cancelled() {
        return (StatusCode::SERVICE_UNAVAILABLE, "shutting down\n").into_response();
    }
    match state.store.workspace_fetch(state.config.workspace).await {
        Ok(_) => "ready\n".into_response(),
        Err(error) => {
            tracing::warn!(%error, "not ready");
            (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n").into_response()
        }
    }
}

/// Numbers in Prometheus' text format. No name and no phone number is among them.
async fn metrics(State(state): State<AppState>) -> Result<Response, Problem> {
    let mut out = String::new();
    head(&mut out, "carillon_info", "gauge", "Version of Carillon.");
    line(&mut out, "carillon_info", &format!("version=\"{}\"", state.config.version), 1.0);
    head(&mut out, "carillon_dials", "gauge", "Whether this process dials.");
    line(&mut out, "carillon_dials", "", f64::from(u8::from(state.control.dials())));
    let running = state.store.campaigns_running(state.config.workspace).await?;
    head(&mut out, "carillon_campaigns", "gauge", "Campaigns that are to be called.");
    for status in [CampaignStatus::Running, CampaignStatus::Queued] {
        let n = running.iter().filter(|campaign| campaign.state.status() == status).count();
        line(&mut out, "carillon_campaigns", &format!("status=\"{}\"", status.code()), n as f64);
    }
    let mut sums = carillon_domain::Counts::default();
    for campaign in &running {
        let counts = state.store.counts(state.config.workspace, campaign.id).await?;
        for &status in carillon_domain::ContactStatus::ALL {
            sums.add(status, counts.get(status));
        }
    }
    head(&mut out, "carillon_contacts", "gauge", "Contacts of these campaigns.");
    for &status in carillon_domain::ContactStatus::ALL {
        line(&mut out, "carillon_contacts", &format!("status=\"{}\"", status.code()), sums.get(status) as f64);
    }
    state.metrics.write_http(&mut out);
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], out).into_response())
}
