//! A store with a campaign or two, and a clock that the test moves.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use carillon_domain::access::BlockSource;
use carillon_domain::campaign::CampaignSettings;
use carillon_domain::employee::Employee;
use carillon_domain::ids::Campaign as CampaignKind;
use carillon_domain::policy::RetryRule;
use carillon_domain::trunk::TrunkSettings;
use carillon_domain::{
    CallEnding, CallId, CallOutcome, CampaignId, Counts, EndedBy, FailureCode, PhoneNumber, Timestamp, TrunkId,
    WorkspaceId,
};
use carillon_store::{
    BeginCall, BeginError, Begun, Blocked, Claimed, DatabaseUrl, EmployeeVersion, FinishCall, Finished, NewBlock,
    NewCampaign, NewContact, Store,
};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection};

pub(crate) const WS: WorkspaceId = WorkspaceId::from_raw(1);
pub(crate) const HOUR: Duration = Duration::from_secs(3600);

pub(crate) struct World {
    pub(crate) store: Store,
    pub(crate) url: DatabaseUrl,
    pub(crate) employee: EmployeeVersion,
    pub(crate) trunk: TrunkId,
    pub(crate) retry: RetryRule,
    now_us: AtomicI64,
    _folder: Option<tempfile::TempDir>,
}

impl World {
    pub(crate) async fn sqlite() -> World {
        let folder = tempfile::tempdir().unwrap();
        let url = DatabaseUrl::Sqlite { path: folder.path().join("carillon.db") };
        World::open(url, Some(folder)).await
    }

    pub(crate) async fn postgres() -> World {
        let url = tokio::task::spawn_blocking(carillon_testkit::postgres::database).await.unwrap();
        World::open(url.parse().unwrap(), None).await
    }

    async fn open(url: DatabaseUrl, folder: Option<tempfile::TempDir>) -> World {
        let store = Store::open(&url).await.unwrap();
        store.slot_lease("test", HOUR).await.unwrap();
        // Ahead of no clock: what the database compares with its own clock is leases and freed numbers only.
        let now = Timestamp::from_secs(1_790_000_000);
        let employee = store.employee_put(WS, &Employee::sample(), now).await.unwrap();
        let settings = TrunkSettings::from_uri("sip:127.0.0.1:5070").unwrap();
        let trunk = store.trunk_put(WS, "practice", &settings, now).await.unwrap();
        let retry = RetryRule::default();
        World { store, url, employee, trunk, retry, now_us: AtomicI64::new(now.as_micros()), _folder: folder }
    }

    /// Another process on the same database, with a slot of its own.
    pub(crate) async fn process(&self, ttl: Duration) -> Store {
        let store = Store::open(&self.url).await.unwrap();
        store.slot_lease("another", ttl).await.unwrap();
        store
    }

    /// The lease of a process runs out by the database's clock; its own clock knows nothing of it.
    pub(crate) async fn run_out(&self, store: &Store) {
        self.set_lease(store, 1).await;
    }

    /// The lease of a process lasts by the database's clock until then.
    pub(crate) async fn set_lease(&self, store: &Store, until_us: i64) {
        let slot = store.slot().unwrap().slot;
        self.execute(format!("UPDATE leases SET until = {until_us} WHERE slot = {slot}")).await;
    }

    /// Runs a statement behind the store's back.
    pub(crate) async fn execute(&self, statement: impl Into<String>) {
        let statement = sqlx::AssertSqlSafe(statement.into());
        match &self.url {
            DatabaseUrl::Sqlite { path } => {
                let mut c = SqliteConnectOptions::new().filename(path).connect().await.unwrap();
                sqlx::query(statement).execute(&mut c).await.unwrap();
            }
            DatabaseUrl::Postgres { url } => {
                let mut c = sqlx::PgConnection::connect(url).await.unwrap();
                sqlx::query(statement).execute(&mut c).await.unwrap();
            }
        }
    }

    /// Runs `during` while somebody else keeps the leases locked.
    pub(crate) async fn while_locked<T>(&self, during: impl Future<Output = T>) -> T {
        match &self.url {
            DatabaseUrl::Sqlite { path } => {
                let mut c = SqliteConnectOptions::new().filename(path).connect().await.unwrap();
                sqlx::query("BEGIN IMMEDIATE").execute(&mut c).await.unwrap();
                let result = during.await;
                sqlx::query("ROLLBACK").execute(&mut c).await.unwrap();
                result
            }
            DatabaseUrl::Postgres { url } => {
                let mut c = sqlx::PgConnection::connect(url).await.unwrap();
                sqlx::query("BEGIN").execute(&mut c).await.unwrap();
                sqlx::query("LOCK TABLE leases").execute(&mut c).await.unwrap();
                let result = during.await;
                sqlx::query("ROLLBACK").execute(&mut c).await.unwrap();
                result
            }
        }
    }

    /// The time; each look moves it by a millisecond.
    pub(crate) fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.now_us.fetch_add(1_000, Ordering::Relaxed))
    }

    pub(crate) fn wait(&self, by: Duration) {
        self.now_us.fetch_add(i64::try_from(by.as_micros()).unwrap(), Ordering::Relaxed);
    }

    pub(crate) async fn draft(&self, name: &str, settings: CampaignSettings) -> CampaignId {
        self.draft_in(WS, name, settings).await
    }

    pub(crate) async fn draft_in(&self, workspace: WorkspaceId, name: &str, settings: CampaignSettings) -> CampaignId {
        let id = self.store.next_id::<CampaignKind>(self.now()).unwrap();
        let new = NewCampaign {
            workspace,
            id,
            name: name.into(),
            employee: self.employee,
            trunk: self.trunk,
            settings,
            file_hash: None,
            property_names: vec!["city".into()],
            now: self.now(),
        };
        self.store.campaign_create(new).await.unwrap();
        id
    }

    /// A started campaign with `n` contacts, rows 1 to n.
    pub(crate) async fn campaign(&self, name: &str, n: i64) -> CampaignId {
        let id = self.draft(name, CampaignSettings::default()).await;
        self.store.contacts_import(WS, id, contacts(1, n), self.now()).await.unwrap();
        self.store.campaign_start(WS, id, None, self.now()).await.unwrap();
        id
    }

    pub(crate) async fn claim(&self, id: CampaignId, n: u32) -> Vec<Claimed> {
        self.store.contacts_claim(WS, id, n, self.now()).await.unwrap()
    }

    pub(crate) fn begin_request(&self, store: &Store, id: CampaignId, contact: &Claimed) -> BeginCall {
        BeginCall {
            workspace: WS,
            call: store.next_id(self.now()).unwrap(),
            campaign: id,
            row: contact.row,
            phone: contact.phone,
            trunk: self.trunk,
            decision: serde_json::json!({ "why": "ready" }),
            now: self.now(),
        }
    }

    pub(crate) async fn begin(&self, id: CampaignId, contact: &Claimed) -> Result<(CallId, Begun), BeginError> {
        let request = self.begin_request(&self.store, id, contact);
        Ok((request.call, self.store.call_begin(request).await?))
    }

    /// Claims one contact and begins its call.
    pub(crate) async fn call(&self, id: CampaignId) -> CallId {
        let claimed = self.claim(id, 1).await;
        self.begin(id, &claimed[0]).await.unwrap().0
    }

    pub(crate) fn ending(&self, call: CallId, outcome: CallOutcome) -> FinishCall {
        let now = self.now();
        let sent = !matches!(outcome, CallOutcome::Withdrawn | CallOutcome::Failure(FailureCode::SpeechFailed));
        let ending = CallEnding {
            ended_by: EndedBy::Contact,
            outcome,
            sent,
            sip_status: sent.then_some(486),
            sip_reason: sent.then(|| "Busy Here".into()),
            q850_cause: None,
            ringing_at: None,
            answered_at: None,
            ended_at: now,
        };
        let retry = self.retry;
        FinishCall { workspace: WS, call, ending, retry, recording: None, turns: None, ladder: None, now }
    }

    pub(crate) async fn finish(&self, call: CallId, outcome: CallOutcome) -> Finished {
        self.store.call_finish(self.ending(call, outcome)).await.unwrap()
    }

    pub(crate) async fn counts(&self, id: CampaignId) -> Counts {
        self.store.counts(WS, id).await.unwrap()
    }

    /// A person puts numbers on the do-not-call list.
    pub(crate) async fn block(&self, ws: WorkspaceId, phones: &[PhoneNumber]) -> Blocked {
        self.store.numbers_block(ws, phones, &self.new_block("asked by letter")).await.unwrap()
    }

    pub(crate) fn new_block(&self, reason: &str) -> NewBlock {
        let (source, reason) = (BlockSource::Manual, Some(reason.to_owned()));
        NewBlock { source, reason, by: "Ana".into(), until: None, now: self.now() }
    }

    /// Rows, counters, events, calls and numbers agree.
    pub(crate) async fn agrees(&self) {
        let report = self.store.doctor(WS).await.unwrap();
        assert!(report.findings.is_empty(), "{:#?}", report.findings);
    }
}

pub(crate) fn phone(n: i64) -> PhoneNumber {
    PhoneNumber::from_digits(14_155_550_000 + n).unwrap()
}

pub(crate) fn contact(row: i64) -> NewContact {
    NewContact {
        row,
        line: row + 1,
        phone: Some(phone(row)),
        phone_text: format!("(415) 555-{row:04}"),
        first_name: format!("Ann{row}"),
        last_name: "O'Hara \"x\" \\ ü\u{1f600}".into(),
        properties: [("city".to_owned(), format!("Town {row}\n\"quoted\""))].into(),
        skip: None,
        zone_key: 0,
        time_zone: None,
        external_id: None,
    }
}

pub(crate) fn contacts(from: i64, to: i64) -> Vec<NewContact> {
    (from..=to).map(contact).collect()
}
