//! Two connections on PostgreSQL: transaction A is stopped after each of its statements while B runs to its end or until a lock stops it,
//! then A goes on, or its connection is dropped as by a crash. Afterwards everything must agree, whatever the order was.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use carillon_domain::campaign::{CampaignSettings, CampaignStatus, Gate};
use carillon_domain::employee::Employee;
use carillon_domain::policy::RetryRule;
use carillon_domain::trunk::TrunkSettings;
use carillon_domain::{
    Actor, CallEnding, CallId, CallOutcome, CallResult, CampaignId, EndedBy, FailureCode, PhoneNumber, Timestamp,
    TrunkId, WorkspaceId,
};

use super::Postgres;
use super::open::Limits;
use crate::{
    Backend, BeginCall, BeginError, Claimed, EmployeeVersion, FinishCall, InterruptScope, NewBlock, NewCampaign,
    NewContact, Refusal, Store, StoreError,
};

const HOUR: Duration = Duration::from_secs(3600);
const ROWS: i64 = 9;
const BUSY: CallOutcome = CallOutcome::Result(CallResult::Busy);
/// Long enough for the other transaction to run to its end while one is stopped.
const PATIENT: Limits = Limits { idle_ms: "60000", write: Duration::from_secs(60), read: Duration::from_secs(60) };

/// What a connection does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Op {
    /// Begins the call of the contact it has claimed.
    Begin,
    /// The same from a process that has no count row yet.
    BeginFirst,
    /// The same to the number that another campaign's contact has as well.
    BeginSameNumber,
    /// Ends its own call in progress.
    Finish,
    /// Ends the other connection's call in progress.
    FinishOther,
    /// Takes its own call back.
    Withdraw,
    Pause,
    Stop,
    /// Stops, then settles.
    StopAndSettle,
    RetryFailed,
    /// Gives up dead processes' calls; the last process's lease has run out.
    Interrupt,
    /// The end of a call whose process is dead.
    FinishDead,
    /// Blocks the number of the contact that A has claimed.
    Block,
    Import,
    /// Two contacts more are claimed.
    Claim,
    Complete,
}

#[derive(Debug, PartialEq, Eq)]
enum Outcome {
    Begun,
    Refused(Refusal),
    Done,
}

struct World {
    a: Store,
    b: Store,
    /// A process that will be dead.
    dead: Store,
    /// A process that has no count row in a new campaign.
    fresh: Store,
    probe: sqlx::PgPool,
    employee: EmployeeVersion,
    trunk: TrunkId,
    now: AtomicI64,
    /// Each scene has a workspace of its own: what is checked does not grow.
    workspace: AtomicI64,
    url: String,
}

/// One campaign in a state in which every operation can run.
struct Scene {
    id: CampaignId,
    other: CampaignId,
    claimed: [Claimed; 2],
    same_number: Claimed,
    calls: [CallId; 2],
    dead_call: CallId,
    fresh_claim: Claimed,
}

impl World {
    async fn new() -> World {
        let url = tokio::task::spawn_blocking(carillon_testkit::postgres::database).await.unwrap();
        let open = async |name: &str| {
            let db = Postgres::open_as(&url, name, PATIENT).await.unwrap();
            let store = Store {
                backend: Backend::Postgres(db),
                session: Default::default(),
                checks: Default::default(),
                finished: Default::default(),
            };
            store.slot_lease(name, HOUR).await.unwrap();
            store
        };
        let (a, b, dead, fresh) = (open("a").await, open("b").await, open("dead").await, open("fresh").await);
        let now = Timestamp::from_secs(1_790_000_000);
        let employee = a.employee_put(WorkspaceId::from_raw(1), &Employee::sample(), now).await.unwrap();
        let trunk = a
            .trunk_put(WorkspaceId::from_raw(1), "t", &TrunkSettings::from_uri("sip:127.0.0.1").unwrap(), now)
            .await
            .unwrap();
        let probe = sqlx::PgPool::connect(&url).await.unwrap();
        World {
            a,
            b,
            dead,
            fresh,
            probe,
            employee,
            trunk,
            now: AtomicI64::new(now.as_micros()),
            workspace: AtomicI64::new(1),
            url,
        }
    }

    fn ws(&self) -> WorkspaceId {
        WorkspaceId::from_raw(self.workspace.load(Ordering::Relaxed))
    }

    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.now.fetch_add(1_000, Ordering::Relaxed))
    }

    async fn campaign(&self, n: i64, rows: i64, first_phone: i64) -> CampaignId {
        let id = self.a.next_id(self.now()).unwrap();
        let settings = TrunkSettings::from_uri("sip:127.0.0.1").unwrap();
        let new = NewCampaign {
            workspace: self.ws(),
            id,
            name: format!("campaign {n} {id}"),
            employee: self.employee,
            trunk: self.a.trunk_put(self.ws(), "t", &settings, self.now()).await.unwrap(),
            settings: CampaignSettings::default(),
            file_hash: None,
            property_names: vec![],
            now: self.now(),
        };
        self.a.campaign_create(new).await.unwrap();
        let contacts = (1..=rows)
            .map(|row| NewContact { row, phone: PhoneNumber::from_digits(first_phone + row), ..NewContact::default() })
            .collect();
        self.a.contacts_import(self.ws(), id, contacts, self.now()).await.unwrap();
        self.a.campaign_start(self.ws(), id, None, self.now()).await.unwrap();
        id
    }

    fn begin(&self, store: &Store, id: CampaignId, contact: &Claimed) -> BeginCall {
        BeginCall {
            workspace: self.ws(),
            call: store.next_id(self.now()).unwrap(),
            campaign: id,
            row: contact.row,
            phone: contact.phone,
            trunk: self.trunk,
            decision: serde_json::Value::Null,
            now: self.now(),
        }
    }

    fn ending(&self, call: CallId, outcome: CallOutcome) -> FinishCall {
        let now = self.now();
        let ending = CallEnding {
            ended_by: EndedBy::Contact,
            outcome,
            sent: true,
            sip_status: None,
            sip_reason: None,
            q850_cause: None,
            ringing_at: None,
            answered_at: None,
            ended_at: now,
        };
        let retry: RetryRule = "busy=2x1m".parse().unwrap();
        FinishCall { workspace: self.ws(), call, ending, retry, recording: None, turns: None, ladder: None, now }
    }

    async fn claim(&self, store: &Store, id: CampaignId) -> Claimed {
        store.contacts_claim(self.ws(), id, 1, self.now()).await.unwrap().remove(0)
    }

    /// Rows: 1 failed, 2 and 3 in a call of A and B, 4 in a call of a dead process, 5 and 6 claimed by A and B, 7 by a process that has not
    /// begun anything, 8 and 9 free. A second campaign holds the number of row 5.
    async fn scene(&self, n: i64) -> Scene {
        self.workspace.store(n + 1, Ordering::Relaxed);
        let phones = 10_000_000 + n * 100;
        let id = self.campaign(n, ROWS, phones).await;
        let other = self.campaign(n, 1, phones + 4).await;
        let place = async |store: &Store| {
            let begin = self.begin(store, id, &self.claim(store, id).await);
            let call = begin.call;
            store.call_begin(begin).await.unwrap();
            call
        };
        let failed = place(&self.a).await;
        let ending = self.ending(failed, CallOutcome::Failure(FailureCode::NumberNotFound));
        self.a.call_finish(ending).await.unwrap();
        let calls = [place(&self.a).await, place(&self.b).await];
        let dead_call = place(&self.dead).await;
        let claimed = [self.claim(&self.a, id).await, self.claim(&self.b, id).await];
        let same_number = self.claim(&self.b, other).await;
        let fresh_claim = self.claim(&self.fresh, id).await;
        // From here on the dead process's lease is over.
        sqlx::query("UPDATE leases SET until = 1 WHERE holder = 'dead' AND until > 1")
            .execute(&self.probe)
            .await
            .unwrap();
        Scene { id, other, claimed, same_number, calls, dead_call, fresh_claim }
    }

    /// Runs an operation as A (0) or B (1).
    async fn run(&self, scene: &Scene, op: Op, who: usize) -> Result<Outcome, StoreError> {
        let store = if who == 0 { &self.a } else { &self.b };
        let (id, now) = (scene.id, self.now());
        let begun = |result: Result<crate::Begun, BeginError>| match result {
            Ok(_) => Ok(Outcome::Begun),
            Err(BeginError::Refused(refusal)) => Ok(Outcome::Refused(refusal)),
            Err(BeginError::Store(error)) => Err(error),
        };
        match op {
            Op::Begin => return begun(store.call_begin(self.begin(store, id, &scene.claimed[who])).await),
            Op::BeginFirst => {
                return begun(self.fresh.call_begin(self.begin(&self.fresh, id, &scene.fresh_claim)).await);
            }
            Op::BeginSameNumber => {
                return begun(self.b.call_begin(self.begin(&self.b, scene.other, &scene.same_number)).await);
            }
            Op::Finish => store.call_finish(self.ending(scene.calls[who], BUSY)).await.map(drop)?,
            Op::FinishOther => store.call_finish(self.ending(scene.calls[1 - who], BUSY)).await.map(drop)?,
            Op::Withdraw => store.call_withdraw(self.ws(), scene.calls[who], now).await.map(drop)?,
            Op::Pause => store.campaign_pause(self.ws(), id, Actor::CommandLine, "", now).await.map(drop)?,
            Op::Stop => store.campaign_stop(self.ws(), id, Actor::CommandLine, now).await.map(drop)?,
            Op::StopAndSettle => {
                store.campaign_stop(self.ws(), id, Actor::CommandLine, now).await?;
                store.stop_settle_batch(self.ws(), id, 5_000, now).await?;
            }
            Op::RetryFailed => store.campaign_retry_failed(self.ws(), id, None, now).await.map(drop)?,
            Op::Interrupt => store.calls_interrupt(self.ws(), InterruptScope::DeadSlots, now).await.map(drop)?,
            Op::FinishDead => self.dead.call_finish(self.ending(scene.dead_call, BUSY)).await.map(drop)?,
            Op::Block => {
                let new = NewBlock {
                    source: carillon_domain::access::BlockSource::Manual,
                    reason: None,
                    by: "a test".into(),
                    until: None,
                    now,
                };
                store.numbers_block(self.ws(), &[scene.claimed[0].phone], &new).await?;
            }
            Op::Import => {
                let new = NewContact { row: ROWS + 1, phone: Some(scene.claimed[0].phone), ..NewContact::default() };
                store.contacts_import(self.ws(), id, vec![new], now).await?;
            }
            Op::Claim => store.contacts_claim(self.ws(), id, 2, now).await.map(drop)?,
            Op::Complete => store.campaign_complete_if_done(self.ws(), id, now).await.map(drop)?,
        }
        Ok(Outcome::Done)
    }

    /// The lanes whose steps are counted when A runs this operation.
    fn lanes(&self, op: Op) -> &super::lanes::Lanes {
        let store = match op {
            Op::BeginFirst => &self.fresh,
            Op::FinishDead => &self.dead,
            _ => &self.a,
        };
        let Backend::Postgres(db) = &store.backend else { panic!("not PostgreSQL") };
        &db.lanes
    }

    /// Whether a transaction of ours waits for a lock.
    async fn somebody_waits(&self) -> bool {
        sqlx::query_scalar::<_, i64>(
            "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND state = 'active'",
        )
        .fetch_one(&self.probe)
        .await
        .unwrap()
            > 0
    }

    /// A stops after its `k`-th statement, B runs. `false`: A has fewer statements.
    async fn interleave(self: &std::sync::Arc<Self>, n: i64, pair: (Op, Op), k: usize, crash: bool) -> bool {
        let scene = std::sync::Arc::new(self.scene(n).await);
        let (gate, mut handle) = crate::steps::gate();
        self.lanes(pair.0).stop_at(Some(gate));
        let (w, s) = (self.clone(), scene.clone());
        let mut a = tokio::spawn(async move { w.run(&s, pair.0, 0).await });
        let stopped = tokio::select! {
            stopped = handle.stop_after(k) => stopped,
            done = &mut a => { done.unwrap().unwrap(); false }
        };
        self.lanes(pair.0).stop_at(None);
        if !stopped {
            self.check(&scene, pair, "A ran alone").await;
            return false;
        }
        let (w, s) = (self.clone(), scene.clone());
        let b = tokio::spawn(async move { w.run(&s, pair.1, 1).await });
        while !b.is_finished() && !self.somebody_waits().await {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        let b_was_first = b.is_finished();
        let label = format!("{pair:?}, A stopped after statement {k}, crash {crash}, B ended first {b_was_first}");
        let ended_a = if crash {
            a.abort();
            a.await.ok()
        } else {
            drop(handle);
            Some(a.await.unwrap())
        };
        // Stop came first: the table allows no Pause, Retry Failed or import on a stopped campaign.
        let ended = |who: &str, result| match result {
            Ok(outcome) => outcome,
            Err(StoreError::InvalidTransition(_)) => Outcome::Done,
            Err(error) => panic!("{label}: {who}: {error}"),
        };
        let ended_b = ended("B", b.await.unwrap());
        if let Some(ended_a) = ended_a {
            let ended_a = ended("A", ended_a);
            let closes = matches!(pair.1, Op::Pause | Op::Stop | Op::StopAndSettle);
            if matches!(pair.0, Op::Begin | Op::BeginFirst) && closes && b_was_first {
                let refused = matches!(ended_a, Outcome::Refused(Refusal::Gate(_) | Refusal::LeaseLost));
                assert!(refused, "{label}: a call began after {:?} was acknowledged: {ended_a:?}", pair.1);
            }
            if (pair.0, pair.1) == (Op::Begin, Op::BeginSameNumber) {
                let both = ended_a == Outcome::Begun && ended_b == Outcome::Begun;
                assert!(!both, "{label}: one number in two calls");
            }
            if (pair.0, pair.1) == (Op::Begin, Op::Block) && b_was_first {
                assert_eq!(ended_a, Outcome::Refused(Refusal::Blocked), "{label}");
            }
        }
        self.check(&scene, pair, &label).await;
        true
    }

    /// Everything agrees now, and again after what is left to do is done.
    async fn check(&self, scene: &Scene, pair: (Op, Op), label: &str) {
        self.agrees(label).await;
        let counts = self.a.counts(self.ws(), scene.id).await.unwrap();
        let imported = i64::from(pair.0 == Op::Import || pair.1 == Op::Import);
        assert!((ROWS..=ROWS + imported).contains(&counts.total()), "{label}: a contact is lost: {counts:?}");
        let now = self.now();
        self.a.calls_interrupt(self.ws(), InterruptScope::DeadSlots, now).await.unwrap();
        for call in self.a.calls_live(self.ws()).await.unwrap() {
            self.a.call_finish(self.ending(call.id, CallOutcome::Result(CallResult::Success))).await.unwrap();
        }
        self.a.stop_settle_pending(self.ws(), now).await.unwrap();
        let status = self.a.campaign_fetch(self.ws(), scene.id).await.unwrap().unwrap().state.status();
        let counts = self.a.counts(self.ws(), scene.id).await.unwrap();
        assert_eq!(counts.in_progress, 0, "{label}");
        if status == CampaignStatus::Canceled {
            assert_eq!(counts.pending, 0, "{label}: a stopped campaign keeps a contact waiting");
        }
        if Gate::for_status(status) != Gate::Open {
            let refused = self.b.call_begin(self.begin(&self.b, scene.id, &scene.claimed[1])).await;
            assert!(refused.is_err(), "{label}: a call began on a campaign that is {status}");
        }
        self.agrees(label).await;
        // The dead process is alive again in the next scene.
        self.dead.slot_lease("dead", HOUR).await.unwrap();
    }

    async fn agrees(&self, label: &str) {
        let report = self.a.doctor(self.ws()).await.unwrap();
        assert!(report.findings.is_empty(), "{label}: {:#?}", report.findings);
    }
}

async fn against(a: Op, others: &[Op]) {
    let world = std::sync::Arc::new(World::new().await);
    let mut n = 0;
    for &b in others {
        let mut k = 1;
        loop {
            let mut stopped = false;
            for crash in [false, true] {
                n += 1;
                stopped = world.interleave(n, (a, b), k, crash).await;
            }
            if !stopped {
                break;
            }
            k += 1;
        }
        assert!(k > 2, "{a:?} has more than one statement");
    }
}

const OTHERS: &[Op] = &[
    Op::Begin,
    Op::BeginFirst,
    Op::Finish,
    Op::FinishOther,
    Op::Withdraw,
    Op::Pause,
    Op::Stop,
    Op::StopAndSettle,
    Op::RetryFailed,
    Op::Interrupt,
    Op::FinishDead,
    Op::Import,
    Op::Claim,
    Op::Complete,
];

macro_rules! suite {
    ($($name:ident: $op:expr, $others:expr;)*) => {
        $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $name() {
            against($op, $others).await;
        })*
    };
}

suite! {
    begin_against_everything: Op::Begin, OTHERS;
    begin_against_its_own_number: Op::Begin, &[Op::BeginSameNumber, Op::Block];
    a_new_count_row_against_everything: Op::BeginFirst, &[Op::Begin, Op::Finish, Op::Pause, Op::Stop, Op::StopAndSettle, Op::Complete];
    finish_against_everything: Op::Finish, OTHERS;
    withdraw_against_everything: Op::Withdraw, OTHERS;
    pause_against_everything: Op::Pause, OTHERS;
    stop_against_everything: Op::StopAndSettle, OTHERS;
    retry_failed_against_everything: Op::RetryFailed, OTHERS;
    interrupt_against_everything: Op::Interrupt, OTHERS;
    late_finish_against_everything: Op::FinishDead, OTHERS;
}

/// A process that freezes in the middle of a transaction holds nobody's locks for more than half a second.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_frozen_process_does_not_hold_up_a_pause() {
    let world = World::new().await;
    let scene = world.scene(1).await;
    let db = Postgres::open(&world.url).await.unwrap();
    let frozen = Store {
        backend: Backend::Postgres(db),
        session: Default::default(),
        checks: Default::default(),
        finished: Default::default(),
    };
    frozen.slot_lease("frozen", HOUR).await.unwrap();
    let claimed = world.claim(&frozen, scene.id).await;
    let begin = world.begin(&frozen, scene.id, &claimed);
    let place = begin.clone();
    frozen.call_begin(place).await.unwrap();
    let (gate, mut handle) = crate::steps::gate();
    let Backend::Postgres(db) = &frozen.backend else { panic!("not PostgreSQL") };
    db.lanes.stop_at(Some(gate));
    let ending = world.ending(begin.call, BUSY);
    let late = frozen.clone();
    let task = tokio::spawn(async move { late.call_finish(ending).await });
    // Number, both rows, count row: now it holds the lock that Pause needs.
    assert!(handle.stop_after(3).await);
    db.lanes.stop_at(None);
    world.a.campaign_pause(world.ws(), scene.id, Actor::CommandLine, "", world.now()).await.unwrap();
    drop(handle);
    let finished = task.await.unwrap().unwrap();
    assert!(!finished.repeated, "awake again, it ran its transaction anew");
    world.agrees("frozen").await;
}

/// A claim whose answer was lost leaves nothing leased to a process that knows nothing of it, also when the server is still busy with it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_claim_whose_answer_was_lost_is_given_back() {
    let world = std::sync::Arc::new(World::new().await);
    let scene = std::sync::Arc::new(world.scene(1).await);
    let (gate, mut handle) = crate::steps::gate();
    handle.lose_commit();
    let Backend::Postgres(db) = &world.a.backend else { panic!("not PostgreSQL") };
    db.lanes.stop_at(Some(gate));
    let (w, s) = (world.clone(), scene.clone());
    let claim = tokio::spawn(async move { w.a.contacts_claim(w.ws(), s.id, 2, w.now()).await });
    assert!(handle.stop_after(5).await, "slot, due ones, ready ones, lease, properties: now only COMMIT is left");
    db.lanes.stop_at(None);
    let (w, s) = (world.clone(), scene.clone());
    let held = scene.claimed[0].row;
    let reconcile = tokio::spawn(async move { w.a.leases_reconcile(w.ws(), s.id, &[held]).await });
    while !world.somebody_waits().await {
        assert!(!reconcile.is_finished(), "it must wait until the claim is decided");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    drop(handle);
    let lost = claim.await.unwrap().unwrap_err();
    assert!(matches!(lost, StoreError::Unknown(_)), "{lost}");
    assert_eq!(reconcile.await.unwrap().unwrap(), 2);
    assert_eq!(world.a.leases_reconcile(world.ws(), scene.id, &[held]).await.unwrap(), 0);
    let again = world.b.contacts_claim(world.ws(), scene.id, 9, world.now()).await.unwrap();
    assert_eq!(again.iter().map(|c| c.row).collect::<Vec<_>>(), [8, 9], "another process gets what was given back");
    let begun = world.run(&scene, Op::Begin, 0).await.unwrap();
    assert_eq!(begun, Outcome::Begun, "what A knows of stays its own");
    world.agrees("a lost claim").await;
}
