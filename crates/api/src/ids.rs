//! Ids and times as the API writes them: prefixed text (`call_01h…`) and RFC 3339 in UTC.

use carillon_domain::{Timestamp, ids};
use serde::{Deserialize, Serialize};
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

macro_rules! api_ids {
    ($($name:ident, $domain:ident, $what:literal, $example:literal;)*) => { $(
        #[doc = concat!("Id of ", $what, ".")]
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub ids::$domain);

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                ObjectBuilder::new()
                    .schema_type(Type::String)
                    .description(Some(concat!("Id of ", $what, ".")))
                    .examples([$example])
                    .into()
            }
        }

        impl ToSchema for $name {}

        impl From<ids::$domain> for $name {
            fn from(id: ids::$domain) -> Self {
                Self(id)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
    )* };
}

api_ids! {
    CampaignId, CampaignId, "a campaign", "camp_0d3f5n8q00000";
    CallId, CallId, "a call", "call_0d3f5n8q00000";
    EmployeeId, EmployeeId, "an AI employee", "emp_0d3f5n8q00000";
    TrunkId, TrunkId, "a trunk", "trunk_0d3f5n8q00000";
    EventId, EventId, "an event", "evt_0d3f5n8q00000";
    UserId, UserId, "a user", "user_0d3f5n8q00000";
    SessionId, SessionId, "a signed-in session", "sess_0d3f5n8q00000";
    ApiKeyId, ApiKeyId, "an API key", "key_0d3f5n8q00000";
    AuditId, AuditId, "a row of the audit log", "audit_0d3f5n8q00000";
    UploadId, UploadId, "an uploaded file", "upload_0d3f5n8q00000";
    ImportId, ImportId, "an import", "import_0d3f5n8q00000";
    ExportId, ExportId, "an export", "export_0d3f5n8q00000";
}

/// A point in time: RFC 3339 in UTC with milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Time(pub Timestamp);

impl PartialSchema for Time {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)))
            .description(Some("RFC 3339 in UTC with milliseconds."))
            .examples(["2026-11-24T06:02:21.345Z"])
            .into()
    }
}

impl ToSchema for Time {}

impl From<Timestamp> for Time {
    fn from(at: Timestamp) -> Self {
        Self(at)
    }
}
