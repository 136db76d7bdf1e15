//! The prefix table against a slow model and against places that everybody knows.

use proptest::prelude::*;

use super::*;

fn number(digits: i64) -> PhoneNumber {
    PhoneNumber::from_digits(digits).expect("fits")
}

/// Every prefix of the text with its zones, looked through from end to end.
fn slow(number: PhoneNumber) -> Vec<&'static str> {
    let digits = number.digits().to_string();
    let mut best: (usize, Vec<&'static str>) = (0, Vec::new());
    for (zones, prefixes) in lines(TEXT) {
        for prefix in prefixes {
            if digits.starts_with(prefix) && prefix.len() > best.0 {
                best = (prefix.len(), zones.split('|').collect());
            }
        }
    }
    best.1
}

#[test]
fn the_table_is_whole_and_every_zone_in_it_exists() {
    let prefixes: usize = lines(TEXT).map(|(_, prefixes)| prefixes.count()).sum();
    assert_eq!(TABLE.prefixes.len(), prefixes, "no prefix stands twice, none is lost");
    assert!(prefixes > 3_000, "{prefixes} prefixes");
    for set in &TABLE.sets {
        assert!(!set.clocks.is_empty());
        for name in &set.names {
            assert!(Zone::named(name).is_ok(), "{name} is not in the time zone tables");
        }
    }
}

/// Each prefix of the table itself, and what lies directly beside it.
#[test]
fn each_prefix_of_the_table_gives_its_own_zones() {
    let mut seen = 0;
    for (zones, prefixes) in lines(TEXT) {
        let zones: Vec<&str> = zones.split('|').collect();
        for prefix in prefixes {
            let digits: i64 = format!("{prefix:0<12}").parse().expect("digits");
            let longer = TABLE.prefixes.keys().any(|&other| {
                let other = other.to_string();
                other.len() > prefix.len() && format!("{prefix:0<12}").starts_with(&other)
            });
            if !longer {
                assert_eq!(zones_of_prefix(number(digits)), zones, "{prefix}");
                seen += 1;
            }
        }
    }
    assert!(seen > 2_900, "{seen} prefixes looked at");
}

#[test]
fn numbers_of_places_that_everybody_knows() {
    use NumberZones::{One, Unknown};
    for (digits, zones) in [
        (14_155_550_123, One("America/Los_Angeles")),
        (12_125_550_123, One("America/New_York")),
        (13_125_550_123, One("America/Chicago")),
        (16_025_550_123, One("America/Phoenix")),
        (18_085_550_123, One("Pacific/Honolulu")),
        (18_765_550_123, One("America/Jamaica")),
        (4_930_123_456, One("Europe/Berlin")),
        (491_512_345_678, One("Europe/Berlin")),
        // Guernsey, Jersey and Man keep London's time.
        (442_079_460_123, One("Europe/London")),
        (447_400_123_456, One("Europe/London")),
        (390_669_812_345, One("Europe/Rome")),
        (61_293_744_000, One("Australia/Sydney")),
        (61_732_210_000, One("Australia/Brisbane")),
        (34_912_345_678, One("Europe/Madrid")),
        (5_511_912_345_678, One("America/Sao_Paulo")),
        (8_613_812_345_678, One("Asia/Shanghai")),
        (919_812_345_678, One("Asia/Calcutta")),
        // A satellite phone, and international freephone.
        (881_612_345_678, Unknown),
        (80_012_345_678, Unknown),
    ] {
        assert_eq!(zones_of_number(number(digits)), zones, "+{digits}");
    }
}

/// First digits that look like a place and are none: calling by them would ring people at night.
#[test]
fn a_mobile_without_an_area_may_be_anywhere_in_its_country() {
    for (digits, likeliest, at_least) in [
        (61_412_345_678, "Australia/Sydney", 4),
        (79_123_456_789, "Europe/Moscow", 8),
        (34_612_345_678, "Europe/Madrid", 2),
        (351_912_345_678, "Europe/Lisbon", 2),
        (64_211_234_567, "Pacific/Auckland", 2),
        (6_281_234_567_890, "Asia/Jakarta", 3),
        (18_005_550_123, "America/New_York", 8),
    ] {
        match zones_of_number(number(digits)) {
            NumberZones::Several(zones) => {
                assert_eq!(zones[0], likeliest, "+{digits}: {zones:?}");
                assert!(zones.len() >= at_least, "+{digits}: {zones:?}");
            }
            other => panic!("+{digits} is {other:?}"),
        }
    }
}

#[test]
fn a_column_goes_before_the_number_and_is_never_overruled() {
    let berlin = number(4_930_123_456);
    let named = |name: &str| ContactZones::Named(vec![name.to_owned()]);
    assert_eq!(ContactZones::of(None, berlin), named("Europe/Berlin"));
    assert_eq!(ContactZones::of(Some("  "), berlin), named("Europe/Berlin"));
    assert_eq!(ContactZones::of(Some("asia/tokyo"), berlin), named("Asia/Tokyo"));
    let broken = ContactZones::of(Some("Mars/Olympus"), berlin);
    assert_eq!(broken.choose(AmbiguousZones::First), Err(ZoneHold::Broken { name: "Mars/Olympus".into() }));
}

#[test]
fn the_campaign_decides_on_several_zones() {
    let spain = ContactZones::of(None, number(34_612_345_678));
    let names = |rule| {
        let chosen = spain.choose(rule)?;
        Ok(chosen.iter().map(|zone| zone.name().to_owned()).collect::<Vec<_>>())
    };
    let both = vec!["Europe/Madrid".to_owned(), "Atlantic/Canary".to_owned()];
    assert_eq!(names(AmbiguousZones::Hold), Err(ZoneHold::Ambiguous { zones: both.clone() }));
    assert_eq!(names(AmbiguousZones::AllOpen), Ok(both.clone()));
    assert_eq!(names(AmbiguousZones::First), Ok(both[..1].to_vec()));
    assert_eq!(AmbiguousZones::default(), AmbiguousZones::Hold);
    assert_eq!(ContactZones::Unknown.choose(AmbiguousZones::First), Err(ZoneHold::Unknown));
    assert_eq!(ContactZones::Named(Vec::new()).choose(AmbiguousZones::AllOpen), Err(ZoneHold::Unknown));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// Every look-up is the longest prefix, and what a contact keeps of it reads back.
    #[test]
    fn every_look_up_is_the_longest_prefix(digits in prop_oneof![
        1_000_000_i64..=999_999_999_999_999,
        (1_i64..=9_999_999, 1_000_000_i64..=9_999_999).prop_map(|(head, tail)| head * 10_000_000 + tail),
    ]) {
        let number = number(digits);
        prop_assert_eq!(zones_of_prefix(number).to_vec(), slow(number));
        let zones = ContactZones::of(None, number);
        prop_assert_eq!(ContactZones::from_key(&zones.key()), zones);
    }

    /// What a number may mean never grows narrower than its prefix by guess: each zone of the answer is one of the country's.
    #[test]
    fn zones_of_a_number_are_zones_of_its_country(digits in 1_000_000_i64..=999_999_999_999_999) {
        let number = number(digits);
        let country: Vec<&str> = TABLE.shortest(number).map_or(Vec::new(), |set| TABLE.sets[set].names.clone());
        match zones_of_number(number) {
            NumberZones::One(zone) => prop_assert!(country.contains(&zone) || zones_of_prefix(number).contains(&zone)),
            NumberZones::Several(zones) => prop_assert!(zones.len() > 1),
            NumberZones::Unknown => prop_assert!(country.is_empty()),
        }
    }
}
