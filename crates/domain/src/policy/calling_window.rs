//! When a campaign may call: hours of the week in the contact's own zone or a fixed one, and holidays.
//!
//! An instant is open when the wall clock of the zone shows it inside the hours of that weekday and the date is no holiday. So the hour that
//! comes twice when the clock goes back is open both times, and hours that a change of clock leaves out never come.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::local::{DAY, Day, Zone};
use super::setting_error::SettingError;
use super::week_hours::{Interval, WeekHours};
use super::zones::{AmbiguousZones, ContactZones, ZoneHold};
use crate::time::Timestamp;

/// How far ahead the next opening is looked for.
const HORIZON_DAYS: i64 = 400;
const MINUTE: i64 = 60_000_000;
/// Holidays a window may have.
const HOLIDAYS_MAX: usize = 1_000;

/// By whose wall clock the hours are meant.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WindowZone {
    /// The contact's own: by a column, else by the number.
    #[default]
    Contact,
    /// This one for everybody, an IANA name. Contacts elsewhere may be called at night.
    Fixed(String),
}

/// The calling hours of a campaign. As they come: Monday to Friday, 09:00 to 18:00 in the contact's own zone, nobody whose zone is not certain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CallingWindow {
    /// The hours of the week.
    pub hours: WeekHours,
    /// By whose clock.
    pub zone: WindowZone,
    /// Contacts that may be in several zones; of no effect with a fixed zone.
    pub ambiguous: AmbiguousZones,
    /// Dates on which nobody is called, whatever their weekday.
    pub holidays: BTreeSet<Day>,
}

impl Default for CallingWindow {
    fn default() -> Self {
        Self {
            hours: WeekHours::office(),
            zone: WindowZone::Contact,
            ambiguous: AmbiguousZones::Hold,
            holidays: BTreeSet::new(),
        }
    }
}

/// Whether a contact may be called at an instant, by the hours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WindowState {
    /// Yes.
    Open {
        /// The first instant at which it is not open any more; `None`: not within the next 400 days.
        until: Option<Timestamp>,
    },
    /// Not now.
    Closed {
        /// The next instant at which it is open; `None`: not within the next 400 days.
        opens: Option<Timestamp>,
    },
    /// Not at all, until somebody mends the zone.
    NoCall(ZoneHold),
}

impl CallingWindow {
    /// Every hour, for everybody, whatever their zone: for practice and tests.
    pub fn always() -> CallingWindow {
        CallingWindow {
            hours: WeekHours::always(),
            zone: WindowZone::Fixed("UTC".to_owned()),
            ambiguous: AmbiguousZones::Hold,
            holidays: BTreeSet::new(),
        }
    }

    /// Refuses hours that are never open, overlapping ones, a zone that does not exist.
    pub fn validate(&self) -> Result<(), SettingError> {
        self.hours.validate()?;
        if let WindowZone::Fixed(name) = &self.zone {
            Zone::named(name).map_err(|broken| SettingError::new("zone_broken", broken.to_string()))?;
        }
        if self.holidays.len() > HOLIDAYS_MAX {
            return Err(SettingError::new("holidays_too_many", format!("at most {HOLIDAYS_MAX} holidays")));
        }
        Ok(())
    }

    /// The hours for contacts in these zones. An unknown, broken or (by the setting) ambiguous zone has none: no call.
    pub fn hours_for(&self, contact: &ContactZones) -> Result<OpenHours, ZoneHold> {
        let zones = match &self.zone {
            WindowZone::Contact => contact.choose(self.ambiguous)?,
            WindowZone::Fixed(name) => {
                vec![Zone::named(name).map_err(|broken| ZoneHold::Broken { name: broken.0 })?]
            }
        };
        Ok(OpenHours { week: Week::of(&self.hours, &self.holidays), zones })
    }

    /// Whether contacts in these zones may be called at `now`.
    pub fn state(&self, contact: &ContactZones, now: Timestamp) -> WindowState {
        match self.hours_for(contact) {
            Ok(hours) => hours.state(now),
            Err(hold) => WindowState::NoCall(hold),
        }
    }
}

/// Hours made ready for one set of zones: open where they are open in every one of them.
#[derive(Debug, Clone)]
pub struct OpenHours {
    week: Week,
    zones: Vec<Zone>,
}

impl OpenHours {
    /// The zones whose clocks count.
    pub fn zones(&self) -> &[Zone] {
        &self.zones
    }

    /// Whether a call may be placed at `now`.
    pub fn is_open(&self, now: Timestamp) -> bool {
        self.zones.iter().all(|zone| self.week.is_open(zone.local(now)))
    }

    /// Whether a call may be placed at `now`, and when that changes.
    pub fn state(&self, now: Timestamp) -> WindowState {
        if self.is_open(now) {
            WindowState::Open { until: self.closes(now) }
        } else {
            WindowState::Closed { opens: self.opens(now) }
        }
    }

    /// The first instant from `from` on at which it is open: `from` itself when it is open then. `None`: not within 400 days.
    pub fn opens(&self, from: Timestamp) -> Option<Timestamp> {
        let limit = from.as_micros().saturating_add(HORIZON_DAYS * DAY);
        let mut at = from;
        loop {
            let mut latest = at;
            for zone in &self.zones {
                latest = latest.max(self.week.next(zone, at, true)?);
            }
            if latest.as_micros() > limit {
                return None;
            }
            if latest == at {
                return Some(at);
            }
            at = latest;
        }
    }

    /// The first instant from `from` on at which it is closed. `None`: not within 400 days.
    pub fn closes(&self, from: Timestamp) -> Option<Timestamp> {
        self.zones.iter().filter_map(|zone| self.week.next(zone, from, false)).min()
    }

    /// The first instant after `at` at which the calendar of every zone shows a later day than at `at`.
    pub fn next_day(&self, at: Timestamp) -> Timestamp {
        self.zones.iter().map(|zone| zone.next_day(at)).max().unwrap_or(at)
    }
}

/// Hours by weekday in microseconds of the day, in order, what touches made one; and holidays.
#[derive(Debug, Clone)]
struct Week {
    days: [Vec<(i64, i64)>; 7],
    holidays: BTreeSet<Day>,
}

impl Week {
    fn of(hours: &WeekHours, holidays: &BTreeSet<Day>) -> Week {
        Week { days: hours.days().map(merged), holidays: holidays.clone() }
    }

    fn of_day(&self, day: Day) -> &[(i64, i64)] {
        if self.holidays.contains(&day) { &[] } else { &self.days[day.weekday()] }
    }

    fn is_open(&self, local: i64) -> bool {
        self.interval_at(local).is_some()
    }

    /// The end, by the wall clock, of the hours in which `local` lies.
    fn interval_at(&self, local: i64) -> Option<i64> {
        let day = Day::of_local(local);
        let begins = day.begins_local();
        let hours = self.of_day(day).iter().find(|(from, to)| (*from..*to).contains(&(local - begins)));
        hours.map(|(_, to)| begins + to)
    }

    /// The first wall-clock time from `local` on that is open.
    fn opens_local(&self, local: i64) -> Option<i64> {
        let first = Day::of_local(local);
        (0..=HORIZON_DAYS).find_map(|days| {
            let day = first.after(days);
            let begins = day.begins_local();
            let next = self.of_day(day).iter().find(|(_, to)| begins + to > local)?;
            Some(local.max(begins + next.0))
        })
    }

    /// The first wall-clock time from `local` on that is closed.
    fn closes_local(&self, local: i64) -> Option<i64> {
        let mut at = local;
        while let Some(end) = self.interval_at(at) {
            if end - local > HORIZON_DAYS * DAY {
                return None;
            }
            at = end;
        }
        Some(at)
    }

    /// The first instant from `from` on that is open (or closed) in `zone`. Between two changes of the clock the wall clock runs evenly,
    /// so that each such stretch is looked at by the wall clock alone.
    fn next(&self, zone: &Zone, from: Timestamp, open: bool) -> Option<Timestamp> {
        let limit = from.as_micros().saturating_add(HORIZON_DAYS * DAY);
        let mut at = from;
        while at.as_micros() <= limit {
            let offset = zone.offset(at);
            let local = at.as_micros().saturating_add(offset);
            let change = zone.next_change(at);
            let found = if open { self.opens_local(local) } else { self.closes_local(local) };
            if let Some(found) = found.map(|found| found.saturating_sub(offset))
                && change.is_none_or(|change| found < change.as_micros())
            {
                return (found <= limit).then_some(Timestamp::from_micros(found));
            }
            at = change?;
        }
        None
    }
}

fn merged(day: &[Interval]) -> Vec<(i64, i64)> {
    let micros = |minute: u16| i64::from(minute) * MINUTE;
    let mut sorted = day.to_vec();
    sorted.sort_unstable();
    let mut merged: Vec<(i64, i64)> = Vec::new();
    for interval in sorted {
        let (from, to) = (micros(interval.from_minute()), micros(interval.to_minute()));
        match merged.last_mut() {
            Some(last) if from <= last.1 => last.1 = last.1.max(to),
            _ => merged.push((from, to)),
        }
    }
    merged
}

#[cfg(test)]
#[path = "calling_window_tests.rs"]
mod tests;
