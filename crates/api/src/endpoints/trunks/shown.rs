//! Trunks as the API shows them: never with a password.

use carillon_domain::TrunkId;
use carillon_store::{StoredTrunk, TrunkUse};

use crate::auth::Identity;
use crate::model::{Trunk, TrunkState, TrunkUse as ShownUse};
use crate::problem::Problem;
use crate::secrets::TRUNK_PASSWORD;
use crate::state::AppState;

/// A trunk with its uses.
pub(super) fn shown(state: &AppState, user: &Identity, trunk: StoredTrunk, uses: &[TrunkUse]) -> Trunk {
    let used_by = uses.iter().filter(|found| found.trunk == trunk.id).map(|found| ShownUse {
        id: found.campaign.into(),
        name: found.name.clone(),
        status: found.status.into(),
    });
    Trunk {
        id: trunk.id.into(),
        name: trunk.name,
        settings: trunk.settings.into(),
        has_password: trunk.password.is_some(),
        password_set_at: trunk.password_set_at.map(Into::into),
        lines_in_use: state.control.lines(user.workspace, trunk.id).map(|lines| lines.in_use),
        signalling_address: state.control.signalling_address(user.workspace, trunk.id).map(|a| a.to_string()),
        state: state.control.trunk_state(user.workspace, trunk.id).map(|state| TrunkState {
            status: state.status,
            since: state.since.map(Into::into),
            detail: state.detail,
        }),
        used_by: used_by.collect(),
        version: trunk.version,
        created_at: trunk.created_at.into(),
        updated_at: trunk.updated_at.into(),
    }
}

/// One trunk that is not deleted.
pub(super) async fn one(state: &AppState, user: &Identity, id: TrunkId) -> Result<Trunk, Problem> {
    let trunk = stored(state, user, id).await?;
    let uses = state.store.trunk_uses(user.workspace).await?;
    Ok(shown(state, user, trunk, &uses))
}

/// One trunk that is not deleted, as stored.
pub(super) async fn stored(state: &AppState, user: &Identity, id: TrunkId) -> Result<StoredTrunk, Problem> {
    let found = state.store.trunk_usable(user.workspace, id).await?;
    found.ok_or_else(|| Problem::not_found("trunk"))
}

/// A password, sealed; an empty one is none.
pub(super) fn sealed(state: &AppState, password: Option<String>) -> Result<Option<String>, Problem> {
    let password = password.filter(|text| !text.is_empty());
    let seal = |text: String| state.secrets.seal(TRUNK_PASSWORD, &text).map_err(|error| Problem::internal(&error));
    password.map(seal).transpose()
}
