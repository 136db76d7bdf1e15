//! What new campaigns have in common.

use carillon_domain::campaign::CampaignSettings;
use carillon_domain::{CampaignId, WorkspaceId};
use carillon_store::{CopyOf, NewCampaign};

use crate::auth::Identity;
use crate::endpoints::session::start;
use crate::limits::NAME_CHARS;
use crate::model;
use crate::problem::{Code, Problem};
use crate::state::AppState;

/// A name within its bounds.
pub(super) fn name_of(text: &str) -> Result<String, Problem> {
    start::name("name", text)
}

/// Settings within their bounds.
pub(super) fn settings_of(settings: model::CampaignSettings) -> Result<CampaignSettings, Problem> {
    let settings = CampaignSettings::from(settings);
    settings.validate().map_err(|why| Problem::field("settings", why))?;
    Ok(settings)
}

/// A name that is free: the one asked for, else the parent's with a suffix.
async fn free_name(
    state: &AppState,
    ws: WorkspaceId,
    asked: Option<&str>,
    parent: &str,
    suffix: &str,
) -> Result<String, Problem> {
    if let Some(asked) = asked {
        return name_of(asked);
    }
    let base: String = parent.chars().take(NAME_CHARS - 20).collect();
    for n in 2..100 {
        let name = match (suffix, n) {
            ("", n) => format!("{base} ({n})"),
            (suffix, 2) => format!("{base} ({suffix})"),
            (suffix, n) => format!("{base} ({suffix} {})", n - 1),
        };
        if state.store.campaign_by_name(ws, &name).await?.is_none() {
            return Ok(name);
        }
    }
    Err(Problem::of(Code::NameTaken))
}

/// Makes a Draft from another campaign, with its settings.
pub(super) async fn from_campaign(
    state: &AppState,
    user: &Identity,
    parent: CampaignId,
    name: Option<&str>,
    suffix: &str,
    of: CopyOf,
) -> Result<CampaignId, Problem> {
    let ws = user.workspace;
    let from = state.store.campaign_fetch(ws, parent).await?.ok_or_else(|| Problem::not_found("campaign"))?;
    let now = state.now();
    let new = NewCampaign {
        workspace: ws,
        id: state.store.next_id(now)?,
        name: free_name(state, ws, name, &from.name, suffix).await?,
        employee: from.employee,
        trunk: from.trunk,
        settings: from.settings,
        file_hash: None,
        property_names: if of == CopyOf::Settings { Vec::new() } else { from.property_names },
        now,
    };
    let id = new.id;
    state.store.campaign_copy(new, parent, of, &user.name).await?;
    state.control.wake();
    Ok(id)
}
