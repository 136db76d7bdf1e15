//! What the API asks of the calls and trunks of this process.

use std::net::SocketAddr;
use std::sync::Arc;

use async_trait::async_trait;
use carillon_api::control::{Control, ControlError, LinesInUse, TestStep, TrunkState, TrunkToTest};
use carillon_api::secrets::Secrets;
use carillon_domain::{CallId, CampaignId, TrunkId, WorkspaceId};
use carillon_store::Store;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::trunks::{TrunkKeeper, TrunkStates};
use crate::commands::context::{Context, WORKSPACE};
use crate::node::NodeHandle;

/// The node of this process.
pub struct NodeControl {
    node: NodeHandle,
    store: Store,
    changed: Arc<Notify>,
    trunks: Arc<TrunkStates>,
}

impl NodeControl {
    /// Opens all trunks and keeps them as they are stored, in the background, until `stop`.
    pub fn start(node: NodeHandle, context: &Context, secrets: Secrets, stop: CancellationToken) -> Arc<NodeControl> {
        let (changed, states) = (Arc::new(Notify::new()), Arc::new(TrunkStates::default()));
        let store = context.store.clone();
        let keeper = TrunkKeeper {
            node: node.clone(),
            store: store.clone(),
            secrets,
            workspace: WORKSPACE,
            clock: context.clock.clone(),
            states: states.clone(),
        };
        tokio::spawn(keeper.run(changed.clone(), stop));
        Arc::new(NodeControl { node, store, changed, trunks: states })
    }
}

#[async_trait]
impl Control for NodeControl {
    fn dials(&self) -> bool {
        self.node.dials()
    }

    fn wake(&self) {
        // The dialing loop looks at the database five times a second.
    }

    async fn trunks_changed(&self, _workspace: WorkspaceId) -> Result<(), ControlError> {
        self.changed.notify_one();
        Ok(())
    }

    async fn hang_up(&self, workspace: WorkspaceId, call: CallId) -> Result<(), ControlError> {
        // A call of another workspace is none that may be asked for.
        let found = self.store.call_fetch(workspace, call).await;
        match found.map_err(|error| ControlError::Failed(error.to_string()))? {
            Some(_) if self.node.hang_up(call) => Ok(()),
            _ => Err(ControlError::NoSuchCall),
        }
    }

    async fn hang_up_campaign(&self, workspace: WorkspaceId, campaign: CampaignId) -> Result<u32, ControlError> {
        let found = self.store.campaign_fetch(workspace, campaign).await;
        match found.map_err(|error| ControlError::Failed(error.to_string()))? {
            Some(_) => Ok(self.node.hang_up_campaign(campaign)),
            None => Ok(0),
        }
    }

    fn lines(&self, _workspace: WorkspaceId, trunk: TrunkId) -> Option<LinesInUse> {
        Some(LinesInUse { in_use: self.node.lines_in_use(trunk) })
    }

    fn signalling_address(&self, _workspace: WorkspaceId, trunk: TrunkId) -> Option<SocketAddr> {
        self.node.signalling_address(trunk)
    }

    fn trunk_state(&self, _workspace: WorkspaceId, trunk: TrunkId) -> Option<TrunkState> {
        self.trunks.of(&self.node, trunk)
    }

    async fn test_trunk(&self, trunk: TrunkToTest) -> Result<Vec<TestStep>, ControlError> {
        super::test_trunk(trunk).await.map_err(|error| ControlError::Failed(error.to_string()))
    }
}
