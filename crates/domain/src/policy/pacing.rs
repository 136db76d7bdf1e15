//! How fast and in which order a campaign calls.

use serde::{Deserialize, Serialize};

/// Caps of a campaign.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Pacing {
    /// Calls at the same time.
    pub lines: u32,
    /// New calls per second.
    pub calls_per_second: f64,
}

impl Default for Pacing {
    fn default() -> Self {
        Self { lines: 10, calls_per_second: 5.0 }
    }
}

impl Pacing {
    /// Most lines a campaign may ask for.
    pub const LINES_MAX: u32 = 10_000;
    /// Most calls per second a campaign may ask for.
    pub const CALLS_PER_SECOND_MAX: f64 = 5_000.0;

    /// Says in words what is out of bounds.
    pub fn validate(&self) -> Result<(), String> {
        if !(1..=Self::LINES_MAX).contains(&self.lines) {
            return Err(format!("lines must be 1 to {}, not {}", Self::LINES_MAX, self.lines));
        }
        if !(self.calls_per_second > 0.0 && self.calls_per_second <= Self::CALLS_PER_SECOND_MAX) {
            return Err(format!(
                "calls per second must be above 0 and at most {}, not {}",
                Self::CALLS_PER_SECOND_MAX,
                self.calls_per_second
            ));
        }
        Ok(())
    }
}

/// In which order contacts are called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallOrder {
    /// In the order of the file.
    #[default]
    AsUploaded,
    /// Last rows of the file first.
    NewestFirst,
}

impl CallOrder {
    /// The key by which a contact waits in the queue; lower is called earlier.
    pub const fn key(self, row: i64) -> i64 {
        match self {
            CallOrder::AsUploaded => row,
            CallOrder::NewestFirst => -row,
        }
    }
}
