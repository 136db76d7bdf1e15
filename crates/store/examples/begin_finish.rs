//! How many short calls a second the database bears: import, then claim, begin and finish every contact, with several callers at once.
//!
//! `cargo run --release -p carillon-store --example begin_finish -- DATABASE [CONTACTS] [CALLERS]`; 0 callers: the import only.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use carillon_domain::campaign::CampaignSettings;
use carillon_domain::employee::Employee;
use carillon_domain::policy::RetryRule;
use carillon_domain::trunk::TrunkSettings;
use carillon_domain::{
    CallEnding, CallOutcome, CallResult, CampaignId, EndedBy, PhoneNumber, Timestamp, TrunkId, WorkspaceId,
};
use carillon_store::{BeginCall, Claimed, DatabaseUrl, FinishCall, NewCampaign, NewContact, Store};
use tokio::sync::{Mutex, mpsc};

const WS: WorkspaceId = WorkspaceId::from_raw(1);
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
    let contacts: i64 = arguments.next().map_or(Ok(10_000), |n| n.parse())?;
    let callers: usize = arguments.next().map_or(Ok(50), |n| n.parse())?;
    let store = Store::open(&url).await?;
    store.slot_lease("begin_finish", Duration::from_secs(3600)).await?;
    let trunk = store.trunk_put(WS, "bench", &TrunkSettings::from_uri("sip:127.0.0.1")?, now()).await?;

    let start = Instant::now();
    let id = import(&store, trunk, contacts).await?;
    let imported = start.elapsed();
    println!("import: {contacts} contacts in {imported:.2?}, {:.0} a second", rate(contacts, imported));

    if callers == 0 {
        store.slot_release().await?;
        store.close().await;
        return Ok(());
    }
    let start = Instant::now();
    let mut times = call_all(&store, id, trunk, callers).await?;
    let took = start.elapsed();
    times.sort_unstable();
    let at = |part: usize| times.get(times.len() * part / 100).copied().unwrap_or_default();
    println!(
        "calls: {} begun and finished by {callers} callers in {took:.2?}, {:.0} a second; begin p50 {:.1?} p99 {:.1?}",
        times.len(),
        rate(contacts, took),
        at(50),
        at(99)
    );
    let report = store.doctor(WS).await?;
    println!(
        "doctor: {} findings {:?}; counts {:?}",
        report.findings.len(),
        report.findings,
        store.counts(WS, id).await?
    );
    store.slot_release().await?;
    store.close().await;
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
fn rate(n: i64, took: Duration) -> f64 {
    n as f64 / took.as_secs_f64()
}

async fn import(store: &Store, trunk: TrunkId, contacts: i64) -> Result<CampaignId, Error> {
    let id = store.next_id(now())?;
    let employee = store.employee_put(WS, &Employee::sample(), now()).await?;
    let campaign = NewCampaign {
        workspace: WS,
        id,
        name: format!("bench {id}"),
        employee,
        trunk,
        settings: CampaignSettings::default(),
        file_hash: None,
        property_names: vec!["city".into()],
        now: now(),
    };
    store.campaign_create(campaign).await?;
    for first in (1..=contacts).step_by(5_000) {
        let batch = (first..(first + 5_000).min(contacts + 1)).map(|row| NewContact {
            row,
            line: row + 1,
            phone: PhoneNumber::from_digits(14_150_000_000 + row),
            phone_text: format!("+1415{row:07}"),
            first_name: format!("{:x}", row.wrapping_mul(0x9e37_79b9_7f4a_7c15_u64.cast_signed())),
            last_name: "Example".into(),
            properties: [("city".to_owned(), "Springfield".to_owned())].into(),
            ..NewContact::default()
        });
        store.contacts_import(WS, id, batch.collect(), now()).await?;
    }
    store.campaign_import_finished(WS, id, now()).await?;
    store.campaign_start(WS, id, None, now()).await?;
    Ok(id)
}

async fn call_all(store: &Store, id: CampaignId, trunk: TrunkId, callers: usize) -> Result<Vec<Duration>, Error> {
    let (queue, contacts) = mpsc::channel::<Claimed>(callers);
    let contacts = Arc::new(Mutex::new(contacts));
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..callers {
        let (store, contacts) = (store.clone(), contacts.clone());
        tasks.spawn(async move {
            let mut times = Vec::new();
            while let Some(contact) = { contacts.lock().await.recv().await } {
                times.push(one(&store, id, trunk, &contact).await?);
            }
            Ok::<_, Error>(times)
        });
    }
    loop {
        let claimed = store.contacts_claim(WS, id, 50, now()).await?;
        if claimed.is_empty() {
            break;
        }
        for contact in claimed {
            queue.send(contact).await?;
        }
    }
    drop(queue);
    let mut times = Vec::new();
    while let Some(done) = tasks.join_next().await {
        times.extend(done??);
    }
    Ok(times)
}

async fn one(store: &Store, id: CampaignId, trunk: TrunkId, contact: &Claimed) -> Result<Duration, Error> {
    let call = store.next_id(now())?;
    let begin = BeginCall {
        workspace: WS,
        call,
        campaign: id,
        row: contact.row,
        phone: contact.phone,
        trunk,
        decision: serde_json::json!({ "rules": "bench" }),
        now: now(),
    };
    let start = Instant::now();
    store.call_begin(begin).await?;
    let took = start.elapsed();
    let ending = CallEnding {
        ended_by: EndedBy::Contact,
        outcome: CallOutcome::Result(CallResult::Success),
        sent: true,
        sip_status: Some(200),
        sip_reason: Some("OK".into()),
        q850_cause: None,
        ringing_at: None,
        answered_at: Some(now()),
        ended_at: now(),
    };
    let ladder =
        Some(serde_json::json!([{ "method": "INVITE" }, { "status": 200 }, { "method": "ACK" }, { "method": "BYE" }]));
    let turns = Some(serde_json::json!([{ "who": "employee", "text": "Hello, this is Ava." }]));
    let retry = RetryRule::default();
    let finish = FinishCall { workspace: WS, call, ending, retry, recording: None, turns, ladder, now: now() };
    store.call_finish(finish).await?;
    Ok(took)
}
