//! Calls.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use crate::codes::{CallPhaseCode, CallResult, EndedBySide, FailureCode};
use crate::ids::{CallId, CampaignId, Time, TrunkId};

/// Which calls, newest first.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct CallQuery {
    /// Only of this campaign.
    #[param(value_type = Option<CampaignId>)]
    pub campaign: Option<CampaignId>,
    /// Only of this contact of the campaign.
    pub row: Option<i64>,
    /// Only with these results, separated by commas.
    pub result: Option<String>,
    /// Only (`true`) calls in progress, or (`false`) ended ones.
    pub live: Option<bool>,
    /// Only (`true`) calls with a recording.
    pub recorded: Option<bool>,
    /// Placed not before.
    #[param(value_type = Option<Time>)]
    pub from: Option<Time>,
    /// Placed before.
    #[param(value_type = Option<Time>)]
    pub to: Option<Time>,
    /// Digits that the number begins or ends with.
    pub q: Option<String>,
    /// `next` of the page before.
    pub after: Option<String>,
    /// Rows a page holds: 1 to 250.
    pub per_page: Option<u32>,
}

/// Which calls to draw.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RandomCallsQuery {
    /// Of this campaign.
    #[param(value_type = CampaignId)]
    pub campaign: CampaignId,
    /// How many, 1 to 20; 5 unless given.
    pub n: Option<u32>,
    /// Only with these results, separated by commas; answered calls with a recording unless given.
    pub result: Option<String>,
}

/// A call.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CallRow {
    /// Which.
    pub id: CallId,
    /// Of which campaign.
    pub campaign: CampaignId,
    /// Of which contact.
    pub row: i64,
    /// The contact's name.
    pub name: String,
    /// E.164.
    #[schema(example = "+14155550123")]
    pub phone: String,
    /// Which attempt it was, from 1.
    pub attempt: u32,
    /// How far it has come.
    pub phase: CallPhaseCode,
    /// What came of it, when it has a result.
    pub result: Option<CallResult>,
    /// What came of it, when it failed.
    pub failure: Option<FailureCode>,
    /// The outcome in words.
    pub outcome_text: Option<String>,
    /// Which side ended it.
    pub ended_by: Option<EndedBySide>,
    /// Final SIP status.
    pub sip_status: Option<u16>,
    /// When it was committed to be placed.
    pub placed_at: Time,
    /// When it rang first.
    pub ringing_at: Option<Time>,
    /// When it was answered.
    pub answered_at: Option<Time>,
    /// When it ended.
    pub ended_at: Option<Time>,
    /// From answer to end in seconds.
    pub talk_s: Option<f64>,
    /// Whether it has a recording.
    pub has_recording: bool,
}

/// Calls.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CallList {
    /// The calls.
    pub items: Vec<CallRow>,
}

/// Who speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Speaker {
    /// The AI employee.
    Employee,
    /// The contact.
    Contact,
}

/// A turn of the talk.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Turn {
    /// Its number, from 1.
    pub turn: u32,
    /// Who speaks.
    pub speaker: Speaker,
    /// What was said, as far as it was heard; absent when it was not understood.
    pub text: Option<String>,
    /// Seconds from the answer to its begin.
    pub begins_s: f64,
    /// Seconds from the answer to its end.
    pub ends_s: Option<f64>,
    /// Whether the other side cut it short.
    pub interrupted: bool,
}

/// A SIP message of the ladder.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct LadderStep {
    /// Seconds from the first message.
    pub at_s: f64,
    /// True: sent by this machine.
    pub sent: bool,
    /// First line, such as `INVITE sip:+14155550123@sip.example.net` or `180 Ringing`.
    pub summary: String,
    /// The whole message, without credentials.
    pub text: Option<String>,
}

/// Why a call has no recording.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct RecordingInfo {
    /// Whether it can be heard at `/calls/{id}/recording`.
    pub available: bool,
    /// Why not, in words.
    pub missing_text: Option<String>,
    /// Length in seconds.
    pub length_s: Option<f64>,
    /// Media type.
    #[schema(example = "audio/wav")]
    pub media_type: Option<String>,
}

/// A call with everything that is known of it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Call {
    /// As in lists.
    #[serde(flatten)]
    pub call: CallRow,
    /// The campaign's name.
    pub campaign_name: String,
    /// Its AI employee.
    pub employee: super::EmployeeRef,
    /// By which trunk.
    pub trunk: TrunkId,
    /// The trunk's name.
    pub trunk_name: Option<String>,
    /// Why it failed, explained.
    pub explanation: Option<super::FailureWord>,
    /// Reason phrase of the final SIP status.
    pub sip_reason: Option<String>,
    /// Q.850 cause (RFC 3326).
    pub q850_cause: Option<u16>,
    /// Its ending came after its process had been given up.
    pub late: bool,
    /// The turns.
    pub turns: Vec<Turn>,
    /// The SIP messages.
    pub ladder: Vec<LadderStep>,
    /// The recording.
    pub recording: RecordingInfo,
    /// The rules and values on which it was decided.
    #[schema(value_type = Object)]
    pub decision: Value,
    /// The other calls to the same contact, newest first.
    pub attempts: Vec<CallRow>,
}
