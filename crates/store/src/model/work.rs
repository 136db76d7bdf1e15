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

/// How far work on a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WorkState {
    /// No process is at it yet.
    Waiting,
    /// Under way.
    Running,
    /// All rows are in, or the file is there.
    Done,
    /// It can't be done; why is said in words.
    Failed,
    /// A person ended it; imported rows that are in stay.
    Canceled,
}

impl WorkState {
    const TABLE: [(WorkState, i64); 5] = [
        (WorkState::Waiting, 1),
        (WorkState::Running, 2),
        (WorkState::Done, 3),
        (WorkState::Failed, 4),
        (WorkState::Canceled, 5),
    ];

    /// The number the database keeps; below 3 it is not over.
    pub(crate) fn number(self) -> i64 {
        Self::TABLE.into_iter().find(|(state, _)| *state == self).map_or(0, |(_, number)| number)
    }

    pub(crate) fn from_number(number: i64) -> Option<Self> {
        Self::TABLE.into_iter().find(|(_, n)| *n == number).map(|(state, _)| state)
    }

    /// Whether nothing more happens.
    pub fn is_over(self) -> bool {
        !matches!(self, WorkState::Waiting | WorkState::Running)
    }
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
