//! Who may do what.

use serde::{Deserialize, Serialize};

/// What a user or an API key may do; each role may do all that the one before may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Look.
    Viewer,
    /// Make and run campaigns.
    Operator,
    /// Everything, also users, keys, trunks and settings.
    Admin,
}

crate::contact::coded_enum!(Role {
    Viewer = 1, "viewer", "Viewer";
    Operator = 2, "operator", "Operator";
    Admin = 3, "admin", "Admin";
});

/// What a one-time link is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LinkPurpose {
    /// Makes the first administrator.
    FirstStart,
    /// An invited user chooses a password.
    Invite,
    /// A user chooses a new password.
    Reset,
    /// Signs in at once: made by this machine for its own user.
    SignIn,
}

crate::contact::coded_enum!(LinkPurpose {
    FirstStart = 1, "first_start", "First administrator";
    Invite = 2, "invite", "Invitation";
    Reset = 3, "reset", "New password";
    SignIn = 4, "sign_in", "Sign-in";
});

/// How a number came on the do-not-call list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BlockSource {
    /// A person added it by hand.
    Manual,
    /// It stood in an imported list.
    Import,
    /// The person said so in a call.
    Call,
    /// Another program added it by the API.
    Api,
    /// Another way.
    Other,
}

crate::contact::coded_enum!(BlockSource {
    Manual = 1, "manual", "By hand";
    Import = 2, "import", "Import";
    Call = 3, "call", "Said in a call";
    Api = 4, "api", "API";
    Other = 5, "other", "Other";
});
