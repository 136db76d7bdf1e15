use carillon_domain::CampaignId;

/// Long work on files: done by a process of the data folder in which they lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WorkKind {
    /// A contact file is read into a campaign.
    Import,
    /// A campaign's results are written to a file.
    Export,
}

impl WorkKind {
    /// All of them.
    pub const ALL: [WorkKind; 2] = [WorkKind::Import, WorkKind::Export];
}

/// Work that this process does now: until it is finished, canceled, or [`crate::Store::work_renew`] says that it is no longer ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Work {
    /// Which kind.
    pub kind: WorkKind,
    /// Number of its id: of the import, of the export.
    pub id: i64,
    /// Whose contacts.
    pub campaign: CampaignId,
    /// How far it was: in rows of the campaign.
    pub cursor: i64,
}
