//! Every way of reading a page of contacts or calls, as statements, and a campaign large enough that a database plans them in earnest.

use carillon_domain::campaign::CampaignSettings;
use carillon_domain::employee::Employee;
use carillon_domain::trunk::TrunkSettings;
use carillon_domain::{
    CallId, CallResult, CampaignId, ContactStatus, FailureCode, PhoneNumber, Timestamp, WorkspaceId,
};

use super::built::Built;
use super::contact_list::{self, Part};
use super::statement::{Statement, built};
use super::{Tx, call_list};
use crate::Store;
use crate::error::Fault;
use crate::model::{Bucket, CallQuery, ContactCursor, ContactFilter, ContactSort, NewCampaign, NewContact, Search};
use crate::session::Key;

const WS: WorkspaceId = WorkspaceId::from_raw(1);
const NOW: Timestamp = Timestamp::from_secs(1_790_000_000);
/// Enough for PostgreSQL to prefer an index.
const CONTACTS: i64 = 20_000;
const SORTS: [ContactSort; 5] =
    [ContactSort::Row, ContactSort::Status, ContactSort::Name, ContactSort::Processed, ContactSort::Result];

/// A statement that reads a page.
pub(crate) struct Page {
    /// What it reads, for whoever reads a failure.
    pub(crate) name: String,
    /// It may sort what the walks through several buckets gave, each bounded by the page.
    pub(crate) merges: bool,
    /// It looks at each name or number of the campaign: how a text in the middle is found.
    pub(crate) searches: bool,
    /// One of these indexes must be taken, where others would do as well in the eyes of these tests but not with a million calls; none named: any.
    pub(crate) indexes: &'static [&'static str],
    pub(crate) sql: Built,
}

/// Every sort, filter and place.
pub(crate) fn pages(key: Key) -> Vec<Page> {
    let mut all = Vec::new();
    let place = ContactCursor { key: 2, at: NOW.as_micros(), name: "m".into(), row: 7 };
    for filter in filters() {
        let buckets = filter.buckets();
        // What few contacts match is gathered and never walked.
        if !filter.counted() {
            let name = format!("gather {filter:?}");
            let searches = filter.searched() != Search::Nothing;
            all.push(Page { name, merges: false, searches, indexes: &[], sql: contact_list::gather(key, &filter) });
            continue;
        }
        for sort in SORTS {
            // File order is for all contacts only.
            if sort == ContactSort::Row && buckets != [Bucket::All] {
                continue;
            }
            for (descending, after, offset) in
                [(true, None, 300), (false, None, 0), (true, Some(place.clone()), 0), (false, Some(place.clone()), 0)]
            {
                let name = format!("{sort:?} {filter:?} descending={descending} after={}", after.is_some());
                let part = Part { sort, descending, after, limit: 50, offset };
                if let Some(sql) = contact_list::keys(key, &filter, &part) {
                    all.push(Page { name, merges: buckets.len() > 1, searches: false, indexes: &[], sql });
                }
            }
        }
    }
    let campaign = Some(CampaignId::from_raw(key.campaign));
    let (from, to) = (Some(NOW), Some(Timestamp::from_secs(1_790_009_000)));
    let calls = CallQuery { limit: 50, ..CallQuery::default() };
    let opted_out = vec![CallResult::OptedOut];
    for (indexes, query) in [
        (&[][..], calls.clone()),
        (&[], CallQuery { campaign, ..calls.clone() }),
        (&[], CallQuery { campaign, row: Some(7), ..calls.clone() }),
        (&[], CallQuery { from, to, ..calls.clone() }),
        (&["calls_outcome"], CallQuery { results: opted_out.clone(), ..calls.clone() }),
        (&["calls_outcome"], CallQuery { results: vec![CallResult::OptedOut, CallResult::Busy], ..calls.clone() }),
        (
            &["calls_campaign_outcome", "calls_outcome"][..],
            CallQuery { campaign, results: opted_out.clone(), ..calls.clone() },
        ),
        (
            &["calls_contact", "calls_outcome"],
            CallQuery { campaign, row: Some(7), results: opted_out, ..calls.clone() },
        ),
        (&["calls_recorded"], CallQuery { recorded: Some(true), ..calls.clone() }),
        (&["calls_campaign_recorded"], CallQuery { campaign, recorded: Some(true), ..calls.clone() }),
        (&["calls_phone"], CallQuery { search: "+49151".into(), ..calls.clone() }),
        (&["calls_phone"], CallQuery { search: "+49151".into(), campaign, ..calls.clone() }),
        (&[], CallQuery { search: "0123".into(), ..calls }),
    ] {
        // Of all campaigns there is no campaign in the key.
        let key = Key { campaign: query.campaign.map_or(0, CampaignId::raw), ..key };
        let name = format!("calls {query:?}");
        let merges = query.results.len() > 1 || !query.search.is_empty();
        let searches = !query.search.is_empty();
        all.push(Page { name, merges, searches, indexes, sql: call_list::select(key, &query) });
    }
    all
}

fn filters() -> Vec<ContactFilter> {
    let all = ContactFilter::default();
    let status = |list: &[ContactStatus]| ContactFilter { statuses: list.into(), ..all.clone() };
    let (from, to) = (Some(Timestamp::from_secs(1_790_001_000)), Some(Timestamp::from_secs(1_790_002_000)));
    let search = |text: &str| ContactFilter { search: text.into(), ..all.clone() };
    let filters = vec![
        all.clone(),
        status(&[ContactStatus::Completed]),
        status(&[ContactStatus::Pending]),
        ContactFilter { results: vec![CallResult::Busy], ..all.clone() },
        ContactFilter { failures: vec![FailureCode::CarrierFault], ..all.clone() },
        ContactFilter { failures: vec![FailureCode::NoReply], ..all.clone() },
        status(&[ContactStatus::Failed, ContactStatus::Pending]),
        ContactFilter { from, to, ..all.clone() },
        ContactFilter { from, to, ..status(&[ContactStatus::Completed]) },
        ContactFilter { handled: Some(true), ..status(&[ContactStatus::Failed]) },
        search("son42"),
        search("0123"),
    ];
    assert!(filters.iter().any(|filter| matches!(filter.searched(), Search::Phone { .. })));
    filters
}

/// A campaign of many contacts and the statements that give them what calls would have.
pub(crate) async fn campaign(store: &Store) -> Key {
    store.slot_lease("plans", std::time::Duration::from_secs(3_600)).await.unwrap();
    let trunk = store.trunk_put(WS, "plans", &TrunkSettings::from_uri("sip:127.0.0.1").unwrap(), NOW).await.unwrap();
    let employee = store.employee_put(WS, &Employee::sample(), NOW).await.unwrap();
    let id = store.next_id(NOW).unwrap();
    let new = NewCampaign {
        workspace: WS,
        id,
        name: "plans".into(),
        employee,
        trunk,
        settings: CampaignSettings::default(),
        file_hash: None,
        property_names: Vec::new(),
        now: NOW,
    };
    store.campaign_create(new).await.unwrap();
    let contact = |row: i64| NewContact {
        row,
        line: row + 1,
        phone: PhoneNumber::from_digits(12_000_000_000 + row * 7_919),
        first_name: format!("{:05x}", row * 40_503 % 1_048_573),
        last_name: format!("son{}", row % 100),
        ..NewContact::default()
    };
    store.contacts_import(WS, id, (1..=CONTACTS).map(contact).collect(), NOW).await.unwrap();
    Key { ws: WS.raw(), campaign: id.raw() }
}

/// Gives each contact a status, a result and a call, most of them Completed, and refreshes what the database knows of the table.
pub(crate) async fn settle(tx: &mut Tx) -> Result<(), Fault> {
    let digit = "(row * 7 % 10)";
    let spread = format!(
        "UPDATE contacts SET status = CASE WHEN {digit} < 6 THEN 2 WHEN {digit} < 8 THEN 3 WHEN {digit} < 9 THEN 4 ELSE 0 END, \
         result = CASE WHEN {digit} < 3 THEN 1 WHEN {digit} < 6 THEN 8 WHEN {digit} < 7 THEN 201 WHEN {digit} < 8 THEN 501 \
         WHEN {digit} < 9 THEN 1004 ELSE 0 END, \
         last_call_at = CASE WHEN {digit} < 8 THEN {} + row * 15485863 % 86400000000 ELSE 0 END",
        NOW.as_micros()
    );
    let (first, last) = (CallId::floor_at(NOW).raw(), CallId::floor_at(Timestamp::from_secs(1_790_086_400)).raw());
    let step = (last - first) / CONTACTS;
    // Each was called once; the settings stand for a decision, which is JSON in both databases.
    let calls = format!(
        "INSERT INTO calls(workspace_id, id, campaign_id, row, phone, slot, fence, trunk_id, state, placed_at, ended_at, outcome, decision) \
         SELECT k.workspace_id, {first} + k.row * {step}, k.campaign_id, k.row, k.phone, 1, 1, c.trunk_id, 8, k.last_call_at, k.last_call_at, \
         k.result, c.settings FROM contacts k JOIN campaigns c ON c.workspace_id = k.workspace_id AND c.id = k.campaign_id"
    );
    for statement in [built(spread), built(calls), built("ANALYZE".to_owned())] {
        tx.exec(statement).await?;
    }
    Ok(())
}

/// The statement that shows the plan of a page instead of reading it.
pub(crate) fn explained(how: &str, sql: Built) -> Statement {
    sql.after(how).statement()
}
