use carillon_domain::trunk::TrunkSettings;
use carillon_domain::{CampaignId, CampaignStatus, Timestamp, TrunkId};

/// A stored trunk.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredTrunk {
    /// Which.
    pub id: TrunkId,
    /// Unique among the trunks of the workspace that are not deleted.
    pub name: String,
    /// All but its password.
    pub settings: TrunkSettings,
    /// The encrypted password, as the one who encrypted it wrote it.
    pub password: Option<String>,
    /// When the password was last replaced.
    pub password_set_at: Option<Timestamp>,
    /// Raised by each change.
    pub version: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// It stays for the calls that were made by it.
    pub deleted: bool,
}

/// A trunk to be made.
#[derive(Debug, Clone, PartialEq)]
pub struct NewTrunk {
    /// Unique in the workspace.
    pub name: String,
    /// All but its password.
    pub settings: TrunkSettings,
    /// The encrypted password.
    pub password: Option<String>,
    /// When.
    pub now: Timestamp,
}

/// Changes of a trunk; what is `None` stays.
#[derive(Debug, Clone, PartialEq)]
pub struct EditTrunk {
    /// Another name.
    pub name: Option<String>,
    /// Other settings.
    pub settings: Option<TrunkSettings>,
    /// Another encrypted password; `Some(None)` removes it.
    pub password: Option<Option<String>>,
    /// Only when the trunk still has this version.
    pub version: Option<i64>,
    /// When.
    pub now: Timestamp,
}

/// A campaign that is not over, and its trunk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrunkUse {
    /// The trunk.
    pub trunk: TrunkId,
    /// The campaign.
    pub campaign: CampaignId,
    /// The campaign's name.
    pub name: String,
    /// The campaign's status.
    pub status: CampaignStatus,
}
