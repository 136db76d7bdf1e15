//! What the API asks of the calls and trunks of this process.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use carillon_api::control::{Control, ControlError, LinesInUse, TestStep, TrunkToTest};
use carillon_api::secrets::Secrets;
use carillon_domain::{CallId, CampaignId, TrunkId, WorkspaceId};
use carillon_store::Store;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::wanted;
use crate::node::NodeHandle;

/// How soon a trunk that could not be opened is tried again.
const RETRY: Duration = Duration::from_secs(30);

/// The node of this process.
pub struct NodeControl {
    node: NodeHandle,
    store: Store,
    changed: Arc<Notify>,
}

impl NodeControl {
    /// Opens all trunks and keeps them as they are stored, in the background, until `stop`.
    pub fn start(
        node: NodeHandle,
        store: Store,
        secrets: Secrets,
        workspace: WorkspaceId,
        stop: CancellationToken,
    ) -> Arc<NodeControl> {
        let changed = Arc::new(Notify::new());
        let control = Arc::new(NodeControl { node: node.clone(), store: store.clone(), changed: changed.clone() });
        tokio::spawn(async move {
            loop {
                let failed = open_all(&node, &store, &secrets, workspace).await;
                let again = async {
                    if failed {
                        tokio::time::sleep(RETRY).await;
                    } else {
                        std::future::pending::<()>().await;
                    }
                };
                tokio::select! {
                    () = stop.cancelled() => return,
                    () = changed.notified() => {}
                    () = again => {}
                }
            }
        });
        control
    }
}

/// Opens what is stored and closes what is not. True when a trunk could not be opened.
async fn open_all(node: &NodeHandle, store: &Store, secrets: &Secrets, workspace: WorkspaceId) -> bool {
    let stored = match store.trunk_list(workspace).await {
        Ok(stored) => stored,
        Err(error) => {
            tracing::warn!(%error, "the trunks could not be read; trying again");
            return true;
        }
    };
    for id in node.open_trunks() {
        if stored.iter().all(|trunk| trunk.id != id) {
            node.close_trunk(id).await;
        }
    }
    let mut failed = false;
    for trunk in stored {
        let name = trunk.name.clone();
        let opened = async { node.open_trunk(wanted(secrets, trunk)?).await };
        if let Err(error) = opened.await {
            failed = true;
            tracing::warn!(trunk = name, %error, "the trunk can't be used; its campaigns wait");
        }
    }
    failed
}

#[async_trait]
impl Control for NodeControl {
    fn dials(&self) -> bool {
        true
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

    async fn test_trunk(&self, trunk: TrunkToTest) -> Result<Vec<TestStep>, ControlError> {
        super::test_trunk(trunk).await.map_err(|error| ControlError::Failed(error.to_string()))
    }
}
