//! What can go wrong, in words.

use carillon_domain::campaign::Gate;
use carillon_domain::{InvalidTransition, Timestamp};

/// A storage operation failed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The text names no database.
    #[error("\"{0}\" is not a database: give a file path or postgres://USER@HOST/NAME")]
    BadUrl(String),
    /// The database could not be opened or reached.
    #[error(
        "the database {database} can't be opened: {source}. Check that the path or the server's address is right and that Carillon may use it."
    )]
    Open {
        /// Which, without a password.
        database: String,
        /// Why.
        source: sqlx::Error,
    },
    /// The tables could not be brought to this version of Carillon.
    #[error(
        "the database could not be brought to this version of Carillon: {0}. Make a backup and use the version of Carillon that wrote it."
    )]
    Migrate(#[from] sqlx::migrate::MigrateError),
    /// There is no database of Carillon: no file, no such database on the server, or none of our tables in it.
    #[error(
        "there is no Carillon database at {database}: nothing has been run with it yet, or the place is another one. Check the data folder or CARILLON_DATABASE_URL."
    )]
    NoDatabase {
        /// Which, without a password.
        database: String,
    },
    /// The tables are those of another version.
    #[error(
        "the database {database} was made by another version of Carillon (its tables are at step {found}, this version's at {known}). \
         Look at it with the version that wrote it; a newer Carillon brings it up to date when it next runs a campaign."
    )]
    OtherVersion {
        /// Which, without a password.
        database: String,
        /// Its newest step.
        found: i64,
        /// The newest step this version knows.
        known: i64,
    },
    /// A write before [`crate::Store::slot_lease`]: a fault of the program.
    #[error("this process holds no slot, so it can't write")]
    NoSlot,
    /// All 1,023 slots are held.
    #[error("all 1023 writing slots are held; end other Carillon processes on this database")]
    NoFreeSlot,
    /// The slot is no longer ours.
    #[error("this process lost its slot {slot} (its lease ran out or is about to); it must stop placing calls")]
    SlotLost {
        /// The slot.
        slot: i64,
    },
    /// The name is in use.
    #[error("there is already a {what} named \"{name}\"; choose another name")]
    NameTaken {
        /// "campaign" or "trunk".
        what: &'static str,
        /// The name.
        name: String,
    },
    /// No such thing in this workspace.
    #[error("there is no such {what} in this workspace")]
    NotFound {
        /// "campaign", "call", "employee", "trunk".
        what: &'static str,
    },
    /// The workspace would be left without an administrator who can sign in.
    #[error("this is the last administrator; make another user an administrator first")]
    LastAdministrator,
    /// It was changed since it was read.
    #[error("the {what} was changed meanwhile; read it again")]
    VersionChanged {
        /// "trunk", "campaign", "notes".
        what: &'static str,
    },
    /// Something else still needs it.
    #[error("the {what} is used by {}; move them to another one first", listed(.by))]
    InUse {
        /// "trunk".
        what: &'static str,
        /// Names of the campaigns.
        by: Vec<String>,
    },
    /// The state does not allow it.
    #[error(transparent)]
    InvalidTransition(#[from] InvalidTransition),
    /// What stands in the way, in words.
    #[error("{why}")]
    NotPossible {
        /// A sentence without its full stop.
        why: String,
    },
    /// A page that can't be opened by its number.
    #[error(
        "pages of this combination can be opened by number up to the {contacts}th contact; go on from a page's first or last contact, or narrow the filter"
    )]
    PageTooDeep {
        /// How far pages go by number.
        contacts: i64,
    },
    /// The answer of COMMIT was lost: the transaction may stand or not.
    #[error("the connection broke while the change was being saved; it may be saved or not: {0}")]
    Unknown(sqlx::Error),
    /// A stored value is not one of ours.
    #[error("the database holds a value that this version of Carillon does not know: {0}. Run `carillon doctor`.")]
    Corrupt(String),
    /// Another process kept the database busy too long.
    #[error("another process keeps the database locked for more than {0} seconds; end it or try again")]
    Busy(u64),
    /// The database did not answer in time.
    #[error("the database did not answer within {0:?}; the change may be saved or not")]
    NoAnswer(std::time::Duration),
    /// The database answered with an error.
    #[error("the database failed: {0}. Nothing of this change was saved.")]
    Database(sqlx::Error),
    /// The changes saved together with this one could not be saved.
    #[error("the database could not save: {0}. Nothing of this change was saved; check free space on the disk.")]
    Commit(String),
    /// The writing task has ended.
    #[error("the database is closed")]
    Closed,
}

impl StoreError {
    /// A stable code for JSON output and the API.
    pub fn code(&self) -> &'static str {
        match self {
            StoreError::BadUrl(_) => "database_url",
            StoreError::Open { .. } => "database_open",
            StoreError::Migrate(_) | StoreError::OtherVersion { .. } => "database_migrate",
            StoreError::NoDatabase { .. } => "database_not_found",
            StoreError::NoSlot | StoreError::NoFreeSlot => "no_slot",
            StoreError::SlotLost { .. } => "slot_lost",
            StoreError::NameTaken { .. } => "name_taken",
            StoreError::NotFound { .. } => "not_found",
            StoreError::LastAdministrator => "last_admin",
            StoreError::VersionChanged { .. } => "version_changed",
            StoreError::InUse { .. } => "in_use",
            StoreError::InvalidTransition(_) => "invalid_transition",
            StoreError::NotPossible { .. } => "not_possible",
            StoreError::PageTooDeep { .. } => "page_too_deep",
            StoreError::Unknown(_) => "commit_unknown",
            StoreError::Corrupt(_) => "database_corrupt",
            StoreError::Busy(_) | StoreError::NoAnswer(_) => "database_busy",
            StoreError::Database(_) | StoreError::Commit(_) => "database",
            StoreError::Closed => "database_closed",
        }
    }
}

impl StoreError {
    /// Whether doing the same again later can succeed: the database is away, busy, full or restarting. After [`StoreError::Unknown`] and
    /// [`StoreError::NoAnswer`] the change may stand already, so only what may be repeated is to be repeated.
    pub fn is_transient(&self) -> bool {
        match self {
            StoreError::Busy(_) | StoreError::NoAnswer(_) | StoreError::Commit(_) | StoreError::Unknown(_) => true,
            StoreError::Database(error) | StoreError::Open { source: error, .. } => passes(error),
            StoreError::BadUrl(_)
            | StoreError::Migrate(_)
            | StoreError::NoDatabase { .. }
            | StoreError::OtherVersion { .. }
            | StoreError::NoSlot
            | StoreError::NoFreeSlot
            | StoreError::SlotLost { .. }
            | StoreError::NameTaken { .. }
            | StoreError::NotFound { .. }
            | StoreError::LastAdministrator
            | StoreError::VersionChanged { .. }
            | StoreError::InUse { .. }
            | StoreError::InvalidTransition(_)
            | StoreError::NotPossible { .. }
            | StoreError::PageTooDeep { .. }
            | StoreError::Corrupt(_)
            | StoreError::Closed => false,
        }
    }
}

/// The first few names, and how many more there are.
fn listed(names: &[String]) -> String {
    const SHOWN: usize = 5;
    let shown: Vec<String> = names.iter().take(SHOWN).map(|name| format!("\"{name}\"")).collect();
    let rest = names.len().saturating_sub(SHOWN);
    let more = if rest > 0 { format!(" and {rest} more") } else { String::new() };
    format!("{}{more}", shown.join(", "))
}

/// Whether the database or the way to it is at fault, not the statement.
fn passes(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::Protocol(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::WorkerCrashed => true,
        _ => error.as_database_error().and_then(|e| e.code()).is_some_and(|code| passing_code(&code)),
    }
}

/// PostgreSQL: classes 08 (connection), 40 (roll-back), 53 (resources) and 57 (operator), idle in transaction, lock not available. SQLite,
/// whose codes are numbers and carry the kind in the low byte: busy, locked, out of memory, disk error, disk full, file can't be opened.
fn passing_code(code: &str) -> bool {
    // A code of PostgreSQL has five characters; some are all digits, and no code of SQLite is that long.
    if code.len() == 5 {
        return matches!(&code[..2], "08" | "40" | "53" | "57") || matches!(code, "25P03" | "55P03");
    }
    code.parse::<u32>().is_ok_and(|code| matches!(code & 0xff, 5 | 6 | 7 | 10 | 13 | 14))
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        StoreError::Database(error)
    }
}

/// Why `call_begin` refused. What follows for the contact was already written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The number is on the do-not-call list; the contact is settled (Skipped, or as its last call ended).
    #[error("the number is on the do-not-call list")]
    Blocked,
    /// A call to this number is in progress, or one of a dead process may still be; the contact waits until `again_at`.
    #[error("a call to this number is or may be in progress")]
    LiveCall {
        /// When to ask again.
        again_at: Timestamp,
    },
    /// The contact is no longer ours or no longer Pending.
    #[error("the contact's lease is lost")]
    LeaseLost,
    /// The campaign is paused, stopped, completed or not started; the contact's lease was released.
    #[error("the campaign's gate is {0}")]
    Gate(Gate),
}

/// `call_begin` did not begin a call.
#[derive(Debug, thiserror::Error)]
pub enum BeginError {
    /// A rule refused it; nothing may be sent.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The database failed. With [`StoreError::Unknown`] call `call_resolve_unknown`.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Inside a transaction.
#[derive(Debug)]
pub(crate) enum Fault {
    Db(sqlx::Error),
    Store(StoreError),
    Refused(Refusal),
    /// The lane has no count row for this campaign yet: it is made in its own transaction, then the operation runs again.
    NoCountRow {
        workspace: i64,
        campaign: i64,
    },
}

impl From<sqlx::Error> for Fault {
    fn from(error: sqlx::Error) -> Self {
        Fault::Db(error)
    }
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        Fault::Store(error)
    }
}

impl From<InvalidTransition> for Fault {
    fn from(error: InvalidTransition) -> Self {
        Fault::Store(error.into())
    }
}

impl From<Fault> for StoreError {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Db(error) => StoreError::Database(error),
            Fault::Store(error) => error,
            Fault::Refused(refusal) => StoreError::Corrupt(format!("unexpected refusal: {refusal}")),
            Fault::NoCountRow { .. } => StoreError::NotFound { what: "campaign" },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_passes_by_itself_is_told_from_what_does_not() {
        let io = || sqlx::Error::Io(std::io::ErrorKind::ConnectionReset.into());
        for passing in [
            StoreError::Busy(5),
            StoreError::Commit("disk full".into()),
            StoreError::Unknown(io()),
            StoreError::Database(io()),
            StoreError::Database(sqlx::Error::PoolTimedOut),
            StoreError::NoAnswer(std::time::Duration::from_secs(3)),
        ] {
            assert!(passing.is_transient(), "{passing}");
        }
        for lasting in [
            StoreError::Corrupt(String::new()),
            StoreError::NoSlot,
            StoreError::SlotLost { slot: 1 },
            StoreError::NotFound { what: "call" },
            StoreError::NameTaken { what: "trunk", name: String::new() },
            StoreError::Closed,
            StoreError::Database(sqlx::Error::RowNotFound),
            StoreError::Database(sqlx::Error::PoolClosed),
        ] {
            assert!(!lasting.is_transient(), "{lasting}");
        }
        // Restart, deadlock, too many connections; SQLite busy, its snapshot form, full.
        assert!(["57P01", "40P01", "53300", "08006", "5", "517", "13"].into_iter().all(passing_code));
        // Constraint violations, syntax errors, missing tables.
        assert!(!["23505", "23503", "42601", "42P01", "1", "19", "1555", "2067"].into_iter().any(passing_code));
    }
}
