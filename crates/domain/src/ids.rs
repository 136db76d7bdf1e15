//! Ids: 63-bit, sorted by time, typed by what they name, shown with a prefix (`call_01h…`).
//!
//! Layout, from the top: 41 bits of milliseconds since 2020-01-01, 10 bits of the writing process's slot, 12 bits of counter. Two
//! processes hold different slots, so they cannot make the same id; within one process the counter, then the millisecond, moves on.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::time::Timestamp;

/// What an id names, and the prefix under which it is shown.
pub trait IdKind {
    /// Shown before the underscore.
    const PREFIX: &'static str;
}

/// An id of one kind; passing a call's id for a campaign's does not compile.
pub struct Id<K>(i64, PhantomData<fn() -> K>);

macro_rules! id_kinds {
    ($($(#[$doc:meta])* $kind:ident, $alias:ident, $prefix:literal;)*) => { $(
        $(#[$doc])*
        #[derive(Debug)]
        pub enum $kind {}
        impl IdKind for $kind { const PREFIX: &'static str = $prefix; }
        #[doc = concat!("Shown as `", $prefix, "_…`.")]
        pub type $alias = Id<$kind>;
    )* };
}

id_kinds! {
    /// Kind of [`WorkspaceId`].
    Workspace, WorkspaceId, "ws";
    /// Kind of [`CampaignId`].
    Campaign, CampaignId, "camp";
    /// Kind of [`CallId`]: one attempt to reach a contact.
    Call, CallId, "call";
    /// Kind of [`EmployeeId`].
    Employee, EmployeeId, "emp";
    /// Kind of [`TrunkId`].
    Trunk, TrunkId, "trunk";
    /// Kind of [`EventId`].
    Event, EventId, "evt";
    /// Kind of [`JobId`].
    Job, JobId, "job";
    /// Kind of [`UserId`].
    User, UserId, "user";
    /// Kind of [`SessionId`]: a signed-in browser.
    Session, SessionId, "sess";
    /// Kind of [`ApiKeyId`].
    ApiKey, ApiKeyId, "key";
    /// Kind of [`LinkId`]: a one-time link.
    Link, LinkId, "link";
    /// Kind of [`AuditId`]: a row of the audit log.
    Audit, AuditId, "audit";
    /// Kind of [`UploadId`]: an uploaded contact file.
    Upload, UploadId, "upload";
    /// Kind of [`ImportId`].
    Import, ImportId, "import";
    /// Kind of [`ExportId`].
    Export, ExportId, "export";
}

impl<K> Id<K> {
    /// From the number the database keeps.
    pub const fn from_raw(raw: i64) -> Self {
        Self(raw, PhantomData)
    }

    /// Below every id made at `at` or later, but for one made when the clock had gone back.
    pub fn floor_at(at: Timestamp) -> Self {
        let ms = (at.as_micros() / 1000 - EPOCH_MS).clamp(0, (1 << 41) - 1);
        Self::from_raw(ms << (SLOT_BITS + COUNTER_BITS))
    }

    /// The number the database keeps.
    pub const fn raw(self) -> i64 {
        self.0
    }
}

impl<K> Clone for Id<K> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<K> Copy for Id<K> {}
impl<K> PartialEq for Id<K> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}
impl<K> Eq for Id<K> {}
impl<K> PartialOrd for Id<K> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl<K> Ord for Id<K> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.cmp(&other.0)
    }
}
impl<K> Hash for Id<K> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

/// Crockford's base 32, lower case: no i, l, o, u.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const DIGITS: usize = 13;

impl<K: IdKind> fmt::Display for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut digits = [b'0'; DIGITS];
        let mut rest = self.0.cast_unsigned();
        for digit in digits.iter_mut().rev() {
            *digit = ALPHABET[(rest % 32) as usize];
            rest /= 32;
        }
        write!(f, "{}_{}", K::PREFIX, str::from_utf8(&digits).map_err(|_| fmt::Error)?)
    }
}

impl<K: IdKind> fmt::Debug for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The text is not an id of the wanted kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{text}\" is not an id of the form {prefix}_ and 13 letters or digits")]
pub struct ParseIdError {
    text: String,
    prefix: &'static str,
}

impl<K: IdKind> FromStr for Id<K> {
    type Err = ParseIdError;

    fn from_str(text: &str) -> Result<Self, ParseIdError> {
        let error = || ParseIdError { text: text.chars().take(64).collect(), prefix: K::PREFIX };
        let digits = text.strip_prefix(K::PREFIX).and_then(|rest| rest.strip_prefix('_')).ok_or_else(error)?;
        if digits.len() != DIGITS {
            return Err(error());
        }
        let mut raw: u64 = 0;
        for byte in digits.bytes() {
            let value = ALPHABET.iter().position(|&a| a == byte.to_ascii_lowercase()).ok_or_else(error)?;
            raw = raw.checked_mul(32).and_then(|r| r.checked_add(value as u64)).ok_or_else(error)?;
        }
        i64::try_from(raw).map(Self::from_raw).map_err(|_| error())
    }
}

impl<K: IdKind> Serialize for Id<K> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de, K: IdKind> Deserialize<'de> for Id<K> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// 2020-01-01T00:00:00Z in milliseconds since the Unix epoch.
const EPOCH_MS: i64 = 1_577_836_800_000;
const SLOT_BITS: u32 = 10;
const COUNTER_BITS: u32 = 12;

/// Highest slot number a process can hold.
pub const SLOT_MAX: u16 = (1 << SLOT_BITS) - 1;

/// Makes the ids of one writing process. Never goes back, also when the clock does.
#[derive(Debug, Clone)]
pub struct IdGenerator {
    slot: u16,
    last_ms: i64,
    counter: i64,
}

impl IdGenerator {
    /// For the process that holds `slot` (0 to [`SLOT_MAX`]); every id will lie above `last_id_time`, the value that the slot's
    /// previous holder left in the database.
    pub fn new(slot: u16, last_id_time: Timestamp) -> Self {
        assert!(slot <= SLOT_MAX, "slot {slot} does not fit the id's {SLOT_BITS} bits");
        Self { slot, last_ms: last_id_time.as_micros() / 1000 - EPOCH_MS, counter: (1 << COUNTER_BITS) - 1 }
    }

    /// The next id, above every earlier one of this generator.
    pub fn next<K>(&mut self, now: Timestamp) -> Id<K> {
        let now_ms = now.as_micros() / 1000 - EPOCH_MS;
        if now_ms > self.last_ms {
            self.last_ms = now_ms;
            self.counter = 0;
        } else if self.counter + 1 < 1 << COUNTER_BITS {
            self.counter += 1;
        } else {
            self.last_ms += 1;
            self.counter = 0;
        }
        Id::from_raw(
            (self.last_ms << (SLOT_BITS + COUNTER_BITS)) | (i64::from(self.slot) << COUNTER_BITS) | self.counter,
        )
    }

    /// The time inside the newest id: what the slot's row must keep so that its next holder starts above it.
    pub fn last_id_time(&self) -> Timestamp {
        Timestamp::from_micros((self.last_ms + EPOCH_MS) * 1000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_id_reads_back_as_it_was_shown_and_only_as_its_own_kind() {
        let id: CallId = IdGenerator::new(7, Timestamp::default()).next(Timestamp::from_secs(1_790_000_000));
        assert_eq!(id.to_string().len(), "call_".len() + 13);
        assert_eq!(id.to_string().parse::<CallId>(), Ok(id));
        assert!(id.to_string().parse::<CampaignId>().is_err());
        for broken in ["", "call_", "call_0", "call_zzzzzzzzzzzzz", "call_000000000000u", "call_ééééééé"] {
            assert!(broken.parse::<CallId>().is_err(), "{broken} was taken");
        }
    }

    proptest! {
        /// Whatever the clock does, ids of one process rise, and another slot's never equal them.
        #[test]
        fn ids_rise_and_slots_never_meet(clock in prop::collection::vec(1_700_000_000i64..1_700_000_003, 1..200), slot in 0u16..SLOT_MAX) {
            let mut mine = IdGenerator::new(slot, Timestamp::default());
            let mut other = IdGenerator::new(slot + 1, Timestamp::default());
            let mut last = CallId::from_raw(i64::MIN);
            let mut all = std::collections::HashSet::new();
            for secs in clock {
                let id: CallId = mine.next(Timestamp::from_secs(secs));
                prop_assert!(id > last);
                last = id;
                prop_assert!(all.insert(id));
                prop_assert!(all.insert(other.next(Timestamp::from_secs(secs))));
            }
            let mut heir = IdGenerator::new(slot, mine.last_id_time());
            prop_assert!(heir.next::<Call>(Timestamp::default()) > last);
        }
    }
}
