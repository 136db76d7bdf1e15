//! Local time: zones and calendar days, without a clock.

use std::fmt;

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::time::Timestamp;

/// Microseconds of a second.
const SECOND: i64 = 1_000_000;
/// Microseconds of a day of 24 hours.
pub(super) const DAY: i64 = 86_400 * SECOND;

/// A time zone that exists, from the tables inside the binary (IANA).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zone {
    name: String,
    rules: TimeZone,
}

/// A text that names no time zone. Nobody is called by it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, thiserror::Error)]
#[error("\"{0}\" is not a time zone: write an IANA name, such as Europe/Berlin")]
pub struct BrokenZone(pub String);

impl Zone {
    /// The zone of an IANA name; letters may be of either case.
    pub fn named(name: &str) -> Result<Zone, BrokenZone> {
        match TimeZone::get(name) {
            Ok(rules) if !rules.is_unknown() => {
                let name = rules.iana_name().unwrap_or(name).to_owned();
                Ok(Zone { name, rules })
            }
            _ => Err(BrokenZone(name.chars().take(60).collect())),
        }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The calendar day there at `at`.
    pub fn day(&self, at: Timestamp) -> Day {
        Day::of_local(self.local(at))
    }

    /// The first instant after `at` at which the calendar there shows a later day than at `at`. Where a change of clock leaves midnight out,
    /// the day begins later; where the clock goes back over midnight, the day before goes on.
    pub fn next_day(&self, at: Timestamp) -> Timestamp {
        self.day_begins(at, self.day(at).after(1))
    }

    /// The first instant from `at` on at which the calendar shows `day` or a later one.
    pub fn day_begins(&self, at: Timestamp, day: Day) -> Timestamp {
        let wanted = day.begins_local();
        let mut from = at;
        loop {
            let begins = from.as_micros().max(wanted.saturating_sub(self.offset(from)));
            let change = self.next_change(from);
            match change {
                Some(change) if begins >= change.as_micros() => from = change,
                _ => return Timestamp::from_micros(begins),
            }
        }
    }

    /// Microseconds that the wall clock there shows since 1970-01-01 00:00 of its own.
    pub(super) fn local(&self, at: Timestamp) -> i64 {
        at.as_micros().saturating_add(self.offset(at))
    }

    /// Microseconds by which the wall clock there is ahead of UTC at `at`.
    pub(super) fn offset(&self, at: Timestamp) -> i64 {
        i64::from(self.rules.to_offset(instant(at)).seconds()) * SECOND
    }

    /// The next change of the zone's rules after `at`; the offset stays the same until then. `None`: it never changes again.
    pub(super) fn next_change(&self, at: Timestamp) -> Option<Timestamp> {
        let change = self.rules.following(instant(at)).next()?;
        Some(Timestamp::from_micros(change.timestamp().as_microsecond()))
    }
}

/// Outside the years that a calendar can show, the nearest instant inside.
fn instant(at: Timestamp) -> jiff::Timestamp {
    jiff::Timestamp::from_microsecond(at.as_micros()).unwrap_or(if at.as_micros() < 0 {
        jiff::Timestamp::MIN
    } else {
        jiff::Timestamp::MAX
    })
}

/// A calendar day, written `2026-12-25`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Day(i64);

const EPOCH: jiff::civil::Date = jiff::civil::Date::constant(1970, 1, 1);

impl Day {
    /// From days since 1970-01-01, as the database keeps it.
    pub const fn from_number(days: i64) -> Day {
        Day(days)
    }

    /// Days since 1970-01-01.
    pub const fn number(self) -> i64 {
        self.0
    }

    /// The day `days` later.
    pub const fn after(self, days: i64) -> Day {
        Day(self.0.saturating_add(days))
    }

    /// Monday 0 to Sunday 6.
    pub const fn weekday(self) -> usize {
        // 1970-01-01 was a Thursday; the remainder is 0 to 6.
        self.0.saturating_add(3).rem_euclid(7) as usize
    }

    pub(super) const fn of_local(local_us: i64) -> Day {
        Day(local_us.div_euclid(DAY))
    }

    pub(super) const fn begins_local(self) -> i64 {
        self.0.saturating_mul(DAY)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let date = jiff::Span::new().try_days(self.0).ok().and_then(|days| EPOCH.checked_add(days).ok());
        match date {
            Some(date) => write!(f, "{date}"),
            None => write!(f, "out of range ({} days)", self.0),
        }
    }
}

/// The text is no date.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is not a date: write it as 2026-12-25")]
pub struct NotADay(String);

impl std::str::FromStr for Day {
    type Err = NotADay;

    fn from_str(text: &str) -> Result<Day, NotADay> {
        let date: jiff::civil::Date = Some(text.trim())
            .filter(|text| text.len() == 10)
            .and_then(|text| text.parse().ok())
            .ok_or_else(|| NotADay(text.chars().take(20).collect()))?;
        Ok(Day(date.duration_since(EPOCH).as_secs().div_euclid(86_400)))
    }
}

impl Serialize for Day {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        serde_json::from_value(text.into()).expect("RFC 3339")
    }

    #[test]
    fn days_read_print_and_know_their_weekday() {
        for (text, number, weekday) in
            [("1970-01-01", 0, 3), ("2026-12-25", 20_812, 4), ("2024-02-29", 19_782, 3), ("1969-12-28", -4, 6)]
        {
            let day: Day = text.parse().expect("reads");
            assert_eq!((day.number(), day.weekday(), day.to_string().as_str()), (number, weekday, text));
        }
        for bad in ["2026-02-30", "25.12.2026", "2026-12-25T10:00", "", "20261225"] {
            assert!(bad.parse::<Day>().is_err(), "{bad} was taken");
        }
    }

    /// Nights in which midnight is left out, happens twice, or is an ordinary one.
    #[test]
    fn a_day_begins_when_the_calendar_shows_it() {
        for (zone, now, next) in [
            ("Europe/Berlin", "2026-03-28T12:00:00Z", "2026-03-28T23:00:00Z"),
            ("Europe/Berlin", "2026-03-29T12:00:00Z", "2026-03-29T22:00:00Z"),
            // Chile: 24:00 is 01:00 of the next day.
            ("America/Santiago", "2026-09-06T02:00:00Z", "2026-09-06T04:00:00Z"),
            // Chile: at 24:00 it is 23:00 again.
            ("America/Santiago", "2026-04-05T02:30:00Z", "2026-04-05T04:00:00Z"),
            ("Asia/Kathmandu", "2026-01-01T00:00:00Z", "2026-01-01T18:15:00Z"),
        ] {
            assert_eq!(Zone::named(zone).expect("zone").next_day(at(now)), at(next), "{zone} at {now}");
        }
    }

    /// Every zone, every change of its clock from 2024 to 2030, a day before to a day and a half after: the next day begins in the very first
    /// minute in which the calendar shows it.
    #[test]
    fn the_next_day_begins_in_its_first_minute_around_every_change() {
        let (first, last) = (at("2024-01-01T00:00:00Z"), at("2030-12-31T00:00:00Z"));
        let mut seen = 0;
        for name in jiff::tz::db().available() {
            let Ok(zone) = Zone::named(name.as_str()) else { continue };
            let changes = std::iter::successors(zone.next_change(first), |&change| zone.next_change(change));
            for change in changes.take_while(|&change| change < last) {
                let begins = change - std::time::Duration::from_secs(24 * 3_600);
                let minute = |n: usize| begins + std::time::Duration::from_secs(60 * n as u64);
                let shown: Vec<i64> = (0..60 * 60)
                    .map(|n| {
                        let date = zone.rules.to_datetime(instant(minute(n))).date();
                        i64::from(date.year()) * 10_000 + i64::from(date.month()) * 100 + i64::from(date.day())
                    })
                    .collect();
                for now in (0..36 * 60).step_by(47) {
                    if let Some(next) = (now..shown.len()).find(|&n| shown[n] > shown[now]) {
                        assert_eq!(zone.next_day(minute(now)), minute(next), "{} at {}", zone.name, minute(now));
                        seen += 1;
                    }
                }
            }
        }
        assert!(seen > 100_000, "{seen} nights");
    }

    #[test]
    fn a_broken_zone_is_named_and_no_time_is_too_far() {
        assert_eq!(Zone::named("Mars/Olympus"), Err(BrokenZone("Mars/Olympus".into())));
        for bad in ["", "Etc/Unknown", "Europe/Berlin ", "+01:00"] {
            assert!(Zone::named(bad).is_err(), "{bad:?} was taken");
        }
        let zone = Zone::named("europe/berlin").expect("zone");
        assert_eq!(zone.name(), "Europe/Berlin");
        for micros in [i64::MIN, i64::MAX, i64::MAX - 1] {
            assert!(zone.next_day(Timestamp::from_micros(micros)).as_micros() >= micros);
        }
    }
}
