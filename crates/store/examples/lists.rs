//! How long a page of contacts takes: each sort, filter and position over a large campaign.
//!
//! `cargo run --release -p carillon-store --example lists -- DATABASE [CONTACTS] [ROUNDS]`. Fills the database when it is empty: 60 in 100
//! contacts Completed, 20 Failed, 10 Skipped, 10 Pending.

use std::time::{Duration, Instant, SystemTime};

use carillon_domain::campaign::CampaignSettings;
use carillon_domain::employee::Employee;
use carillon_domain::trunk::TrunkSettings;
use carillon_domain::{CallResult, CampaignId, ContactStatus, FailureCode, PhoneNumber, Timestamp, WorkspaceId};
use carillon_store::{
    ContactFilter, ContactQuery, ContactSort, DatabaseUrl, Matched, NewCampaign, NewContact, Position, Store,
};
use sqlx::{ConnectOptions as _, Connection as _};

const WS: WorkspaceId = WorkspaceId::from_raw(1);
const NAME: &str = "lists";
type Error = Box<dyn std::error::Error + Send + Sync>;

fn now() -> Timestamp {
    #[expect(clippy::disallowed_methods, reason = "a benchmark is its own clock")]
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_micros(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
}

#[tokio::main]
#[expect(clippy::print_stdout, reason = "a benchmark prints its numbers")]
async fn main() -> Result<(), Error> {
    let mut arguments = std::env::args().skip(1);
    let url: DatabaseUrl = arguments.next().ok_or("give a database: a path or postgres://...")?.parse()?;
    let contacts: i64 = arguments.next().map_or(Ok(1_000_000), |n| n.parse())?;
    let rounds: usize = arguments.next().map_or(Ok(30), |n| n.parse())?;
    let store = Store::open(&url).await?;
    store.slot_lease("lists", Duration::from_secs(3_600)).await?;
    let id = match store.campaign_by_name(WS, NAME).await? {
        Some(campaign) => campaign.id,
        None => fill(&store, &url, contacts).await?,
    };
    println!("{:<34} {:<10} {:<9} {:>9} {:>9}  matched", "filter", "sort", "position", "p50 ms", "p99 ms");
    for (name, filter) in filters() {
        for sort in
            [ContactSort::Row, ContactSort::Status, ContactSort::Name, ContactSort::Processed, ContactSort::Result]
        {
            // File order is for all contacts.
            if sort == ContactSort::Row && filter.takes_some() {
                continue;
            }
            for position in ["first", "middle", "last", "after"] {
                let Some(query) = query(&store, id, &filter, sort, position).await? else { continue };
                let (times, matched) = measure(&store, id, &query, rounds).await?;
                let at = |part: usize| times[(times.len() * part / 100).min(times.len() - 1)].as_secs_f64() * 1000.0;
                let sort = format!("{sort:?}");
                println!("{name:<34} {sort:<10} {position:<9} {:>9.2} {:>9.2}  {matched:?}", at(50), at(99));
            }
        }
    }
    store.slot_release().await?;
    store.close().await;
    Ok(())
}

fn filters() -> Vec<(&'static str, ContactFilter)> {
    let status = |list: &[ContactStatus]| ContactFilter { statuses: list.into(), ..Default::default() };
    let all = ContactFilter::default();
    vec![
        ("none", all.clone()),
        ("status completed", status(&[ContactStatus::Completed])),
        ("status failed", status(&[ContactStatus::Failed])),
        ("result busy", ContactFilter { results: vec![CallResult::Busy], ..all.clone() }),
        ("failure carrier_fault", ContactFilter { failures: vec![FailureCode::CarrierFault], ..all.clone() }),
        ("status failed, pending", status(&[ContactStatus::Failed, ContactStatus::Pending])),
        ("completed, a tenth of the time", dated(status(&[ContactStatus::Completed]), 400, 500)),
        ("failed, a thousandth of the time", dated(status(&[ContactStatus::Failed]), 500, 501)),
        ("search, 1 in 100", ContactFilter { search: "son42".into(), ..all.clone() }),
        ("search, none", ContactFilter { search: "nobody".into(), ..all.clone() }),
        ("search of last digits", ContactFilter { search: "0123".into(), ..all }),
    ]
}

/// Calls lie in 1,000 parts of the day after this time.
const FIRST: Timestamp = Timestamp::from_secs(1_790_000_000);
const PART_US: i64 = 86_400_000;

fn dated(filter: ContactFilter, from: i64, to: i64) -> ContactFilter {
    let at = |part: i64| Some(Timestamp::from_micros(FIRST.as_micros() + part * PART_US));
    ContactFilter { from: at(from), to: at(to), ..filter }
}

async fn query(
    store: &Store,
    id: CampaignId,
    filter: &ContactFilter,
    sort: ContactSort,
    position: &str,
) -> Result<Option<ContactQuery>, Error> {
    let mut query =
        ContactQuery { filter: filter.clone(), sort, descending: true, position: Position::Page(1), per_page: 50 };
    let first = store.contacts_list(WS, id, &query).await?;
    let pages = match first.matched {
        Matched::Exactly(n) => u32::try_from((n + 49) / 50)?,
        Matched::MoreThan(_) => 200,
    };
    query.position = match position {
        "first" => return Ok(Some(query)),
        "middle" => Position::Page(pages / 2 + 1),
        "last" => Position::Page(pages.max(1)),
        _ => match first.last {
            Some(place) => Position::After(place),
            None => return Ok(None),
        },
    };
    // Combinations are opened by number up to the 10,000th contact only.
    Ok(store.contacts_list(WS, id, &query).await.is_ok().then_some(query))
}

async fn measure(
    store: &Store,
    id: CampaignId,
    query: &ContactQuery,
    rounds: usize,
) -> Result<(Vec<Duration>, Matched), Error> {
    let mut times = Vec::new();
    let mut matched = Matched::Exactly(0);
    for _ in 0..rounds.max(1) {
        let start = Instant::now();
        matched = store.contacts_list(WS, id, query).await?.matched;
        times.push(start.elapsed());
    }
    times.sort_unstable();
    Ok((times, matched))
}

async fn fill(store: &Store, url: &DatabaseUrl, contacts: i64) -> Result<CampaignId, Error> {
    let trunk = store.trunk_put(WS, "bench", &TrunkSettings::from_uri("sip:127.0.0.1")?, now()).await?;
    let employee = store.employee_put(WS, &Employee::sample(), now()).await?;
    let id = store.next_id(now())?;
    let new = NewCampaign {
        workspace: WS,
        id,
        name: NAME.into(),
        employee,
        trunk,
        settings: CampaignSettings::default(),
        file_hash: None,
        property_names: Vec::new(),
        now: now(),
    };
    store.campaign_create(new).await?;
    let contact = |row: i64| NewContact {
        row,
        line: row + 1,
        phone: PhoneNumber::from_digits(12_000_000_000 + row * 7_919 % 7_999_999_999),
        phone_text: String::new(),
        // Names in no order of the rows.
        first_name: format!("{:05x}", row * 40_503 % 1_048_573),
        last_name: format!("son{}", row % 100),
        ..NewContact::default()
    };
    // As an import brings them.
    for from in (1..=contacts).step_by(5_000) {
        store.contacts_import(WS, id, (from..=contacts.min(from + 4_999)).map(contact).collect(), now()).await?;
    }
    settle(store, url, id).await?;
    Ok(id)
}

/// Gives the contacts what a million calls would have given them, behind the store's back, and counters that agree.
async fn settle(store: &Store, url: &DatabaseUrl, id: CampaignId) -> Result<(), Error> {
    let (ws, id) = (WS.raw(), id.raw());
    let slot = store.slot().ok_or("no slot")?.slot;
    let digit = "row * 7 % 10";
    let day = format!("{} + row * 104729 % 86400000000", FIRST.as_micros());
    let statements = [
        format!(
            "UPDATE contacts SET status = CASE WHEN {digit} < 6 THEN 2 WHEN {digit} < 8 THEN 3 WHEN {digit} < 9 THEN 4 ELSE 0 END, \
             result = CASE WHEN {digit} < 3 THEN 1 WHEN {digit} < 6 THEN 8 WHEN {digit} < 7 THEN 201 WHEN {digit} < 8 THEN 501 \
             WHEN {digit} < 9 THEN 1004 ELSE 0 END, last_call_at = CASE WHEN {digit} < 8 THEN {day} ELSE 0 END \
             WHERE workspace_id = {ws} AND campaign_id = {id}"
        ),
        format!("DELETE FROM campaign_outcomes WHERE campaign_id = {id}"),
        format!(
            "INSERT INTO campaign_outcomes(workspace_id, campaign_id, slot, lane, outcome, n) SELECT {ws}, {id}, {slot}, 0, result, COUNT(*) \
             FROM contacts WHERE workspace_id = {ws} AND campaign_id = {id} AND result > 0 GROUP BY result"
        ),
        format!(
            "UPDATE campaign_counts SET pending = (SELECT COUNT(*) FROM contacts WHERE campaign_id = {id} AND status = 0), \
             completed = (SELECT COUNT(*) FROM contacts WHERE campaign_id = {id} AND status = 2), \
             failed = (SELECT COUNT(*) FROM contacts WHERE campaign_id = {id} AND status = 3), \
             skipped = (SELECT COUNT(*) FROM contacts WHERE campaign_id = {id} AND status = 4) WHERE campaign_id = {id}"
        ),
    ];
    match url {
        DatabaseUrl::Sqlite { path } => {
            let mut c = sqlx::sqlite::SqliteConnectOptions::new().filename(path).connect().await?;
            for text in statements {
                sqlx::query(sqlx::AssertSqlSafe(text)).execute(&mut c).await?;
            }
            c.close().await?;
        }
        DatabaseUrl::Postgres { url } => {
            let mut c = sqlx::PgConnection::connect(url).await?;
            for text in statements {
                sqlx::query(sqlx::AssertSqlSafe(text)).execute(&mut c).await?;
            }
            sqlx::query("VACUUM (ANALYZE) contacts").execute(&mut c).await?;
            c.close().await?;
        }
    }
    Ok(())
}
