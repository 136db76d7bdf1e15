//! `POST /api/v1/campaigns/{id}/contacts/actions`

use axum::extract::State;
use carillon_domain::access::BlockSource;
use carillon_domain::{CampaignId as Id, PhoneNumber};
use carillon_store::{
    ContactAction, ContactFilter, ContactQuery, ContactSort, ContactTarget, Matched, NewBlock, Position,
};

use crate::auth::{Identity, Operator};
use crate::extract::{Json, Path};
use crate::ids::CampaignId;
use crate::limits::NOTE_CHARS;
use crate::model::{BulkAction, BulkContacts, BulkResult};
use crate::problem::Problem;
use crate::state::AppState;
use crate::view::{filter_of_body, waiting_for};

/// Do something with many contacts
#[utoipa::path(
    post,
    path = "/api/v1/campaigns/{id}/contacts/actions",
    tag = "contacts",
    params(("id" = CampaignId, Path, description = "The campaign.")),
    request_body = BulkContacts,
    responses((status = 200, description = "Done.", body = BulkResult))
)]
pub async fn contact_bulk(
    user: Operator,
    State(state): State<AppState>,
    Path(id): Path<CampaignId>,
    Json(body): Json<BulkContacts>,
) -> Result<Json<BulkResult>, Problem> {
    let note = body.note.unwrap_or_default();
    if note.chars().count() > NOTE_CHARS {
        return Err(Problem::field("note", format!("A note has at most {NOTE_CHARS} characters.")));
    }
    let target = match (body.rows, &body.filter) {
        (Some(rows), None) if rows.len() <= ROWS_MAX => ContactTarget::Rows(rows),
        (Some(_), None) => return Err(Problem::field("rows", format!("At most {ROWS_MAX} rows."))),
        (None, Some(filter)) => ContactTarget::Filter(filter_of_body(filter)?),
        _ => return Err(Problem::field("rows", "Give either rows or a filter.")),
    };
    let found = state.store.campaign_fetch(user.workspace, id.0).await?;
    found.ok_or_else(|| Problem::not_found("campaign"))?;
    let action = match body.action {
        BulkAction::Retry => ContactAction::Retry { waiting_for: waiting_for(&state) },
        BulkAction::Exclude => ContactAction::Exclude,
        BulkAction::Restore => ContactAction::Restore,
        BulkAction::Handled => ContactAction::Handled { note },
        BulkAction::DoNotCall => return block(&state, &user, id.0, target, note).await,
    };
    let acted = state.store.contacts_act(user.workspace, id.0, target, action, &user.name, state.now()).await?;
    state.control.wake();
    Ok(Json(BulkResult { changed: acted.changed, unchanged: acted.unchanged, remaining: acted.unseen }))
}

/// Rows that a request may name.
const ROWS_MAX: usize = 1_000;
/// Contacts whose numbers one request blocks at most.
const BLOCK_MAX: i64 = 10_000;
/// Contacts read at once.
const READ: u32 = 1_000;

/// Puts the numbers of contacts on the do-not-call list.
async fn block(
    state: &AppState,
    user: &Identity,
    id: Id,
    target: ContactTarget,
    reason: String,
) -> Result<Json<BulkResult>, Problem> {
    let phones = match target {
        ContactTarget::Rows(rows) => {
            let mut phones = Vec::new();
            for row in rows {
                let line = state.store.contact_fetch(user.workspace, id, row).await?;
                phones.push(line.and_then(|line| line.contact.phone));
            }
            phones
        }
        ContactTarget::Filter(filter) => phones_of(state, user, id, filter).await?,
    };
    let asked = i64::try_from(phones.len()).unwrap_or(i64::MAX);
    let phones: Vec<PhoneNumber> = phones.into_iter().flatten().collect();
    let new = NewBlock {
        source: BlockSource::Manual,
        reason: (!reason.is_empty()).then_some(reason),
        by: user.name.clone(),
        until: None,
        now: state.now(),
    };
    let done = state.store.numbers_block(user.workspace, &phones, &new).await?;
    Ok(Json(BulkResult { changed: done.added, unchanged: asked - done.added, remaining: 0 }))
}

async fn phones_of(
    state: &AppState,
    user: &Identity,
    id: Id,
    filter: ContactFilter,
) -> Result<Vec<Option<PhoneNumber>>, Problem> {
    let mut query = ContactQuery {
        filter,
        sort: ContactSort::Processed,
        descending: false,
        position: Position::Page(1),
        per_page: READ,
    };
    let mut phones = Vec::new();
    loop {
        let list = state.store.contacts_list(user.workspace, id, &query).await?;
        let many = match list.matched {
            Matched::Exactly(n) => n > BLOCK_MAX,
            Matched::MoreThan(_) => true,
        };
        if many {
            let why = format!("At most {BLOCK_MAX} numbers at once: narrow the filter, or import them as a list.");
            return Err(Problem::field("filter", why));
        }
        phones.extend(list.contacts.iter().map(|line| line.contact.phone));
        match list.last {
            Some(last) if !list.contacts.is_empty() => query.position = Position::After(last),
            _ => return Ok(phones),
        }
    }
}
