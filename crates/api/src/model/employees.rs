//! AI employees.

use serde::Serialize;
use utoipa::ToSchema;

use crate::codes::CampaignStatus;
use crate::ids::{CampaignId, EmployeeId, Time};

/// An AI employee as others refer to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct EmployeeRef {
    /// Which.
    pub id: EmployeeId,
    /// Its name.
    #[schema(example = "Ava")]
    pub name: String,
    /// The version that is meant: a campaign pins one.
    pub version: i64,
}

/// A row of the list of employees.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct EmployeeRow {
    /// Which.
    pub id: EmployeeId,
    /// Its name.
    pub name: String,
    /// The newest version.
    pub version: i64,
    /// Language tag (BCP 47).
    #[schema(example = "en-US")]
    pub language: String,
    /// Its greeting, with `{{variables}}`.
    pub greeting: String,
    /// How many campaigns use any version of it.
    pub campaigns: i64,
    /// When the newest version was saved.
    pub updated_at: Time,
}

/// Employees, by name.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct EmployeeList {
    /// The employees.
    pub items: Vec<EmployeeRow>,
}

/// An AI employee with what it says.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Employee {
    /// Which.
    pub id: EmployeeId,
    /// Its name.
    pub name: String,
    /// This version.
    pub version: i64,
    /// The newest version.
    pub latest_version: i64,
    /// Language tag (BCP 47).
    pub language: String,
    /// First sentence, with `{{variables}}`.
    pub greeting: String,
    /// The steps of its script, in order, in words.
    pub script: Vec<ScriptStep>,
    /// The variables that its texts use.
    pub variables: Vec<TemplateVariable>,
    /// When this version was saved.
    pub created_at: Time,
    /// The campaigns that use it, newest first, at most 50.
    pub used_by: Vec<EmployeeUse>,
}

/// A step of a script.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ScriptStep {
    /// When it comes: "Then it listens for up to 6 seconds".
    pub when: String,
    /// What is said; absent when it listens.
    pub says: Option<String>,
}

/// A `{{variable}}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct TemplateVariable {
    /// Its name.
    #[schema(example = "first_name")]
    pub name: String,
    /// What is said when a row has no value; absent: such a row is skipped.
    pub default: Option<String>,
}

/// A campaign that uses an employee.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct EmployeeUse {
    /// Which.
    pub id: CampaignId,
    /// Its name.
    pub name: String,
    /// Its status.
    pub status: CampaignStatus,
    /// The version it pins.
    pub version: i64,
}
