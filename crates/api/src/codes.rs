//! The stable codes of `carillon-domain` as the API writes them: lower snake case strings, listed in the specification.

use carillon_domain::access;
use carillon_domain::call::{CallPhase, EndedBy};
use carillon_domain::{campaign, contact, outcome};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::problem::{Code, Problem};

/// A code of the domain.
pub trait Coded: Sized + Copy + 'static {
    /// What it is, in words: "status", "result".
    const WHAT: &'static str;
    /// Every code, in the order of the documentation.
    fn all() -> Vec<&'static str>;
    /// From its text.
    fn from_text(text: &str) -> Option<Self>;
}

macro_rules! codes {
    ($($name:ident($domain:path), $what:literal;)*) => { $(
        #[doc = concat!("A ", $what, ".")]
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub struct $name(pub $domain);

        impl Coded for $name {
            const WHAT: &'static str = $what;

            fn all() -> Vec<&'static str> {
                <$domain>::ALL.iter().map(|code| code.code()).collect()
            }

            fn from_text(text: &str) -> Option<Self> {
                <$domain>::from_code(text).map(Self)
            }
        }

        impl From<$domain> for $name {
            fn from(code: $domain) -> Self {
                Self(code)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.0.code())
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                Self::from_text(&text).ok_or_else(|| serde::de::Error::custom(unknown::<Self>(&text)))
            }
        }

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                ObjectBuilder::new()
                    .schema_type(Type::String)
                    .description(Some(concat!("A ", $what, ".")))
                    .enum_values(Some(Self::all()))
                    .into()
            }
        }

        impl ToSchema for $name {}
    )* };
}

codes! {
    CampaignStatus(campaign::CampaignStatus), "campaign status";
    WaitingFor(campaign::WaitingFor), "cause for which a campaign waits";
    ContactStatus(contact::ContactStatus), "contact status";
    SkipReason(contact::SkipReason), "skip reason";
    CallResult(outcome::CallResult), "result";
    FailureCode(outcome::FailureCode), "failure code";
    FailureCategory(outcome::FailureCategory), "failure category";
    CallPhaseCode(CallPhase), "call phase";
    EndedBySide(EndedBy), "side that ended a call";
    Role(access::Role), "role";
    LinkPurpose(access::LinkPurpose), "purpose of a one-time link";
    DoNotCallSource(access::BlockSource), "source of a do-not-call entry";
}

fn unknown<T: Coded>(text: &str) -> String {
    let text: String = text.chars().take(40).collect();
    format!("\"{text}\" is not a {}; it is one of {}", T::WHAT, T::all().join(", "))
}

/// Reads a comma-separated list of codes from a query parameter; absent or empty gives none.
pub fn list<T: Coded>(text: Option<&str>) -> Result<Vec<T>, Problem> {
    text.unwrap_or("")
        .split(',')
        .filter(|part| !part.is_empty())
        .map(|part| T::from_text(part).ok_or_else(|| Problem::new(Code::BadQuery, unknown::<T>(part))))
        .collect()
}
