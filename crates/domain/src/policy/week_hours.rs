//! The hours of a week: `mon-fri 09:00-12:30,13:30-18:00; sat 10:00-14:00`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::setting_error::SettingError;

/// Minutes of a day.
const DAY_MINUTES: u16 = 24 * 60;

/// Hours of one day by its wall clock: from the first minute to before the last, `09:00-18:00`. The end may be `24:00`. Hours over midnight
/// are refused: they are two intervals of two days, and only who wrote them knows whether the holiday of the second day counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Interval {
    from: u16,
    to: u16,
}

impl Interval {
    /// From minute `from` of the day to before minute `to`: 0 to 1440, `from` before `to`.
    pub fn new(from: u16, to: u16) -> Result<Interval, SettingError> {
        if to > DAY_MINUTES {
            return Err(SettingError::new("hours_unreadable", "a day ends at 24:00"));
        }
        let interval = Interval { from, to };
        if from < to {
            return Ok(interval);
        }
        if from == to {
            return Err(SettingError::new("hours_empty", format!("{interval} is no time at all")));
        }
        Err(SettingError::new(
            "hours_over_midnight",
            format!(
                "{interval} goes over midnight: write {}-24:00 and, on the next day, 00:00-{}",
                Clock(from),
                Clock(to)
            ),
        ))
    }

    /// First minute of the day.
    pub const fn from_minute(self) -> u16 {
        self.from
    }

    /// First minute that is no more of it; 1440 at midnight.
    pub const fn to_minute(self) -> u16 {
        self.to
    }
}

struct Clock(u16);

impl fmt::Display for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}

impl fmt::Display for Interval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", Clock(self.from), Clock(self.to))
    }
}

fn unreadable(text: &str) -> SettingError {
    let text: String = text.chars().take(60).collect();
    SettingError::new("hours_unreadable", format!("\"{text}\" are no hours: write them as 09:00-18:00"))
}

fn clock(text: &str) -> Option<u16> {
    let (hours, minutes) = text.trim().split_once(':')?;
    let digits = |t: &str| t.len() <= 2 && t.bytes().all(|b| b.is_ascii_digit());
    if !digits(hours) || !digits(minutes) || minutes.len() != 2 {
        return None;
    }
    let (hours, minutes): (u16, u16) = (hours.parse().ok()?, minutes.parse().ok()?);
    let minute = hours * 60 + minutes;
    (minutes < 60 && minute <= DAY_MINUTES).then_some(minute)
}

impl FromStr for Interval {
    type Err = SettingError;

    fn from_str(text: &str) -> Result<Interval, SettingError> {
        let (from, to) = text.split_once(['-', '\u{2013}']).ok_or_else(|| unreadable(text))?;
        let minute = |part| clock(part).ok_or_else(|| unreadable(text));
        Interval::new(minute(from)?, minute(to)?)
    }
}

impl Serialize for Interval {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Interval {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// Hours by weekday; a day without any is closed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WeekHours {
    /// Monday.
    pub mon: Vec<Interval>,
    /// Tuesday.
    pub tue: Vec<Interval>,
    /// Wednesday.
    pub wed: Vec<Interval>,
    /// Thursday.
    pub thu: Vec<Interval>,
    /// Friday.
    pub fri: Vec<Interval>,
    /// Saturday.
    pub sat: Vec<Interval>,
    /// Sunday.
    pub sun: Vec<Interval>,
}

const NAMES: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
/// Intervals a day may have.
const INTERVALS_MAX: usize = 12;

impl WeekHours {
    /// Every hour of the week.
    pub fn always() -> WeekHours {
        WeekHours::of_days(0..=6, &[Interval { from: 0, to: DAY_MINUTES }])
    }

    /// Monday to Friday, 09:00 to 18:00.
    pub fn office() -> WeekHours {
        WeekHours::of_days(0..=4, &[Interval { from: 9 * 60, to: 18 * 60 }])
    }

    fn of_days(days: std::ops::RangeInclusive<usize>, hours: &[Interval]) -> WeekHours {
        let mut week = WeekHours::default();
        for (number, day) in week.days_mut().into_iter().enumerate() {
            if days.contains(&number) {
                *day = hours.to_vec();
            }
        }
        week
    }

    /// The seven days, Monday first.
    pub fn days(&self) -> [&[Interval]; 7] {
        [&self.mon, &self.tue, &self.wed, &self.thu, &self.fri, &self.sat, &self.sun]
    }

    fn days_mut(&mut self) -> [&mut Vec<Interval>; 7] {
        [&mut self.mon, &mut self.tue, &mut self.wed, &mut self.thu, &mut self.fri, &mut self.sat, &mut self.sun]
    }

    /// Refuses a week that is never open, and intervals of a day that overlap.
    pub fn validate(&self) -> Result<(), SettingError> {
        if self.days().iter().all(|day| day.is_empty()) {
            return Err(SettingError::new(
                "window_never_open",
                "the calling hours are never open: give at least one day some hours, or nobody can ever be called",
            ));
        }
        for (name, day) in NAMES.iter().zip(self.days()) {
            if day.len() > INTERVALS_MAX {
                return Err(SettingError::new(
                    "hours_too_many",
                    format!("{name} has more than {INTERVALS_MAX} intervals"),
                ));
            }
            let mut sorted = day.to_vec();
            sorted.sort_unstable();
            if let Some(pair) = sorted.windows(2).find(|pair| pair[1].from < pair[0].to) {
                return Err(SettingError::new("hours_overlap", format!("{name}: {} and {} overlap", pair[0], pair[1])));
            }
        }
        Ok(())
    }
}

fn weekday(text: &str) -> Option<usize> {
    let text = text.trim().to_ascii_lowercase();
    NAMES.iter().position(|name| *name == text)
}

/// `mon`, `mon-fri`, `sat,sun`, `sat-mon` (Saturday, Sunday, Monday) or `daily`.
fn weekdays(text: &str) -> Option<Vec<usize>> {
    if text.eq_ignore_ascii_case("daily") {
        return Some((0..7).collect());
    }
    let mut days = Vec::new();
    for part in text.split(',') {
        let (first, last) = match part.split_once('-') {
            Some((first, last)) => (weekday(first)?, weekday(last)?),
            None => (weekday(part)?, weekday(part)?),
        };
        days.extend((0..=(last + 7 - first) % 7).map(|step| (first + step) % 7));
    }
    Some(days)
}

/// As on the command line: groups of days behind `;`, each days, a blank and hours. `always` is every hour.
impl FromStr for WeekHours {
    type Err = SettingError;

    fn from_str(text: &str) -> Result<WeekHours, SettingError> {
        if text.trim().eq_ignore_ascii_case("always") {
            return Ok(WeekHours::always());
        }
        let mut week = WeekHours::default();
        for group in text.split(';').map(str::trim).filter(|group| !group.is_empty()) {
            let (days, hours) = group.split_once(char::is_whitespace).ok_or_else(|| unreadable(group))?;
            let days = weekdays(days).ok_or_else(|| {
                let shown: String = days.chars().take(60).collect();
                SettingError::new(
                    "weekday_unknown",
                    format!("\"{shown}\" are no weekdays: write mon-fri, sat,sun or daily"),
                )
            })?;
            let hours = hours.split(',').map(str::parse).collect::<Result<Vec<Interval>, SettingError>>()?;
            let all = week.days_mut();
            for day in days {
                all[day].extend(&hours);
            }
        }
        week.validate()?;
        Ok(week)
    }
}

impl fmt::Display for WeekHours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == WeekHours::always() {
            return f.write_str("always");
        }
        let days = self.days();
        let (mut first, mut separator) = (0, "");
        while first < 7 {
            let last = (first..7).take_while(|&day| days[day] == days[first]).last().unwrap_or(first);
            if !days[first].is_empty() {
                let until = if last > first { format!("-{}", NAMES[last]) } else { String::new() };
                let hours: Vec<String> = days[first].iter().map(Interval::to_string).collect();
                write!(f, "{separator}{}{until} {}", NAMES[first], hours.join(","))?;
                separator = "; ";
            }
            first = last + 1;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_hours_as_people_write_them() {
        for (text, shown) in [
            ("mon-fri 9:00-18:00", "mon-fri 09:00-18:00"),
            ("mon-fri 09:00-12:30,13:30-18:00; SAT 10:00-14:00", "mon-fri 09:00-12:30,13:30-18:00; sat 10:00-14:00"),
            ("sat-mon 10:00–24:00", "mon 10:00-24:00; sat-sun 10:00-24:00"),
            ("daily 00:00-24:00", "always"),
            ("always", "always"),
            ("mon 09:00-12:00,12:00-13:00", "mon 09:00-12:00,12:00-13:00"),
            ("mon,wed 09:00-10:00; mon 11:00-12:00", "mon 09:00-10:00,11:00-12:00; wed 09:00-10:00"),
        ] {
            let week: WeekHours = text.parse().expect(text);
            assert_eq!(week.to_string(), shown);
            assert_eq!(shown.parse::<WeekHours>().expect("reads back").days(), week.days());
        }
    }

    #[test]
    fn says_what_is_wrong_with_hours() {
        for (text, code) in [
            ("", "window_never_open"),
            ("mon 22:00-02:00", "hours_over_midnight"),
            ("mon 09:00-09:00", "hours_empty"),
            ("mon 09:00-25:00", "hours_unreadable"),
            ("mon 09:00-24:01", "hours_unreadable"),
            ("mon 9-18", "hours_unreadable"),
            ("mon 09:0-10:00", "hours_unreadable"),
            ("mon 09:00", "hours_unreadable"),
            ("mon", "hours_unreadable"),
            ("montag 09:00-18:00", "weekday_unknown"),
            ("mon 09:00-12:00,11:00-13:00", "hours_overlap"),
            ("mon-fri 09:00-12:00; wed 09:00-12:00", "hours_overlap"),
            ("mon 11:59-13:00,09:00-12:00", "hours_overlap"),
        ] {
            assert_eq!(text.parse::<WeekHours>().expect_err(text).code(), code, "{text}");
        }
        let over: SettingError = "22:00-02:00".parse::<Interval>().expect_err("over midnight");
        assert_eq!(
            over.to_string(),
            "22:00-02:00 goes over midnight: write 22:00-24:00 and, on the next day, 00:00-02:00"
        );
    }

    #[test]
    fn is_kept_as_lists_of_hours() {
        let week: WeekHours = "mon 09:00-12:00,13:00-18:00".parse().expect("reads");
        let json = serde_json::to_value(&week).expect("writes");
        assert_eq!(json["mon"], serde_json::json!(["09:00-12:00", "13:00-18:00"]));
        assert_eq!(serde_json::from_value::<WeekHours>(json).expect("reads"), week);
        assert!(serde_json::from_str::<WeekHours>(r#"{"mo":[]}"#).is_err());
        assert!(serde_json::from_str::<WeekHours>(r#"{"mon":["18:00-09:00"]}"#).is_err());
    }

    proptest! {
        /// Whatever a person types: no panic, and what is taken reads back as itself.
        #[test]
        fn what_is_taken_reads_back(text in "[a-z]{3}(-[a-z]{3})? [0-9]{1,2}:[0-9]{2}-[0-9]{1,2}:[0-9]{2}(; ?daily 2[0-3]:00-24:00)?|\\PC{0,30}") {
            if let Ok(week) = text.parse::<WeekHours>() {
                prop_assert_eq!(week.to_string().parse::<WeekHours>().expect("reads back"), week);
            }
        }
    }
}
