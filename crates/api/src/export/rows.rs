//! A contact of the store as a row of an export.

use carillon_domain::{CallOutcome, ContactState, Timestamp};
use carillon_exchange::{ExportCall, ExportHandled, ExportReason, ExportRow};
use carillon_store::{CallRecord, ContactRecord, ExportContact};

/// What rows need besides the contact.
pub(super) struct Around {
    /// Names of properties, in the file's order.
    pub(super) property_names: Vec<String>,
    /// The address at which people reach Carillon, without a slash at its end.
    pub(super) public_url: Option<String>,
}

impl Around {
    /// `read_at`: when the row was read, while the campaign is not over.
    pub(super) fn row(&self, found: ExportContact, read_at: Option<Timestamp>) -> ExportRow {
        let ExportContact { contact, mark, calls } = found;
        // The last call of which an INVITE left; a call that was withdrawn settles nobody.
        let sent = |call: &&CallRecord| call.sent != Some(false);
        let (first, last) = (calls.iter().find(sent), calls.iter().rev().find(sent));
        let property = |name: &String| contact.properties.get(name).map(|value| (name.clone(), value.clone()));
        ExportRow {
            row: u32::try_from(contact.row).unwrap_or(u32::MAX),
            phone: contact.phone.map_or_else(|| contact.phone_text.clone(), |phone| phone.to_string()),
            status: contact.state.status(),
            result: if let ContactState::Completed { result } = contact.state { Some(result) } else { None },
            reason: reason(&contact),
            attempts: contact.attempts,
            first_call_at: first.map(|call| call.placed_at),
            last_call_at: last.map(|call| call.placed_at),
            talk_ms: last.map_or(0, talk_ms),
            call: last.map(|call| call.id.to_string()),
            link: last.zip(self.public_url.as_ref()).map(|(call, url)| link(url, call)),
            recording: last.and_then(|call| call.recording.clone()),
            handled: mark.handled.map(|(at, by, note)| ExportHandled { at, by, note }),
            read_at,
            properties: self.property_names.iter().filter_map(property).collect(),
            calls: (1..).zip(&calls).map(|(n, call)| export_call(n, call)).collect(),
            first_name: contact.first_name,
            last_name: contact.last_name,
        }
    }
}

/// The address of a call's page.
pub(super) fn link(public_url: &str, call: &CallRecord) -> String {
    format!("{public_url}/calls/{}", call.id)
}

fn reason(contact: &ContactRecord) -> ExportReason {
    match contact.state {
        ContactState::Failed { code } => ExportReason::failure(code),
        ContactState::Skipped { reason } => ExportReason::skipped(reason, contact.reason.as_deref()),
        _ => ExportReason::default(),
    }
}

fn export_call(attempt: u32, call: &CallRecord) -> ExportCall {
    let (result, reason) = match call.outcome {
        Some(CallOutcome::Result(result)) => (Some(result), ExportReason::default()),
        Some(CallOutcome::Failure(code)) => (None, ExportReason::failure(code)),
        _ => (None, ExportReason::default()),
    };
    ExportCall {
        call: call.id.to_string(),
        attempt,
        started_at: call.placed_at,
        ringing_at: call.ringing_at,
        answered_at: call.answered_at,
        ended_at: call.ended_at,
        ended_by: call.ended_by,
        result,
        reason,
        sip_status: call.sip_status,
        sip_reason: call.sip_reason.clone(),
        q850_cause: call.q850_cause,
        talk_ms: talk_ms(call),
        recording: call.recording.clone(),
    }
}

/// Milliseconds from answer to end.
pub(super) fn talk_ms(call: &CallRecord) -> u64 {
    let talk = call.answered_at.zip(call.ended_at).map(|(answered, ended)| ended.since(answered).as_millis());
    talk.and_then(|ms| u64::try_from(ms).ok()).unwrap_or(0)
}
