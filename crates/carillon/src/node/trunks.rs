//! The trunks that are open: a page may add one while calls are made.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use carillon_domain::TrunkId;
use carillon_domain::trunk::TrunkSettings;
use carillon_sip::{RegistrationState, Secret, Trunk, TrunkConfig, UserAgent};

use crate::error::{CliError, Exit, OrFail};

/// A trunk to be opened.
#[derive(Clone)]
pub struct WantedTrunk {
    /// Which.
    pub id: TrunkId,
    /// Its settings.
    pub settings: TrunkSettings,
    /// Its password.
    pub password: Option<Secret>,
}

/// An open trunk.
#[derive(Clone)]
struct Open {
    trunk: Trunk,
    settings: TrunkSettings,
    password: Option<Secret>,
}

/// The open trunks of a node.
#[derive(Default)]
pub(crate) struct Trunks(RwLock<HashMap<TrunkId, Open>>);

impl Trunks {
    /// An open trunk.
    pub(crate) fn get(&self, id: TrunkId) -> Option<Trunk> {
        let open = self.0.read().unwrap_or_else(PoisonError::into_inner);
        open.get(&id).map(|open| open.trunk.clone())
    }

    /// All open trunks.
    pub(crate) fn ids(&self) -> Vec<TrunkId> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).keys().copied().collect()
    }

    /// Opens a trunk, in place of an open one of the same id; an unchanged one stays as it is.
    pub(crate) async fn open(&self, agent: &UserAgent, wanted: WantedTrunk) -> Result<(), CliError> {
        let WantedTrunk { id, settings, password } = wanted;
        let same = |open: &Open| open.settings == settings && open.password == password;
        if self.0.read().unwrap_or_else(PoisonError::into_inner).get(&id).is_some_and(same) {
            return Ok(());
        }
        let config = TrunkConfig { password: password.clone(), ..TrunkConfig::from(settings.clone()) };
        let trunk = agent.trunk(config).await.or_fail("trunk_unusable")?;
        match registered(&trunk).await {
            Ok(()) => {
                self.put(id, Some(Open { trunk, settings, password })).await;
                Ok(())
            }
            Err(error) => {
                // Its registration would be tried on and on beside the next try to open it.
                trunk.close().await;
                Err(error)
            }
        }
    }

    /// Closes a trunk; calls under way go on.
    pub(crate) async fn close(&self, id: TrunkId) {
        self.put(id, None).await;
    }

    async fn put(&self, id: TrunkId, new: Option<Open>) {
        let successor = new.as_ref().map(|open| open.trunk.clone());
        let before = {
            let mut open = self.0.write().unwrap_or_else(PoisonError::into_inner);
            match new {
                Some(new) => open.insert(id, new),
                None => open.remove(&id),
            }
        };
        match (before, successor) {
            (Some(before), Some(successor)) => before.trunk.replaced_by(&successor).await,
            (Some(before), None) => before.trunk.close().await,
            (None, _) => {}
        }
    }
}

/// Waits for a trunk that wants a registration: without it every call would be refused, and everyone on the list would be Failed.
async fn registered(trunk: &Trunk) -> Result<(), CliError> {
    let mut state = trunk.registration();
    let decided = state.wait_for(|state| !matches!(state, RegistrationState::Trying));
    let refused = |why: String| {
        CliError::new(
            Exit::Failure,
            "trunk_registration",
            format!("The trunk did not take the registration: {why}. Nobody was called."),
        )
        .next("Check user, password and address of the trunk.")
    };
    match tokio::time::timeout(REGISTRATION_TIMEOUT, decided).await {
        Err(_) => Err(refused("no reply".to_owned())),
        Ok(Err(_)) => Err(refused("the SIP side has ended".to_owned())),
        Ok(Ok(state)) => match &*state {
            RegistrationState::Failed { why, .. } => Err(refused(why.clone())),
            _ => Ok(()),
        },
    }
}

/// Longest wait for a registration.
const REGISTRATION_TIMEOUT: Duration = Duration::from_secs(20);
