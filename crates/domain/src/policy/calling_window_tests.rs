//! Hours against a slow, obvious model: minute by minute around every change of clock of every zone from 2024 to 2030.

use proptest::prelude::*;

use super::*;

const FIRST: Timestamp = Timestamp::from_secs(1_704_067_200);
const LAST: Timestamp = Timestamp::from_secs(1_924_991_999);

fn at(text: &str) -> Timestamp {
    serde_json::from_value(text.into()).expect("RFC 3339")
}

fn hours(text: &str, zone: &str) -> OpenHours {
    let window = CallingWindow { hours: text.parse().expect("hours"), ..CallingWindow::default() };
    window.hours_for(&ContactZones::from_key(zone)).expect("zone")
}

fn all_zones() -> Vec<Zone> {
    let names = jiff::tz::db().available().map(|name| name.as_str().to_owned());
    names.filter_map(|name| Zone::named(&name).ok()).collect()
}

fn changes(zone: &Zone) -> Vec<Timestamp> {
    std::iter::successors(zone.next_change(FIRST), |&at| zone.next_change(at)).take_while(|&at| at <= LAST).collect()
}

/// The obvious way: what the calendar and the clock on the wall show, looked up in the settings as the person wrote them. Shares nothing with
/// the code it judges but the time zone tables.
fn slow_is_open(window: &CallingWindow, zone: &jiff::tz::TimeZone, secs: i64) -> bool {
    let wall = zone.to_datetime(jiff::Timestamp::from_second(secs).expect("in range"));
    let date = || wall.date().to_string().parse::<Day>().expect("date");
    let day = usize::from(wall.weekday().to_monday_zero_offset().unsigned_abs());
    let minute = u16::from(wall.hour().unsigned_abs()) * 60 + u16::from(wall.minute().unsigned_abs());
    (window.holidays.is_empty() || !window.holidays.contains(&date()))
        && window.hours.days()[day].iter().any(|i| i.from_minute() <= minute && minute < i.to_minute())
}

/// Compares one stretch, minute by minute from `from`: open or not, when it opens next, when it closes.
fn compare(window: &CallingWindow, zone: &Zone, from: Timestamp, minutes: usize, every: usize) {
    let rules = jiff::tz::TimeZone::get(zone.name()).expect("zone");
    let ready = window.hours_for(&ContactZones::Named(vec![zone.name().to_owned()])).expect("hours");
    let start = from.as_micros() / 1_000_000;
    let secs = |minute: usize| start + i64::try_from(minute).expect("small") * 60;
    let open: Vec<bool> = (0..minutes).map(|minute| slow_is_open(window, &rules, secs(minute))).collect();
    let (mut opens, mut closes) = (None, None);
    for minute in (0..minutes).rev() {
        let now = Timestamp::from_secs(secs(minute));
        if open[minute] {
            opens = Some(now)
        } else {
            closes = Some(now)
        }
        let where_ = || format!("{} at {now}", zone.name());
        assert_eq!(ready.is_open(now), open[minute], "{}", where_());
        if minute % every == 0 {
            let (found_open, found_close) = (ready.opens(now), ready.closes(now));
            match opens {
                Some(_) => assert_eq!(found_open, opens, "opens, {}", where_()),
                None => assert!(found_open.is_none_or(|t| t >= Timestamp::from_secs(secs(minutes))), "{}", where_()),
            }
            match closes {
                Some(_) => assert_eq!(found_close, closes, "closes, {}", where_()),
                None => assert!(found_close.is_none_or(|t| t >= Timestamp::from_secs(secs(minutes))), "{}", where_()),
            }
        }
    }
}

/// Every IANA zone, every change of its clock from 2024 to 2030, ten hours before to sixteen hours after, minute by minute. The hours lie
/// where clocks change.
#[test]
fn every_change_of_every_zone_is_as_on_the_wall_clock() {
    let window = CallingWindow {
        hours: "mon-fri 00:10-01:20,02:30-03:00,09:00-18:00; sat 00:00-02:15,22:00-24:00; sun 00:00-01:00,02:00-02:30,03:00-03:45,23:30-24:00"
            .parse()
            .expect("hours"),
        ..CallingWindow::default()
    };
    let (mut zones, mut seen) = (0, 0);
    for zone in all_zones() {
        zones += 1;
        for change in changes(&zone) {
            seen += 1;
            compare(&window, &zone, change - std::time::Duration::from_secs(10 * 3_600), 26 * 60, 29);
        }
    }
    assert!(zones > 580 && seen > 2_500, "{zones} zones, {seen} changes");
}

/// The whole seven years of zones with unlike habits, at every quarter of an hour: no change is needed for the hours to be right.
#[test]
fn seven_years_of_quarter_hours() {
    let window = CallingWindow {
        hours: "mon-fri 09:00-12:30,13:30-18:00; sun 23:45-24:00".parse().expect("hours"),
        holidays: ["2025-01-01", "2026-03-29", "2027-12-31"].iter().map(|day| day.parse().expect("day")).collect(),
        ..CallingWindow::default()
    };
    for name in ["Europe/Berlin", "America/New_York", "Africa/Casablanca", "Australia/Lord_Howe", "Asia/Kathmandu"] {
        let rules = jiff::tz::TimeZone::get(name).expect("zone");
        let ready = window.hours_for(&ContactZones::from_key(name)).expect("hours");
        let (first, last) = (FIRST.as_micros() / 1_000_000, LAST.as_micros() / 1_000_000);
        let mut opens = None;
        for secs in (first..last).step_by(900).collect::<Vec<_>>().into_iter().rev() {
            let now = Timestamp::from_secs(secs);
            if slow_is_open(&window, &rules, secs) {
                opens = Some(now);
            }
            assert_eq!(ready.is_open(now), opens == Some(now), "{name} at {now}");
            if opens.is_some() && (secs / 900) % 16 == 3 {
                assert_eq!(ready.opens(now), opens, "{name} at {now}");
            }
        }
    }
}

#[test]
fn nights_on_which_the_clock_changes() {
    for (text, zone, now, state) in [
        // 02:00 to 03:00 does not come on 29 March in Berlin.
        ("daily 02:15-02:45", "Europe/Berlin", "2026-03-28T12:00:00Z", Err("2026-03-30T00:15:00Z")),
        ("daily 02:30-03:30", "Europe/Berlin", "2026-03-28T12:00:00Z", Err("2026-03-29T01:00:00Z")),
        // It comes twice on 25 October: the second time is open again.
        ("daily 02:15-02:45", "Europe/Berlin", "2026-10-25T00:20:00Z", Ok("2026-10-25T00:45:00Z")),
        ("daily 02:15-02:45", "Europe/Berlin", "2026-10-25T00:50:00Z", Err("2026-10-25T01:15:00Z")),
        // Hours over the change are longer, with no gap in them.
        ("daily 01:30-03:30", "Europe/Berlin", "2026-10-24T23:30:00Z", Ok("2026-10-25T02:30:00Z")),
        // 02:00 is 03:00: the hours before the change and those behind it touch.
        ("daily 01:00-02:00,03:00-04:00", "Europe/Berlin", "2026-03-29T00:30:00Z", Ok("2026-03-29T02:00:00Z")),
        // Half an hour on Lord Howe: 02:00 becomes 02:30.
        ("daily 02:00-02:20", "Australia/Lord_Howe", "2026-10-03T15:29:00Z", Err("2026-10-04T15:00:00Z")),
        ("mon-fri 09:00-18:00", "America/New_York", "2026-11-27T23:00:00Z", Err("2026-11-30T14:00:00Z")),
        ("sun 20:00-24:00; mon 00:00-02:00", "Asia/Tokyo", "2026-11-29T12:00:00Z", Ok("2026-11-29T17:00:00Z")),
    ] {
        let expected = match state {
            Ok(until) => WindowState::Open { until: Some(at(until)) },
            Err(opens) => WindowState::Closed { opens: Some(at(opens)) },
        };
        assert_eq!(hours(text, zone).state(at(now)), expected, "{text} in {zone} at {now}");
    }
}

#[test]
fn holidays_are_days_of_the_contact_s_calendar() {
    let window = CallingWindow {
        hours: "daily 00:00-24:00".parse().expect("hours"),
        holidays: ["2026-12-25".parse().expect("day"), "2026-12-26".parse().expect("day")].into(),
        ..CallingWindow::default()
    };
    let state = |zone: &str, now| window.state(&ContactZones::from_key(zone), at(now));
    let eve = "2026-12-24T20:00:00Z";
    assert_eq!(state("Asia/Tokyo", eve), WindowState::Closed { opens: Some(at("2026-12-26T15:00:00Z")) });
    assert_eq!(state("America/New_York", eve), WindowState::Open { until: Some(at("2026-12-25T05:00:00Z")) });
}

#[test]
fn several_zones_are_open_while_all_are() {
    let both = "Europe/Madrid|Atlantic/Canary";
    let now = at("2026-11-24T08:30:00Z");
    let window = |ambiguous| CallingWindow {
        hours: "mon-fri 09:00-18:00".parse().expect("hours"),
        ambiguous,
        ..CallingWindow::default()
    };
    let state = |rule, now| window(rule).state(&ContactZones::from_key(both), now);
    // 09:30 in Madrid, 08:30 on the Canary Islands.
    assert_eq!(state(AmbiguousZones::AllOpen, now), WindowState::Closed { opens: Some(at("2026-11-24T09:00:00Z")) });
    assert_eq!(
        state(AmbiguousZones::AllOpen, at("2026-11-24T09:30:00Z")),
        WindowState::Open { until: Some(at("2026-11-24T17:00:00Z")) }
    );
    assert_eq!(state(AmbiguousZones::First, now), WindowState::Open { until: Some(at("2026-11-24T17:00:00Z")) });
    assert!(matches!(state(AmbiguousZones::Hold, now), WindowState::NoCall(ZoneHold::Ambiguous { .. })));
    // Hours that never meet: nobody is called, and it is said.
    let never = CallingWindow {
        hours: "mon 09:00-09:30".parse().expect("hours"),
        ambiguous: AmbiguousZones::AllOpen,
        ..CallingWindow::default()
    };
    assert_eq!(never.state(&ContactZones::from_key(both), now), WindowState::Closed { opens: None });
}

#[test]
fn what_is_broken_calls_nobody_and_says_so() {
    let never: CallingWindow = serde_json::from_str(r#"{"hours":{}}"#).expect("reads");
    assert_eq!(never.validate().expect_err("never open").code(), "window_never_open");
    let berlin = ContactZones::from_key("Europe/Berlin");
    assert_eq!(never.state(&berlin, FIRST), WindowState::Closed { opens: None });
    let fixed = CallingWindow { zone: WindowZone::Fixed("Mars/Olympus".into()), ..CallingWindow::default() };
    assert_eq!(fixed.validate().expect_err("no such zone").code(), "zone_broken");
    let hold = WindowState::NoCall(ZoneHold::Broken { name: "Mars/Olympus".into() });
    assert_eq!(fixed.state(&berlin, FIRST), hold);
    assert_eq!(CallingWindow::default().state(&ContactZones::from_key("!Mars/Olympus"), FIRST), hold);
    assert_eq!(CallingWindow::default().state(&ContactZones::Unknown, FIRST), WindowState::NoCall(ZoneHold::Unknown));
    // A fixed zone needs to know nothing of the contact.
    assert_eq!(CallingWindow::always().state(&ContactZones::Unknown, FIRST), WindowState::Open { until: None });
}

#[test]
fn is_kept_as_the_page_shows_it() {
    let json = r#"{"hours":{"mon":["09:00-12:00"]},"zone":{"fixed":"Europe/Berlin"},"ambiguous":"all_open","holidays":["2026-12-25"]}"#;
    let window: CallingWindow = serde_json::from_str(json).expect("reads");
    assert_eq!(window.validate(), Ok(()));
    let again = serde_json::to_string(&window).expect("writes");
    assert_eq!(serde_json::from_str::<CallingWindow>(&again).expect("reads"), window);
    let default: CallingWindow = serde_json::from_str("{}").expect("reads");
    assert_eq!((default.validate(), &default), (Ok(()), &CallingWindow::default()));
    assert!(serde_json::from_str::<CallingWindow>(r#"{"hour":{}}"#).is_err());
}

fn any_week() -> impl Strategy<Value = WeekHours> {
    let interval = (0_u16..1_440, 1_u16..=600)
        .prop_map(|(from, long)| Interval::new(from, (from + long).min(1_440)).expect("in order"));
    let day = proptest::collection::vec(interval, 0..3);
    proptest::array::uniform7(day).prop_map(|[mon, tue, wed, thu, fri, sat, sun]| WeekHours {
        mon,
        tue,
        wed,
        thu,
        fri,
        sat,
        sun,
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// Any hours, any zone, at one of its changes of clock or anywhere else: as the wall clock shows, for three days, minute by minute.
    #[test]
    fn any_hours_in_any_zone_are_as_on_the_wall_clock(
        week in any_week(),
        zone in any::<prop::sample::Index>(),
        change in any::<Option<prop::sample::Index>>(),
        anywhere in FIRST.as_micros()..LAST.as_micros(),
        holiday in 0_i64..4,
    ) {
        let zones = all_zones();
        let zone = zone.get(&zones);
        let changes = changes(zone);
        let near = match change {
            Some(index) if !changes.is_empty() => *index.get(&changes),
            _ => Timestamp::from_secs(anywhere / 60_000_000 * 60),
        };
        let from = near - std::time::Duration::from_secs(36 * 3_600);
        let holidays = [zone.day(from).after(holiday)].into();
        let window = CallingWindow { hours: week, holidays, ..CallingWindow::default() };
        compare(&window, zone, from, 3 * 1_440, 37);
    }

    /// In several zones at once: open is open in each; the next opening is open, and no minute before it is.
    #[test]
    fn several_zones_at_once(week in any_week(), picked in proptest::collection::vec(any::<prop::sample::Index>(), 2..4),
        now in FIRST.as_micros()..LAST.as_micros())
    {
        let zones = all_zones();
        let picked: Vec<String> = picked.iter().map(|index| index.get(&zones).name().to_owned()).collect();
        let window = CallingWindow { hours: week, ambiguous: AmbiguousZones::AllOpen, ..CallingWindow::default() };
        let all = window.hours_for(&ContactZones::Named(picked.clone())).expect("zones");
        let each: Vec<OpenHours> =
            picked.iter().map(|name| window.hours_for(&ContactZones::from_key(name)).expect("zone")).collect();
        let now = Timestamp::from_secs(now / 60_000_000 * 60);
        let open = |at: Timestamp| each.iter().all(|hours| hours.is_open(at));
        let minutes = (0..5_u64 * 1_440).map(|minute| now + std::time::Duration::from_secs(60 * minute));
        let slow = minutes.clone().find(|&at| open(at));
        match all.opens(now) {
            Some(opens) if slow.is_some() => prop_assert_eq!(Some(opens), slow),
            Some(opens) => prop_assert!(open(opens) && opens > now),
            None => prop_assert_eq!(slow, None),
        }
        prop_assert_eq!(all.is_open(now), open(now));
    }
}
