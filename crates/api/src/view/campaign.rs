//! Campaigns.

use carillon_domain::{CampaignId, CampaignStatus, WaitingFor};
use carillon_store::{CampaignOrigin, Import, Overview};

use super::import::import_ref;
use super::{Tagged, start_blockers};
use crate::auth::Identity;
use crate::model::{
    Campaign, CampaignAction, CampaignLink, CampaignLinkKind, CampaignRow, CampaignState, EmployeeRef, TrunkRef,
};
use crate::problem::Problem;
use crate::state::AppState;

/// What Start, Resume and Retry Failed answer while nothing here dials.
pub(crate) fn waiting_for(state: &AppState) -> Option<WaitingFor> {
    (!state.control.dials()).then_some(WaitingFor::Dialer)
}

/// The status with what belongs to it.
pub(crate) fn campaign_state(state: &carillon_domain::CampaignState) -> CampaignState {
    use carillon_domain::CampaignState as S;
    let mut view = CampaignState {
        status: state.status().into(),
        waiting_for: None,
        waiting_text: None,
        by: None,
        why: None,
        at: None,
    };
    let waits = |view: &mut CampaignState, waiting: WaitingFor| {
        view.waiting_for = Some(waiting.into());
        view.waiting_text = Some(format!("Waiting for {}", waiting.label()));
    };
    match state {
        S::Draft => {}
        S::Queued { waiting_for } => waits(&mut view, *waiting_for),
        S::Running { waiting_for } => {
            if let Some(waiting) = waiting_for {
                waits(&mut view, *waiting);
            }
        }
        S::Paused { by, why } => {
            view.by = Some(by.to_string());
            view.why = (!why.is_empty()).then(|| why.clone());
        }
        S::Completed { at } => view.at = Some((*at).into()),
        S::Canceled { by, at } => {
            view.by = Some(by.to_string());
            view.at = Some((*at).into());
        }
    }
    view
}

fn employee(o: &Overview) -> EmployeeRef {
    let pinned = o.campaign.employee;
    EmployeeRef { id: pinned.id.into(), name: o.employee_name.clone(), version: pinned.version }
}

/// A row of the list, with the import into it among those that are not over.
pub(crate) fn campaign_row(o: &Overview, imports: &[Import]) -> CampaignRow {
    let counts = o.totals.counts;
    #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
    let progress = if counts.total() > 0 { counts.settled() as f64 / counts.total() as f64 } else { 0.0 };
    CampaignRow {
        id: o.campaign.id.into(),
        name: o.campaign.name.clone(),
        state: campaign_state(&o.campaign.state),
        employee: employee(o),
        counts: counts.into(),
        progress,
        import: imports.iter().find(|import| import.campaign == o.campaign.id).map(import_ref),
        version: o.version,
        created_at: o.campaign.created_at.into(),
        started_at: o.campaign.started_at.map(Into::into),
        ended_at: o.campaign.ended_at.map(Into::into),
    }
}

fn kind(origin: CampaignOrigin) -> CampaignLinkKind {
    match origin {
        CampaignOrigin::Duplicate => CampaignLinkKind::Duplicate,
        CampaignOrigin::Filter => CampaignLinkKind::Filter,
        CampaignOrigin::Sample => CampaignLinkKind::Sample,
    }
}

fn actions(o: &Overview, blocked: bool) -> Vec<CampaignAction> {
    use CampaignAction as A;
    let counts = o.totals.counts;
    let mut can = match o.campaign.state.status() {
        CampaignStatus::Draft if blocked => vec![A::Delete, A::Import],
        CampaignStatus::Draft => vec![A::Start, A::Delete, A::Import],
        CampaignStatus::Queued | CampaignStatus::Running => vec![A::Pause, A::Stop],
        CampaignStatus::Paused => vec![A::Resume, A::Stop],
        CampaignStatus::Completed | CampaignStatus::Canceled => Vec::new(),
    };
    let status = o.campaign.state.status();
    if counts.failed > 0 && !matches!(status, CampaignStatus::Canceled | CampaignStatus::Draft) {
        can.push(A::Retry);
    }
    if !matches!(status, CampaignStatus::Completed | CampaignStatus::Canceled) {
        can.push(A::Edit);
        if counts.pending > 0 {
            can.push(A::Sample);
        }
    }
    can.push(A::Duplicate);
    if counts.total() > 0 {
        can.push(A::FromFilter);
    }
    can
}

/// A campaign with everything its page needs; the tag is its control version.
pub(crate) async fn full_campaign(
    state: &AppState,
    user: &Identity,
    id: CampaignId,
) -> Result<Tagged<Campaign>, Problem> {
    let ws = user.workspace;
    let found = state.store.campaign_overview(ws, id).await?;
    let o = found.ok_or_else(|| Problem::not_found("campaign"))?;
    let trunk = state.store.trunk_fetch(ws, o.campaign.trunk).await?;
    let parent = match o.campaign.parent {
        Some((parent, origin)) => state.store.campaign_fetch(ws, parent).await?.map(|p| CampaignLink {
            id: parent.into(),
            name: p.name,
            kind: kind(origin),
        }),
        None => None,
    };
    let children = state.store.campaign_children(ws, id, 20).await?;
    let blockers = start_blockers(&state.store, ws, &o).await?;
    let import = state.store.import_newest(ws, id).await?;
    let c = &o.campaign;
    let campaign = Campaign {
        id: c.id.into(),
        name: c.name.clone(),
        state: campaign_state(&c.state),
        employee: employee(&o),
        trunk: TrunkRef { id: c.trunk.into(), name: trunk.map_or_else(String::new, |t| t.name) },
        settings: c.settings.clone().into(),
        counts: o.totals.counts.into(),
        actions: actions(&o, !blockers.is_empty()),
        blockers,
        property_names: c.property_names.clone(),
        import: import.as_ref().map(import_ref),
        parent,
        children: children
            .into_iter()
            .map(|(id, name, origin)| CampaignLink { id: id.into(), name, kind: kind(origin) })
            .collect(),
        control_version: c.control_version,
        version: o.version,
        created_by: c.created_by.clone(),
        created_at: c.created_at.into(),
        imported_at: c.imported_at.map(Into::into),
        started_by: c.started_by.clone(),
        started_at: c.started_at.map(Into::into),
        ended_at: c.ended_at.map(Into::into),
        paused_s: c.paused.as_secs_f64(),
    };
    Ok(Tagged(c.control_version, campaign))
}
