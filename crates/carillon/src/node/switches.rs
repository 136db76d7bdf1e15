//! The switches by which single calls are hung up.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use carillon_domain::{CallId, CampaignId, TrunkId};
use carillon_sip::ByeReason;
use tokio::sync::watch;

/// The calls of this process that can be hung up.
#[derive(Debug, Clone, Default)]
pub(crate) struct Switches(Arc<Mutex<HashMap<CallId, Of>>>);

#[derive(Debug)]
struct Of {
    campaign: CampaignId,
    trunk: TrunkId,
    switch: watch::Sender<Option<ByeReason>>,
}

/// A call's switch; it is gone with this.
pub(crate) struct Switch {
    switches: Switches,
    call: CallId,
    pressed: watch::Receiver<Option<ByeReason>>,
}

impl Switch {
    /// Waits until a person hangs this call up or stops its campaign; then why. For ever after that.
    pub(crate) async fn pressed(&mut self) -> ByeReason {
        if let Ok(why) = self.pressed.wait_for(Option::is_some).await
            && let Some(why) = *why
        {
            return why;
        }
        std::future::pending().await
    }
}

impl Switches {
    /// For a call that begins.
    pub(crate) fn enter(&self, call: CallId, campaign: CampaignId, trunk: TrunkId) -> Switch {
        let (switch, pressed) = watch::channel(None);
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(call, Of { campaign, trunk, switch });
        Switch { switches: self.clone(), call, pressed }
    }

    /// Hangs up one call. `false`: it is not in progress here.
    pub(crate) fn press(&self, call: CallId) -> bool {
        let calls = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        calls.get(&call).map(|of| of.switch.send_replace(Some(ByeReason::HungUp))).is_some()
    }

    /// Hangs up every call of a campaign. Gives how many.
    pub(crate) fn press_all(&self, campaign: CampaignId) -> u32 {
        let calls = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut n = 0;
        for of in calls.values().filter(|of| of.campaign == campaign) {
            of.switch.send_replace(Some(ByeReason::Stopped));
            n += 1;
        }
        n
    }

    /// Calls in progress by a trunk.
    pub(crate) fn by_trunk(&self, trunk: TrunkId) -> u32 {
        let calls = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        u32::try_from(calls.values().filter(|of| of.trunk == trunk).count()).unwrap_or(u32::MAX)
    }
}

impl Drop for Switch {
    fn drop(&mut self) {
        self.switches.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.call);
    }
}
