/// What `doctor` found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// Campaigns looked at.
    pub campaigns: i64,
    /// Contacts counted.
    pub contacts: i64,
    /// Calls counted.
    pub calls: i64,
    /// Events counted.
    pub events: i64,
    /// What does not agree; empty when all is well.
    pub findings: Vec<Finding>,
}

/// Something that does not agree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Stable code, such as `counters_rows`.
    pub code: &'static str,
    /// In words, with the numbers.
    pub text: String,
}
