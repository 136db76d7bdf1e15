//! `GET /api/v1/campaigns/{id}/failures`

use axum::extract::State;
use carillon_store::FailureGroup;

use crate::auth::Viewer;
use crate::extract::{Json, Path};
use crate::ids::CampaignId;
use crate::model::{FailureCause, FailureExample, Failures};
use crate::problem::Problem;
use crate::state::AppState;

/// Failures by cause
#[utoipa::path(
    get,
    path = "/api/v1/campaigns/{id}/failures",
    tag = "campaigns",
    params(("id" = CampaignId, Path, description = "The campaign.")),
    responses((status = 200, description = "Done.", body = Failures))
)]
pub async fn campaign_failures(
    user: Viewer,
    State(state): State<AppState>,
    Path(id): Path<CampaignId>,
) -> Result<Json<Failures>, Problem> {
    let found = state.store.campaign_fetch(user.workspace, id.0).await?;
    found.ok_or_else(|| Problem::not_found("campaign"))?;
    let groups = state.store.failures(user.workspace, id.0).await?;
    let failed: i64 = groups.iter().map(|group| group.count).sum();
    #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
    let share = |count: i64| if failed > 0 { count as f64 / failed as f64 } else { 0.0 };
    let main_cause = groups.first().filter(|group| share(group.count) > 0.6).map(|group| group.code.into());
    let causes = groups.into_iter().map(|group| {
        let share = share(group.count);
        cause(group, share)
    });
    Ok(Json(Failures { failed, causes: causes.collect(), main_cause }))
}

fn cause(group: FailureGroup, share: f64) -> FailureCause {
    let (sip_status, sip_reason) = group.sip.map_or((None, None), |(status, reason)| (Some(status), Some(reason)));
    let example = group.example.map(|contact| FailureExample {
        row: contact.row,
        name: format!("{} {}", contact.first_name, contact.last_name).trim().to_owned(),
        phone: contact.phone.map(|phone| phone.to_string()),
        call: contact.call.map(Into::into),
        sip_status,
        sip_reason,
    });
    FailureCause {
        code: group.code.into(),
        category: group.code.category().into(),
        category_label: group.code.category().label().to_owned(),
        title: group.code.label().to_owned(),
        meaning: group.code.meaning().to_owned(),
        next_step: group.code.next_step().to_owned(),
        may_work: group.code.may_work(),
        may_have_rung: group.code.may_have_rung(),
        needs_fix: group.code.needs_fix(),
        count: group.count,
        share,
        first_seen_at: group.first_at.map(Into::into),
        last_seen_at: group.last_at.map(Into::into),
        example,
    }
}
