//! The seven counts of a campaign.

use serde::{Deserialize, Serialize};

use crate::contact::ContactStatus;

/// How many contacts have each status. The six always add up to [`Counts::total`], which is not stored but computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Counts {
    /// In the queue.
    pub pending: i64,
    /// With an active call.
    pub in_progress: i64,
    /// With a result.
    pub completed: i64,
    /// Without one, for a technical reason.
    pub failed: i64,
    /// Excluded before calling.
    pub skipped: i64,
    /// Never attempted, campaign stopped.
    pub canceled: i64,
}

impl Counts {
    /// All rows.
    pub fn total(&self) -> i64 {
        self.pending + self.in_progress + self.completed + self.failed + self.skipped + self.canceled
    }

    /// Contacts that are settled: all but pending and in progress.
    pub fn settled(&self) -> i64 {
        self.total() - self.pending - self.in_progress
    }

    /// The count of one status.
    pub fn get(&self, status: ContactStatus) -> i64 {
        match status {
            ContactStatus::Pending => self.pending,
            ContactStatus::InProgress => self.in_progress,
            ContactStatus::Completed => self.completed,
            ContactStatus::Failed => self.failed,
            ContactStatus::Skipped => self.skipped,
            ContactStatus::Canceled => self.canceled,
        }
    }

    /// Adds `by` to the count of one status.
    pub fn add(&mut self, status: ContactStatus, by: i64) {
        let count = match status {
            ContactStatus::Pending => &mut self.pending,
            ContactStatus::InProgress => &mut self.in_progress,
            ContactStatus::Completed => &mut self.completed,
            ContactStatus::Failed => &mut self.failed,
            ContactStatus::Skipped => &mut self.skipped,
            ContactStatus::Canceled => &mut self.canceled,
        };
        *count += by;
    }
}

/// Success rate: (success + transferred) / completed; `None` when nothing completed.
pub fn success_rate(success: i64, transferred: i64, completed: i64) -> Option<f64> {
    #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
    (completed > 0).then(|| (success + transferred) as f64 / completed as f64)
}
