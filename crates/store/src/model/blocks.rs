use carillon_domain::access::BlockSource;
use carillon_domain::{PhoneNumber, Timestamp};

/// Why numbers come on the do-not-call list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewBlock {
    /// How.
    pub source: BlockSource,
    /// Why, in words.
    pub reason: Option<String>,
    /// Who.
    pub by: String,
    /// From then on the block holds no more; none: it stays.
    pub until: Option<Timestamp>,
    /// When.
    pub now: Timestamp,
}

/// An entry of the do-not-call list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// The number.
    pub phone: PhoneNumber,
    /// How it came on the list.
    pub source: BlockSource,
    /// Why, in words.
    pub reason: Option<String>,
    /// Who.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// From then on the block holds no more.
    pub until: Option<Timestamp>,
}

/// What blocking numbers did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Blocked {
    /// Numbers that were not blocked before.
    pub added: i64,
    /// Pending contacts that were settled: Skipped, or as their last call ended.
    pub contacts: i64,
}

/// Which entries of the do-not-call list, newest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BlockFilter {
    /// Digits that the number begins with, or, with a leading `*`, ends with.
    pub digits: Option<String>,
    /// Only of this source.
    pub source: Option<BlockSource>,
    /// Only entries older than this one: its time and number.
    pub after: Option<(Timestamp, PhoneNumber)>,
}
