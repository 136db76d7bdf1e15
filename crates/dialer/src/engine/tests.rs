use super::*;
use carillon_domain::policy::Pacing;
use proptest::prelude::*;

const TRUNK: TrunkId = TrunkId::from_raw(1);

fn at(ms: i64) -> Timestamp {
    Timestamp::from_micros(ms * 1_000)
}

fn campaign(id: i64, lines: u32, calls_per_second: f64) -> CampaignView {
    let settings = CampaignSettings { pacing: Pacing { lines, calls_per_second }, ..CampaignSettings::default() };
    CampaignView { id: CampaignId::from_raw(id), trunk: TRUNK, settings, queued: false }
}

fn view(campaigns: &[CampaignView], lines: u32) -> Input<()> {
    Input::View {
        campaigns: campaigns.to_vec(),
        trunks: vec![TrunkView { id: TRUNK, lines, calls_per_second: 1_000.0 }],
    }
}

/// A small world around the engine: it answers claims at once, ends every call after `talk_ms`, and keeps what was begun.
struct World {
    engine: Engine<()>,
    now_ms: i64,
    pending: BTreeMap<CampaignId, VecDeque<i64>>,
    talk_ms: i64,
    ends: Vec<(i64, CampaignId, i64)>,
    begun: Vec<(i64, CampaignId, i64)>,
    live_max: usize,
    checked: BTreeSet<CampaignId>,
}

impl World {
    fn new(talk_ms: i64) -> Self {
        let (engine, pending) = (Engine::default(), BTreeMap::new());
        Self {
            engine,
            now_ms: 0,
            pending,
            talk_ms,
            ends: Vec::new(),
            begun: Vec::new(),
            live_max: 0,
            checked: BTreeSet::new(),
        }
    }

    fn put(&mut self, campaign: &CampaignView, rows: std::ops::Range<i64>) {
        self.pending.entry(campaign.id).or_default().extend(rows);
    }

    fn feed(&mut self, input: Input<()>) {
        let mut effects = self.engine.handle(at(self.now_ms), input);
        while !effects.is_empty() {
            let mut answers = Vec::new();
            for effect in effects {
                match effect {
                    Effect::Claim { campaign, limit } => {
                        let queue = self.pending.entry(campaign).or_default();
                        let contacts = queue
                            .drain(..queue.len().min(limit as usize))
                            .map(|row| Contact { row, payload: () })
                            .collect();
                        answers.push(Input::Claimed { campaign, contacts, more: false, next_due: None });
                    }
                    Effect::Begin { campaign, contact, .. } => {
                        self.begun.push((self.now_ms, campaign, contact.row));
                        self.ends.push((self.now_ms + self.talk_ms, campaign, contact.row));
                        self.live_max = self.live_max.max(self.engine.live());
                    }
                    Effect::Release { campaign, rows } => {
                        let queue = self.pending.entry(campaign).or_default();
                        rows.into_iter().rev().for_each(|row| queue.push_front(row));
                    }
                    Effect::CheckComplete { campaign } => {
                        self.checked.insert(campaign);
                    }
                    Effect::Waiting { .. } | Effect::Reconcile { .. } => {}
                }
            }
            effects = answers.into_iter().flat_map(|input| self.engine.handle(at(self.now_ms), input)).collect();
        }
    }

    /// Runs until `end_ms`, waking just when the engine asks for it or a call ends.
    fn run(&mut self, end_ms: i64) {
        loop {
            let deadline = self.engine.next_deadline().map(|t| (t.as_micros() + 999) / 1_000);
            let ends = self.ends.iter().map(|e| e.0).min();
            let Some(next) = deadline.into_iter().chain(ends).min().filter(|&ms| ms <= end_ms) else { break };
            self.now_ms = self.now_ms.max(next);
            let (over, rest): (Vec<_>, Vec<_>) =
                std::mem::take(&mut self.ends).into_iter().partition(|e| e.0 <= self.now_ms);
            self.ends = rest;
            for (_, campaign, row) in over {
                self.feed(Input::Ended { campaign, row });
            }
            self.feed(Input::Tick);
        }
        self.now_ms = end_ms;
    }
}

#[test]
fn everyone_is_called_once_in_order_within_lines_and_rate() {
    let c = campaign(1, 5, 20.0);
    let mut world = World::new(400);
    world.put(&c, 1..101);
    world.feed(view(std::slice::from_ref(&c), 100));
    world.run(60_000);
    let rows: Vec<i64> = world.begun.iter().map(|b| b.2).collect();
    assert_eq!(rows, (1..101).collect::<Vec<_>>(), "each contact once, in the order of the file");
    assert!(world.live_max <= 5, "{} lines in use", world.live_max);
    for (n, first) in world.begun.iter().enumerate() {
        assert!(world.begun[n..].iter().take_while(|b| b.0 - first.0 < 1_000).count() <= 21);
    }
    assert!(world.checked.contains(&c.id), "nothing left: completion is looked for");
    assert!(
        world.now_ms <= 60_000 && world.begun.last().is_some_and(|b| b.0 < 10_000),
        "five lines of 0.4 s serve 100 contacts within 10 s"
    );
}

#[test]
fn two_campaigns_share_a_trunk_evenly_and_a_lone_one_takes_all() {
    let (a, b) = (campaign(1, 50, 100.0), campaign(2, 50, 100.0));
    let mut world = World::new(1_000);
    world.put(&a, 0..1_000);
    world.feed(view(std::slice::from_ref(&a), 10));
    world.run(5_000);
    let alone = world.begun.len();
    assert!(alone >= 40, "ten lines of one second each give about 50 calls, not {alone}");
    world.put(&b, 0..1_000);
    world.feed(view(&[a.clone(), b.clone()], 10));
    let before = world.begun.len();
    world.run(25_000);
    let of = |c: &CampaignView| world.begun[before..].iter().filter(|x| x.1 == c.id).count();
    assert!(world.live_max <= 10, "the trunk's lines are never exceeded");
    assert!(of(&a).abs_diff(of(&b)) <= 12, "{} and {}", of(&a), of(&b));
}

#[test]
fn a_paused_campaign_gives_its_leases_back_and_resumes_where_it_stopped() {
    let c = campaign(1, 4, 10.0);
    let mut world = World::new(300);
    world.put(&c, 1..31);
    world.feed(view(std::slice::from_ref(&c), 100));
    world.run(1_000);
    let before = world.begun.len();
    world.feed(view(&[], 100));
    world.run(5_000);
    assert_eq!(world.begun.len(), before, "no call after the pause was seen");
    assert_eq!(world.engine.live(), 0, "calls in progress finished");
    assert_eq!(world.pending[&c.id].len(), 30 - before, "every lease came back");
    world.feed(view(std::slice::from_ref(&c), 100));
    world.run(20_000);
    assert_eq!(world.begun.iter().map(|b| b.2).collect::<Vec<_>>(), (1..31).collect::<Vec<_>>());
}

#[test]
fn draining_begins_nothing_and_returns_leases_that_arrive_late() {
    let c = campaign(1, 4, 10.0);
    let mut engine: Engine<()> = Engine::default();
    engine.handle(at(0), view(std::slice::from_ref(&c), 10));
    engine.handle(at(1), Input::Drain);
    let late =
        Input::Claimed { campaign: c.id, contacts: vec![Contact { row: 7, payload: () }], more: false, next_due: None };
    assert_eq!(engine.handle(at(2), late), [Effect::Release { campaign: c.id, rows: vec![7] }]);
    assert_eq!(engine.next_deadline(), None);
}

#[test]
fn waiting_for_another_attempt_is_said_once_and_taken_back() {
    let c = campaign(1, 4, 10.0);
    let mut engine: Engine<()> = Engine::default();
    engine.handle(at(0), view(std::slice::from_ref(&c), 10));
    let empty = || Input::Claimed { campaign: c.id, contacts: Vec::new(), more: false, next_due: Some(at(60_000)) };
    let waiting = Effect::Waiting { campaign: c.id, waiting_for: Some(WaitingFor::NextAttempt) };
    assert_eq!(engine.handle(at(1), empty()), [waiting]);
    assert_eq!(engine.handle(at(501), Input::Tick), [Effect::Claim { campaign: c.id, limit: 4 }]);
    let due =
        Input::Claimed { campaign: c.id, contacts: vec![Contact { row: 1, payload: () }], more: false, next_due: None };
    let effects = engine.handle(at(600), due);
    assert!(effects.contains(&Effect::Waiting { campaign: c.id, waiting_for: None }), "{effects:?}");
}

proptest! {
    /// Pauses, resumes and uneven talk: nobody is begun twice without having ended, nobody is lost, and the lines hold.
    #[test]
    fn nobody_is_lost_or_called_twice(talk_ms in 1i64..2_000, lines in 1u32..8, trunk_lines in 1u32..8, pauses in prop::collection::vec(1i64..1_500, 0..12)) {
        let c = campaign(1, lines, 50.0);
        let mut world = World::new(talk_ms);
        world.put(&c, 0..40);
        let mut now = 0;
        for (n, pause) in pauses.into_iter().enumerate() {
            world.feed(view(if n % 2 == 0 { std::slice::from_ref(&c) } else { &[] }, trunk_lines));
            now += pause;
            world.run(now);
        }
        world.feed(view(std::slice::from_ref(&c), trunk_lines));
        world.run(now + 200_000);
        let mut rows: Vec<i64> = world.begun.iter().map(|b| b.2).collect();
        rows.sort_unstable();
        prop_assert_eq!(rows, (0..40).collect::<Vec<_>>());
        prop_assert!(world.live_max <= lines.min(trunk_lines) as usize);
        prop_assert_eq!(world.engine.live(), 0);
    }
}

#[test]
fn a_queued_campaign_is_said_to_run_and_a_drained_one_to_wait_for_a_dialer() {
    let c = CampaignView { queued: true, ..campaign(1, 4, 10.0) };
    let mut engine: Engine<()> = Engine::default();
    let effects = engine.handle(at(0), view(std::slice::from_ref(&c), 10));
    assert!(effects.contains(&Effect::Waiting { campaign: c.id, waiting_for: None }), "{effects:?}");
    let effects = engine.handle(at(1), Input::Drain);
    assert_eq!(effects, [Effect::Waiting { campaign: c.id, waiting_for: Some(WaitingFor::Dialer) }]);
}

#[test]
fn a_failed_claim_gives_back_what_nobody_here_knows_of() {
    let c = campaign(1, 1, 10.0);
    let mut engine: Engine<()> = Engine::default();
    engine.handle(at(0), view(std::slice::from_ref(&c), 10));
    let contacts = vec![Contact { row: 1, payload: () }, Contact { row: 2, payload: () }];
    engine.handle(at(1), Input::Claimed { campaign: c.id, contacts, more: false, next_due: None });
    let effects = engine.handle(at(2), Input::ClaimFailed { campaign: c.id });
    assert_eq!(effects, [Effect::Reconcile { campaign: c.id, held: vec![2, 1] }], "one is ready, one in a call");
}

/// What a claim leases after `held` was written down would be given back with the rest, and called by two.
#[test]
fn nothing_is_claimed_while_leases_are_reconciled_also_after_a_pause() {
    let c = campaign(1, 4, 10.0);
    let mut engine: Engine<()> = Engine::default();
    let claims = |effects: &[Effect<()>]| effects.iter().any(|e| matches!(e, Effect::Claim { .. }));
    assert!(claims(&engine.handle(at(0), view(std::slice::from_ref(&c), 10))));
    engine.handle(at(1), Input::ClaimFailed { campaign: c.id });
    assert!(!claims(&engine.handle(at(5_000), Input::Tick)), "the database is still away");
    engine.handle(at(6_000), view(&[], 10));
    assert!(!claims(&engine.handle(at(7_000), view(std::slice::from_ref(&c), 10))), "paused and resumed meanwhile");
    assert_eq!(engine.next_deadline(), None, "only the answer can change anything");
    engine.handle(at(8_000), Input::Reconciled { campaign: c.id });
    assert!(claims(&engine.handle(at(9_000), Input::Tick)));
}
