//! What the API asks of the process that dials.

use std::net::SocketAddr;

use async_trait::async_trait;
use carillon_domain::trunk::TrunkSettings;
use carillon_domain::{CallId, CampaignId, Timestamp, TrunkId, WorkspaceId};
use serde::Serialize;
use utoipa::ToSchema;

/// The dialing process could not do it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ControlError {
    /// Nothing in this process dials.
    #[error("nothing dials in this process; start `carillon serve` on the machine that calls")]
    NotDialing,
    /// The call is not one of this process, or is over.
    #[error("this call is not in progress here")]
    NoSuchCall,
    /// It failed, in words.
    #[error("{0}")]
    Failed(String),
}

/// A trunk as tested: perhaps not saved yet.
#[derive(Debug, Clone)]
pub struct TrunkToTest {
    /// Which, when it is saved.
    pub id: Option<TrunkId>,
    /// Its settings.
    pub settings: TrunkSettings,
    /// Its password in clear text, when it has one.
    pub password: Option<Password>,
    /// Number for a test INVITE; none: only what needs no call is tested.
    pub number: Option<carillon_domain::PhoneNumber>,
}

/// A password on its way; never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(pub String);

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password(…)")
    }
}

/// How a step of a trunk test ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum StepOutcome {
    /// It works.
    Passed,
    /// It works, but something deserves a look.
    Warning,
    /// It does not work.
    Failed,
    /// Not tried, because an earlier step failed or it was not asked for.
    NotTried,
}

/// One step of a trunk test, with its finding in words.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct TestStep {
    /// Stable name: `dns`, `connect`, `options`, `register`, `invite`.
    #[schema(example = "options")]
    pub step: String,
    /// What was tried: "The carrier answers an OPTIONS request".
    pub title: String,
    /// How it ended.
    pub outcome: StepOutcome,
    /// What was found, in a sentence.
    pub finding: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// How long it took, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub took_ms: Option<f64>,
}

/// Lines in use on a trunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LinesInUse {
    /// Calls in progress.
    pub in_use: u32,
}

/// Whether a trunk can be called by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TrunkStatus {
    /// It is being opened: an address looked up, a registration under way.
    Opening,
    /// It is open, and registered where it wants that.
    Ready,
    /// It could not be opened, or its registration is lost. It is tried again by itself; its campaigns wait.
    Failing,
}

/// How a trunk stands in the process that dials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrunkState {
    /// How.
    pub status: TrunkStatus,
    /// Since when; none where that is not known.
    pub since: Option<Timestamp>,
    /// What is wrong, in words.
    pub detail: Option<String>,
}

/// What the API must ask of live calls. Implemented where the calls are driven; the API knows nothing of SIP.
#[async_trait]
pub trait Control: Send + Sync + 'static {
    /// Whether this process dials.
    fn dials(&self) -> bool;

    /// A campaign or trunk was changed: the dialing loop should look now and not at its next interval.
    fn wake(&self);

    /// Trunks were added, changed or removed: they are loaded again.
    async fn trunks_changed(&self, workspace: WorkspaceId) -> Result<(), ControlError>;

    /// Hangs up one call.
    async fn hang_up(&self, workspace: WorkspaceId, call: CallId) -> Result<(), ControlError>;

    /// Hangs up every call of a campaign. Gives how many.
    async fn hang_up_campaign(&self, workspace: WorkspaceId, campaign: CampaignId) -> Result<u32, ControlError>;

    /// Calls in progress on a trunk; `None` when unknown here.
    fn lines(&self, workspace: WorkspaceId, trunk: TrunkId) -> Option<LinesInUse>;

    /// The address from which a trunk's messages come, to be given to the carrier; `None` when unknown here.
    fn signalling_address(&self, workspace: WorkspaceId, trunk: TrunkId) -> Option<SocketAddr>;

    /// How a trunk stands; `None` when unknown here.
    fn trunk_state(&self, workspace: WorkspaceId, trunk: TrunkId) -> Option<TrunkState>;

    /// Tests a trunk step by step. A step that fails is a finding, not an error.
    async fn test_trunk(&self, trunk: TrunkToTest) -> Result<Vec<TestStep>, ControlError>;
}

/// For a process that serves the API and does not dial, and for tests.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoControl;

#[async_trait]
impl Control for NoControl {
    fn dials(&self) -> bool {
        false
    }

    fn wake(&self) {}

    async fn trunks_changed(&self, _workspace: WorkspaceId) -> Result<(), ControlError> {
        Ok(())
    }

    async fn hang_up(&self, _workspace: WorkspaceId, _call: CallId) -> Result<(), ControlError> {
        Err(ControlError::NotDialing)
    }

    async fn hang_up_campaign(&self, _workspace: WorkspaceId, _campaign: CampaignId) -> Result<u32, ControlError> {
        Ok(0)
    }

    fn lines(&self, _workspace: WorkspaceId, _trunk: TrunkId) -> Option<LinesInUse> {
        None
    }

    fn signalling_address(&self, _workspace: WorkspaceId, _trunk: TrunkId) -> Option<SocketAddr> {
        None
    }

    fn trunk_state(&self, _workspace: WorkspaceId, _trunk: TrunkId) -> Option<TrunkState> {
        None
    }

    async fn test_trunk(&self, _trunk: TrunkToTest) -> Result<Vec<TestStep>, ControlError> {
        Err(ControlError::NotDialing)
    }
}

impl From<ControlError> for crate::problem::Problem {
    fn from(error: ControlError) -> Self {
        use crate::problem::{Code, Problem};
        match &error {
            ControlError::NotDialing => Problem::of(Code::NotDialing),
            ControlError::NoSuchCall => Problem::new(Code::WrongState, "This call is not in progress.".to_owned()),
            ControlError::Failed(_) => Problem::internal(&error),
        }
    }
}
