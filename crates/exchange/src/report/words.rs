//! Numbers, times and shares as a reader of the report wants them.

use carillon_domain::Timestamp;
use jiff::tz::TimeZone;

/// `1,000,000`.
pub(super) fn number(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut out = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    if number < 0 { format!("-{out}") } else { out }
}

/// `12.3 %`; a dash when there is nothing to take a share of.
pub(super) fn share(part: i64, of: i64) -> String {
    if of <= 0 {
        return "–".to_owned();
    }
    let thousandths = (i128::from(part) * 1_000 + i128::from(of) / 2) / i128::from(of);
    format!("{}.{} %", thousandths / 10, thousandths % 10)
}

/// `2 h 14 min`, `3 min 5 s`, `12 s`; `1 h` when nothing is over.
pub(super) fn duration(ms: u64) -> String {
    let seconds = (ms + 500) / 1_000;
    match (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60, seconds % 60) {
        (0, 0, 0, seconds) => format!("{seconds} s"),
        (0, 0, minutes, 0) => format!("{minutes} min"),
        (0, 0, minutes, seconds) => format!("{minutes} min {seconds} s"),
        (0, hours, 0, _) => format!("{hours} h"),
        (0, hours, minutes, _) => format!("{hours} h {minutes} min"),
        (days, 0, _, _) => format!("{days} d"),
        (days, hours, _, _) => format!("{days} d {hours} h"),
    }
}

/// The number at the top of an axis that reaches `most`: even, so that its half is whole, and round.
pub(super) fn axis_top(most: i64) -> i64 {
    let mut unit = 1;
    loop {
        for step in [2, 3, 4, 5, 6, 8, 10] {
            let top = step * unit;
            if top >= most && top % 2 == 0 {
                return top;
            }
        }
        unit *= 10;
    }
}

/// A time in a zone, by a `strftime` format.
pub(super) fn time(at: Timestamp, zone: &TimeZone, format: &str) -> String {
    match jiff::Timestamp::from_microsecond(at.as_micros()) {
        Ok(instant) => instant.to_zoned_datetime(zone.clone()).strftime(format).to_string(),
        Err(_) => at.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        assert_eq!(number(1_000_000), "1,000,000");
        assert_eq!(number(-12), "-12");
        assert_eq!(number(999), "999");
        assert_eq!(share(1, 3), "33.3 %");
        assert_eq!(share(2, 3), "66.7 %");
        assert_eq!(share(0, 0), "–");
        assert_eq!(duration(12_400), "12 s");
        assert_eq!(duration(185_000), "3 min 5 s");
        assert_eq!(duration(8_040_000), "2 h 14 min");
        assert_eq!((duration(3_600_000).as_str(), duration(86_400_000).as_str()), ("1 h", "1 d"));
        assert_eq!(duration(90_000_000), "1 d 1 h");
        assert_eq!([0, 1, 3, 5, 10, 11, 47, 26_975].map(axis_top), [2, 2, 4, 6, 10, 20, 50, 30_000]);
    }
}
