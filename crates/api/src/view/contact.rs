//! Contacts.

use carillon_domain::{CampaignId, ContactState, ContactStatus, FailureCode, PhoneNumber, SkipReason, Timestamp};
use carillon_store::{CallQuery, ChangedContact, ContactLine, ContactRecord};

use super::call_row;
use crate::auth::Identity;
use crate::model::{AlsoIn, ChangedRow, Contact, ContactAbility, ContactRow, FailureWord, Handled};
use crate::problem::Problem;
use crate::state::AppState;

/// A failure code, explained.
pub(crate) fn explain(code: FailureCode) -> FailureWord {
    FailureWord {
        code: code.into(),
        category: code.category().into(),
        category_label: code.category().label().to_owned(),
        title: code.label().to_owned(),
        meaning: code.meaning().to_owned(),
        next_step: code.next_step().to_owned(),
        may_work: code.may_work(),
    }
}

/// What stands in the Result column.
fn result_text(state: &ContactState, reason: Option<&str>, attempts: u32) -> Option<String> {
    match state {
        ContactState::Completed { result } => Some(result.label().to_owned()),
        ContactState::Failed { code } => Some(code.label().to_owned()),
        ContactState::Skipped { reason: SkipReason::Excluded } => {
            Some(reason.map_or_else(|| "Excluded".to_owned(), |by| format!("Excluded by {by}")))
        }
        ContactState::Skipped { reason: SkipReason::CalledInSample } => Some("Called in the sample".to_owned()),
        ContactState::Skipped { reason: skip } => Some(match reason {
            Some(detail) => format!("{}: {detail}", skip.label()),
            None => skip.label().to_owned(),
        }),
        // When, `due_at` says.
        ContactState::Pending { due: Some(_) } if attempts == 0 => Some("waits for its turn".to_owned()),
        ContactState::Pending { .. } if attempts > 0 => Some("waits for another attempt".to_owned()),
        ContactState::Pending { .. } | ContactState::InProgress { .. } | ContactState::Canceled => None,
    }
}

fn outcome(state: &ContactState) -> (Option<carillon_domain::CallResult>, Option<FailureCode>, Option<SkipReason>) {
    match state {
        ContactState::Completed { result } => (Some(*result), None, None),
        ContactState::Failed { code } => (None, Some(*code), None),
        ContactState::Skipped { reason } => (None, None, Some(*reason)),
        _ => (None, None, None),
    }
}

fn seconds(ms: i64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "talk times stay far below 2^52 ms")]
    {
        ms as f64 / 1000.0
    }
}

/// First and last name.
fn name_of(contact: &ContactRecord) -> String {
    format!("{} {}", contact.first_name, contact.last_name).trim().to_owned()
}

/// The mark "handled by hand".
fn handled_row(mark: &carillon_store::ContactMark) -> Option<Handled> {
    mark.handled.as_ref().map(|(at, by, note)| Handled { by: by.clone(), at: (*at).into(), note: note.clone() })
}

/// A row of the table.
pub(crate) fn contact_row(line: &ContactLine) -> ContactRow {
    let c = &line.contact;
    let (result, failure, skip_reason) = outcome(&c.state);
    let ended = line.last_call.and_then(|call| call.ended_at);
    let processed: Option<Timestamp> =
        if c.state.status() == ContactStatus::InProgress { c.last_call_at } else { ended.or(c.last_call_at) };
    ContactRow {
        row: c.row,
        name: name_of(c),
        phone: c.phone.map(|p| p.to_string()),
        phone_text: c.phone_text.clone(),
        status: c.state.status().into(),
        result: result.map(Into::into),
        failure: failure.map(Into::into),
        skip_reason: skip_reason.map(Into::into),
        result_text: result_text(&c.state, c.reason.as_deref(), c.attempts),
        due_at: if let ContactState::Pending { due } = c.state { due.map(Into::into) } else { None },
        processed_at: processed.map(Into::into),
        talk_s: line.last_call.and_then(|call| call.talk_ms).map(seconds),
        attempts: c.attempts,
        call: c.call.map(Into::into),
        has_recording: line.last_call.is_some_and(|call| call.recorded),
        handled: handled_row(&line.mark),
    }
}

/// A contact that changed, for the event stream.
pub(crate) fn changed_row(changed: &ChangedContact) -> ChangedRow {
    let (result, _, _) = outcome(&changed.state);
    ChangedRow {
        row: changed.row,
        status: changed.state.status().into(),
        result: result.map(Into::into),
        result_text: result_text(&changed.state, changed.reason.as_deref(), 0),
        processed_at: changed.last_call_at.map(Into::into),
        version: changed.version,
    }
}

/// The contact, or that there is none.
pub(crate) async fn contact_of(
    state: &AppState,
    user: &Identity,
    id: CampaignId,
    row: i64,
) -> Result<ContactLine, Problem> {
    let found = state.store.contact_fetch(user.workspace, id, row).await?;
    found.ok_or_else(|| Problem::not_found("contact"))
}

/// A contact with its history.
pub(crate) async fn show_contact(
    state: &AppState,
    user: &Identity,
    id: CampaignId,
    row: i64,
) -> Result<Contact, Problem> {
    let ws = user.workspace;
    let line = contact_of(state, user, id, row).await?;
    let campaign = state.store.campaign_fetch(ws, id).await?.ok_or_else(|| Problem::not_found("campaign"))?;
    let query = CallQuery { campaign: Some(id), row: Some(row), limit: 100, ..CallQuery::default() };
    let calls = state.store.calls_page(ws, &query).await?;
    let phone: Option<PhoneNumber> = line.contact.phone;
    let (also_in, do_not_call) = match phone {
        Some(phone) => (
            state.store.contacts_also_in(ws, id, phone, 20).await?,
            state.store.number_blocked(ws, phone, state.now()).await?.is_some(),
        ),
        None => (Vec::new(), false),
    };
    let also = |other: carillon_store::AlsoIn| {
        let (result, _, _) = outcome(&other.state);
        AlsoIn {
            campaign: other.campaign.into(),
            campaign_name: other.name,
            row: other.row,
            status: other.state.status().into(),
            result: result.map(Into::into),
        }
    };
    let explanation = if let ContactState::Failed { code } = line.contact.state { Some(explain(code)) } else { None };
    Ok(Contact {
        contact: contact_row(&line),
        first_name: line.contact.first_name.clone(),
        last_name: line.contact.last_name.clone(),
        line: line.contact.line,
        properties: line.contact.properties.clone(),
        explanation,
        do_not_call,
        calls: calls.iter().map(call_row).collect(),
        actions: abilities(&line, campaign.state.status(), do_not_call),
        also_in: also_in.into_iter().map(also).collect(),
    })
}

fn abilities(line: &ContactLine, campaign: carillon_domain::CampaignStatus, blocked: bool) -> Vec<ContactAbility> {
    use carillon_domain::CampaignStatus as C;
    let mut can = Vec::new();
    let over = matches!(campaign, C::Completed | C::Canceled);
    match &line.contact.state {
        ContactState::Failed { .. } => {
            if !matches!(campaign, C::Canceled | C::Draft) {
                can.push(ContactAbility::Retry);
            }
            can.push(ContactAbility::Exclude);
        }
        ContactState::Pending { .. } => can.push(ContactAbility::Exclude),
        ContactState::Skipped { reason: SkipReason::Excluded } if !over => can.push(ContactAbility::Restore),
        _ => {}
    }
    can.push(ContactAbility::Handled);
    if line.contact.phone.is_some() && !blocked {
        can.push(ContactAbility::DoNotCall);
    }
    can
}
