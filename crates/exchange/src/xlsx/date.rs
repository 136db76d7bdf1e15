//! Serial numbers to dates. A workbook keeps a date as days since the end of 1899 (or since 1904), shown by its cell's format.

use jiff::civil::{Date, date};

/// `2026-11-24`, `2026-11-24 14:30` or, for less than a day, `14:30`; `None` for numbers that are no date.
pub(super) fn date_text(serial: f64, since_1904: bool) -> Option<String> {
    if !(0.0..3_000_000.0).contains(&serial) {
        return None;
    }
    let minutes = (serial.fract() * 1440.0).round();
    #[expect(clippy::cast_possible_truncation, reason = "both are below 3,000,000 as checked")]
    let (days, minutes) = (serial.trunc() as i64, minutes as i64);
    let clock = format!("{:02}:{:02}", minutes / 60 % 24, minutes % 60);
    if days == 0 && !since_1904 {
        return Some(clock);
    }
    // Lotus took 1900 for a leap year, and all others after it: serial 60 is a day that never was.
    let start: Date = if since_1904 {
        date(1904, 1, 1)
    } else if days < 60 {
        date(1899, 12, 31)
    } else {
        date(1899, 12, 30)
    };
    let day = start.checked_add(jiff::Span::new().try_days(days + minutes / 1440).ok()?).ok()?;
    Some(if minutes % 1440 == 0 { day.to_string() } else { format!("{day} {clock}") })
}

#[cfg(test)]
mod tests {
    use super::date_text;

    #[test]
    fn serial_numbers_are_the_dates_that_a_spreadsheet_shows() {
        assert_eq!(date_text(46350.0, false).as_deref(), Some("2026-11-24"));
        assert_eq!(date_text(46_350.604_166_666, false).as_deref(), Some("2026-11-24 14:30"));
        assert_eq!(date_text(0.604_166_666, false).as_deref(), Some("14:30"));
        assert_eq!(date_text(1.0, false).as_deref(), Some("1900-01-01"));
        assert_eq!(date_text(44888.0, true).as_deref(), Some("2026-11-24"));
        assert_eq!(date_text(-1.0, false), None);
    }
}
