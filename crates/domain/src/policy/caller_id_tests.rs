//! Which caller ID is taken, and when one rests.

use proptest::prelude::*;

use super::*;

const NOW: Timestamp = Timestamp::from_secs(1_790_000_000);

fn number(digits: i64) -> PhoneNumber {
    PhoneNumber::from_digits(digits).expect("fits")
}

fn pool(digits: &[i64]) -> CallerIdPool {
    CallerIdPool { numbers: digits.iter().map(|&digits| number(digits)).collect(), ..CallerIdPool::default() }
}

fn used(digits: i64, calls: u32, secs: i64) -> CallerIdRecord {
    CallerIdRecord {
        calls,
        answered: calls / 2,
        last_used: Some(Timestamp::from_secs(secs)),
        ..CallerIdRecord::unused(number(digits))
    }
}

fn chosen(decision: CallerIdDecision) -> i64 {
    match decision.choice {
        CallerIdChoice::Use(chosen) => chosen.number.digits(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_contact_s_area_goes_first_then_who_waited_longest() {
    let pool = pool(&[12_125_550_100, 14_155_550_100, 14_155_550_101, 4_930_555_010, 441_155_550_100]);
    let records = [used(14_155_550_100, 3, 100), used(14_155_550_101, 9, 50)];
    let choose = |contact| chosen(choose_caller_id(&pool, &records, number(contact), None, NOW));
    assert_eq!(choose(14_155_550_199), 14_155_550_101, "of two in San Francisco, the one used longer ago");
    assert_eq!(choose(12_125_559_999), 12_125_550_100);
    assert_eq!(choose(13_055_550_123), 12_125_550_100, "another area of the country: all of it, the unused first");
    assert_eq!(choose(4_989_123_456), 4_930_555_010, "the country at least");
    assert_eq!(choose(442_079_460_123), 441_155_550_100, "+44 1 is no more like +44 2 than the country");
    assert_eq!(choose(33_612_345_678), 4_930_555_010, "no country in common: the unused one of the lowest number");
    let italy = CallerIdPool { numbers: vec![number(39_066_981_234), number(12_125_550_100)], ..pool.clone() };
    let france = number(33_612_345_678);
    assert_eq!(
        chosen(choose_caller_id(&italy, &[], france, None, NOW)),
        12_125_550_100,
        "39 is no more like 33 than 1"
    );
    let alike = choose_caller_id(&pool, &records, number(14_155_550_199), None, NOW).choice;
    assert_eq!(
        alike,
        CallerIdChoice::Use(ChosenCallerId {
            number: number(14_155_550_101),
            shared_digits: 4,
            usable: 5,
            repeated: false
        })
    );
}

#[test]
fn a_retry_changes_the_caller_id_where_it_can() {
    let two = pool(&[14_155_550_100, 12_125_550_100]);
    let contact = number(14_155_550_199);
    let avoid = Some(number(14_155_550_100));
    assert_eq!(chosen(choose_caller_id(&two, &[], contact, avoid, NOW)), 12_125_550_100, "above the area");
    let one = pool(&[14_155_550_100]);
    match choose_caller_id(&one, &[], contact, avoid, NOW).choice {
        CallerIdChoice::Use(chosen) => assert!(chosen.repeated),
        other => panic!("{other:?}"),
    }
    assert_eq!(choose_caller_id(&pool(&[]), &[], contact, None, NOW).choice, CallerIdChoice::TrunkOwn);
}

#[test]
fn a_number_rests_when_its_figures_go_bad_and_says_which() {
    let rule = RestRule::default();
    let record = |calls, answered, short| CallerIdRecord {
        calls,
        answered,
        short,
        ..CallerIdRecord::unused(number(14_155_550_100))
    };
    for (calls, answered, short, reason) in [
        (49, 0, 0, None),
        (50, 4, 0, Some(RestReason::AnswerRate { answered: 4, calls: 50, min_pct: 10 })),
        (50, 5, 0, None),
        (100, 49, 49, None),
        (100, 50, 30, None),
        (100, 50, 31, Some(RestReason::ShortCalls { short: 31, answered: 50, max_pct: 60 })),
        (0, 0, 0, None),
    ] {
        assert_eq!(rest_reason(&record(calls, answered, short), &rule), reason, "{calls} {answered} {short}");
    }
    let two = pool(&[14_155_550_100, 12_125_550_100]);
    let decision = choose_caller_id(&two, &[record(50, 4, 0)], number(14_155_550_199), None, NOW);
    let until = NOW + Duration::from_secs(24 * 3_600);
    let begins = Some(RestReason::AnswerRate { answered: 4, calls: 50, min_pct: 10 });
    assert_eq!(decision.resting, [Rest { number: number(14_155_550_100), until, begins }]);
    assert_eq!(chosen(decision), 12_125_550_100);
    // It rests already, and its figures began anew: back at the end of its rest.
    let resting = CallerIdRecord { resting_until: Some(until), ..CallerIdRecord::unused(number(14_155_550_100)) };
    let choose = |now| choose_caller_id(&pool(&[14_155_550_100]), &[resting], number(14_155_550_199), None, now);
    assert_eq!(choose(NOW).choice, CallerIdChoice::AllResting { until });
    assert_eq!(choose(NOW).resting[0].begins, None);
    assert_eq!(chosen(choose(until)), 14_155_550_100);
    let never = CallerIdPool { rest: None, ..two };
    assert!(choose_caller_id(&never, &[record(500, 0, 0)], number(33_612_345_678), None, NOW).resting.is_empty());
}

#[test]
fn says_what_is_wrong_with_a_pool() {
    assert_eq!(CallerIdPool::default().validate(), Ok(()));
    assert_eq!(pool(&[14_155_550_100, 14_155_550_100]).validate().expect_err("twice").code(), "caller_id_twice");
    let rest = Some(RestRule { min_calls: 1, ..RestRule::default() });
    let eager = CallerIdPool { rest, ..CallerIdPool::default() };
    assert_eq!(eager.validate().expect_err("one call says nothing").code(), "rest_bounds");
    let stored = r#"{"numbers":["+14155550100"],"match_area":false,"rest":{"rest_hours":48}}"#;
    let read: CallerIdPool = serde_json::from_str(stored).expect("reads");
    assert_eq!(read.rest, Some(RestRule { rest_hours: 48, ..RestRule::default() }));
    assert!(serde_json::from_str::<CallerIdPool>(r#"{"number":[]}"#).is_err());
}

fn any_record() -> impl Strategy<Value = CallerIdRecord> {
    let digits = proptest::sample::select(vec![14_155_550_100_i64, 14_155_550_101, 12_125_550_100, 4_930_555_010]);
    let times =
        || proptest::option::of((-100_000_i64..100_000).prop_map(|secs| Timestamp::from_secs(1_790_000_000 + secs)));
    (digits, 0_u32..200, 0_u32..=100, 0_u32..=100, times(), times()).prop_map(
        |(digits, calls, answered_pct, short_pct, last_used, resting_until)| {
            let answered = calls * answered_pct / 100;
            let short = answered * short_pct / 100;
            CallerIdRecord { number: number(digits), calls, answered, short, last_used, resting_until }
        },
    )
}

proptest! {
    /// Whatever is known: no resting number is taken, none is taken that is not in the pool, the order of pool and records says nothing, and
    /// no usable number that is better in the promised order is passed over.
    #[test]
    fn a_choice_keeps_its_promise(
        records in proptest::collection::vec(any_record(), 0..5), contact in 10_000_000_000_i64..20_000_000_000,
        match_area in any::<bool>(), avoid in proptest::option::of(proptest::sample::select(vec![14_155_550_100_i64, 12_125_550_100])),
    ) {
        let mut records = records;
        records.sort_by_key(|record| record.number);
        records.dedup_by_key(|record| record.number);
        let pool = CallerIdPool { match_area, ..pool(&[14_155_550_100, 4_930_555_010, 12_125_550_100, 14_155_550_101]) };
        let (contact, avoid) = (number(contact), avoid.map(number));
        let decision = choose_caller_id(&pool, &records, contact, avoid, NOW);
        let rule = pool.rest.expect("default");
        let rests = |number| records.iter().any(|record| {
            record.number == number && (record.resting_until.is_some_and(|t| t > NOW) || rest_reason(record, &rule).is_some())
        });
        prop_assert_eq!(decision.resting.len(), pool.numbers.iter().filter(|&&n| rests(n)).count());
        match decision.choice {
            CallerIdChoice::Use(chosen) => {
                prop_assert!(pool.numbers.contains(&chosen.number) && !rests(chosen.number));
                for &other in pool.numbers.iter().filter(|&&other| other != chosen.number && !rests(other)) {
                    let (mine, theirs) = (shared_area(chosen.number, contact), shared_area(other, contact));
                    prop_assert!(!match_area || theirs <= mine || Some(other) == avoid);
                    prop_assert!(!chosen.repeated);
                }
            }
            CallerIdChoice::AllResting { until } => {
                prop_assert!(until > NOW && pool.numbers.iter().all(|&number| rests(number)));
            }
            CallerIdChoice::TrunkOwn => prop_assert!(false),
        }
        let mut turned = pool.clone();
        turned.numbers.reverse();
        records.reverse();
        prop_assert_eq!(choose_caller_id(&turned, &records, contact, avoid, NOW).choice, decision.choice);
    }

    /// Numbers of one area take turns: after n calls of n numbers each was used once.
    #[test]
    fn numbers_take_turns(start in 0_u32..50) {
        let digits = [14_155_550_100, 14_155_550_101, 14_155_550_102];
        let pool = pool(&digits);
        let mut records: Vec<CallerIdRecord> =
            pool.numbers.iter().map(|&number| CallerIdRecord { calls: start, answered: start, ..CallerIdRecord::unused(number) }).collect();
        for call in 0..9_u32 {
            let now = NOW + Duration::from_secs(call.into());
            let taken = number(chosen(choose_caller_id(&pool, &records, number(14_155_550_199), None, now)));
            let record = records.iter_mut().find(|record| record.number == taken).expect("of the pool");
            (record.calls, record.answered, record.last_used) = (record.calls + 1, record.answered + 1, Some(now));
        }
        prop_assert!(records.iter().all(|record| record.calls == start + 3));
    }
}
