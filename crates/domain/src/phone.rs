//! Phone numbers: from the text of a file to E.164 (ITU-T E.164: at most 15 digits with the country code).

use std::collections::HashMap;
use std::fmt;
use std::ops::RangeInclusive;
use std::sync::{LazyLock, Mutex};

use serde::{Deserialize, Serialize};

/// A number in E.164: its digits, country code first, no `+`. Fits 63 bits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PhoneNumber(i64);

/// A country by its ISO 3166 letters, for numbers written without a country code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Country(phonenumber::country::Id);

impl std::str::FromStr for Country {
    type Err = UnknownCountry;

    fn from_str(text: &str) -> Result<Self, UnknownCountry> {
        text.trim()
            .to_ascii_uppercase()
            .parse()
            .map(Country)
            .map_err(|_| UnknownCountry(text.chars().take(20).collect()))
    }
}

impl Country {
    /// Every country that has numbers of its own, by its letters.
    pub fn all() -> impl Iterator<Item = Country> {
        let letters = || b'A'..=b'Z';
        letters().flat_map(move |a| letters().map(move |b| [a, b])).filter_map(|pair| {
            let country: Country = str::from_utf8(&pair).ok()?.parse().ok()?;
            (country.calling_code() > 0).then_some(country)
        })
    }

    /// Its calling code, such as 49; 0 when it has none.
    pub fn calling_code(self) -> u16 {
        phonenumber::metadata::DATABASE.by_id(self.0.as_ref()).map_or(0, phonenumber::Metadata::country_code)
    }
}

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.0)
    }
}

/// Not a country that has phone numbers.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is not a country: write two letters, such as US or DE")]
pub struct UnknownCountry(String);

/// Why a text is not a number that Carillon may call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum PhoneError {
    /// Nothing there.
    #[error("no phone number")]
    Empty,
    /// `4.15E+12`: digits are lost, so the number cannot be recovered.
    #[error("a spreadsheet turned the number into scientific notation; format the column as text and export again")]
    Mangled,
    /// Letters, or something else that is no number.
    #[error("not a phone number")]
    NotANumber,
    /// No country code in the number and no default country given.
    #[error("the number has no country code; give a default country or write it with + and country code")]
    NoCountryCode,
    /// The country code does not exist.
    #[error("the country code does not exist")]
    UnknownCountryCode,
    /// Fewer or more digits than any number of that country.
    #[error("too few or too many digits for its country")]
    WrongLength,
    /// Emergency, short, premium-rate or shared-cost numbers are never called.
    #[error("emergency, short, premium-rate and shared-cost numbers are never called")]
    Forbidden,
}

/// Longest text looked at; anything longer is no phone number.
const TEXT_MAX: usize = 64;

impl PhoneNumber {
    /// Reads a number as people write it. Numbers that are possible but outside the known ranges are taken: see
    /// [`PhoneNumber::is_known_range`].
    pub fn parse(text: &str, default_country: Option<Country>) -> Result<PhoneNumber, PhoneError> {
        let text = text.trim().trim_start_matches('\'').trim();
        if text.is_empty() {
            return Err(PhoneError::Empty);
        }
        if text.len() > TEXT_MAX {
            return Err(PhoneError::NotANumber);
        }
        if looks_mangled(text) {
            return Err(PhoneError::Mangled);
        }
        let text = text.strip_suffix(".0").unwrap_or(text);
        let text = text.strip_prefix("tel:").unwrap_or(text);
        let punctuation = |c: char| {
            matches!(c, '+' | '-' | '(' | ')' | '.' | '/' | ' ' | '\u{a0}' | '\u{2011}' | '\u{2010}' | '\u{2013}')
        };
        if !text.chars().all(|c| c.is_ascii_digit() || punctuation(c)) {
            return Err(PhoneError::NotANumber);
        }
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        if digits.is_empty() {
            return Err(PhoneError::NotANumber);
        }
        if digits.len() < 5 {
            return Err(if is_short_or_emergency(&digits) { PhoneError::Forbidden } else { PhoneError::WrongLength });
        }
        let has_plus = text.starts_with('+');
        match default_country {
            _ if has_plus => Self::international(&digits),
            Some(country) => Self::national(&digits, country),
            // `00…` and eleven or more digits can only be meant as E.164.
            None if digits.starts_with("00") => Self::international(&digits[2..]),
            None if digits.len() >= 11 && !digits.starts_with('0') => Self::international(&digits),
            None => Err(PhoneError::NoCountryCode),
        }
    }

    fn international(digits: &str) -> Result<PhoneNumber, PhoneError> {
        let number = phonenumber::parse(None, format!("+{digits}")).map_err(|e| parse_error(&e))?;
        Self::checked(&number)
    }

    fn national(digits: &str, country: Country) -> Result<PhoneNumber, PhoneError> {
        let national = phonenumber::parse(Some(country.0), digits)
            .map_err(|e| parse_error(&e))
            .and_then(|number| Self::checked(&number));
        // E.164 without its plus is common in exports: 14155550123 in a US file, 491512345678 anywhere.
        match national {
            Err(PhoneError::WrongLength | PhoneError::NotANumber) if digits.len() >= 11 && !digits.starts_with('0') => {
                Self::international(digits).or(national)
            }
            other => other,
        }
    }

    fn checked(number: &phonenumber::PhoneNumber) -> Result<PhoneNumber, PhoneError> {
        let national = number.national().to_string();
        if !possible_lengths(number.country().code())?.contains(&national.len()) {
            return Err(PhoneError::WrongLength);
        }
        let database = &*phonenumber::metadata::DATABASE;
        use phonenumber::Type;
        if matches!(
            number.number_type(database),
            Type::PremiumRate | Type::SharedCost | Type::Emergency | Type::ShortCode
        ) {
            return Err(PhoneError::Forbidden);
        }
        // North America: 900 and 976 exchanges are premium-rate whatever the tables say.
        if number.country().code() == 1 && (national.starts_with("900") || national.get(3..6) == Some("976")) {
            return Err(PhoneError::Forbidden);
        }
        let digits = format!("{}{national}", number.country().code());
        digits.parse().ok().and_then(PhoneNumber::from_digits).ok_or(PhoneError::WrongLength)
    }

    /// From E.164 digits as the database keeps them: 7 to 15 digits, not beginning with 0.
    pub const fn from_digits(digits: i64) -> Option<PhoneNumber> {
        if digits >= 1_000_000 && digits <= 999_999_999_999_999 { Some(PhoneNumber(digits)) } else { None }
    }

    /// E.164 digits without `+`.
    pub const fn digits(self) -> i64 {
        self.0
    }

    /// Whether the number lies in a range known to be in use. Others are called and flagged.
    pub fn is_known_range(self) -> bool {
        phonenumber::parse(None, self.to_string()).is_ok_and(|n| n.is_valid())
    }

    /// For logs: country code and the last two digits only.
    pub fn masked(self) -> String {
        let digits = self.0.to_string();
        format!("+{}…{}", &digits[..2], &digits[digits.len() - 2..])
    }
}

/// How many digits a national number of this country code may have. The tables of the library carry no lengths, so they are read off its
/// patterns of all known ranges: from the shortest to the longest.
fn possible_lengths(country_code: u16) -> Result<RangeInclusive<usize>, PhoneError> {
    static KNOWN: LazyLock<Mutex<HashMap<u16, Option<RangeInclusive<usize>>>>> = LazyLock::new(Mutex::default);
    // North America: the pattern also holds local forms of seven digits.
    if country_code == 1 {
        return Ok(10..=10);
    }
    let mut known = KNOWN.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    known
        .entry(country_code)
        .or_insert_with(|| lengths_of_patterns(country_code))
        .clone()
        .ok_or(PhoneError::UnknownCountryCode)
}

fn lengths_of_patterns(country_code: u16) -> Option<RangeInclusive<usize>> {
    let countries = phonenumber::metadata::DATABASE.by_code(&country_code)?;
    let mut range: Option<RangeInclusive<usize>> = None;
    for country in countries {
        let pattern = country.descriptors().general().national_number().as_str();
        let parsed = regex_syntax::ParserBuilder::new()
            .ignore_whitespace(true)
            .unicode(false)
            .utf8(false)
            .build()
            .parse(pattern)
            .ok()?;
        let (shortest, longest) = (parsed.properties().minimum_len()?, parsed.properties().maximum_len()?);
        range = Some(match range {
            None => shortest..=longest,
            Some(r) => shortest.min(*r.start())..=longest.max(*r.end()),
        });
    }
    range
}

fn parse_error(error: &phonenumber::ParseError) -> PhoneError {
    use phonenumber::ParseError;
    match error {
        ParseError::InvalidCountryCode => PhoneError::UnknownCountryCode,
        ParseError::TooShortNsn | ParseError::TooShortAfterIdd | ParseError::TooLong => PhoneError::WrongLength,
        _ => PhoneError::NotANumber,
    }
}

/// `4.15E+12`, `4,15e12`: digits, a point or comma, E, digits.
fn looks_mangled(text: &str) -> bool {
    let Some((mantissa, exponent)) = text.split_once(['e', 'E']) else { return false };
    let mantissa = mantissa.strip_prefix('+').unwrap_or(mantissa);
    let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    let number = |t: &str| !t.is_empty() && t.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | ','));
    number(mantissa) && !exponent.is_empty() && exponent.chars().all(|c| c.is_ascii_digit())
}

/// Two to four digits: nothing but emergency and service numbers is that short.
fn is_short_or_emergency(digits: &str) -> bool {
    (2..=4).contains(&digits.len())
}

/// `+14155550123`.
impl fmt::Display for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "+{}", self.0)
    }
}

/// Masked: debug output ends in logs.
impl fmt::Debug for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

impl Serialize for PhoneNumber {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for PhoneNumber {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.trim_start_matches('+')
            .parse()
            .ok()
            .and_then(PhoneNumber::from_digits)
            .ok_or_else(|| serde::de::Error::custom("not E.164"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parse(text: &str, country: Option<&str>) -> Result<String, PhoneError> {
        PhoneNumber::parse(text, country.map(|c| c.parse().expect("country"))).map(|n| n.to_string())
    }

    #[test]
    fn numbers_as_people_write_them() {
        for (text, country, expected) in [
            ("+1 415-555-0123", None, Ok("+14155550123")),
            ("(415) 555 0123", Some("US"), Ok("+14155550123")),
            ("415.555.0123", Some("us"), Ok("+14155550123")),
            ("14155550123", Some("US"), Ok("+14155550123")),
            ("14155550123", None, Ok("+14155550123")),
            ("0151 2345678", Some("DE"), Ok("+491512345678")),
            ("004930123456", None, Ok("+4930123456")),
            ("+39 06 698 1234", None, Ok("+39066981234")),
            ("'+442079460123", None, Ok("+442079460123")),
            ("4155550123.0", Some("US"), Ok("+14155550123")),
            ("tel:+14155550123", None, Ok("+14155550123")),
            ("", Some("US"), Err(PhoneError::Empty)),
            ("  ", Some("US"), Err(PhoneError::Empty)),
            ("4.15E+12", Some("US"), Err(PhoneError::Mangled)),
            ("4,15E+09", Some("US"), Err(PhoneError::Mangled)),
            ("call me", Some("US"), Err(PhoneError::NotANumber)),
            ("415-555-01x3", Some("US"), Err(PhoneError::NotANumber)),
            ("12", Some("US"), Err(PhoneError::Forbidden)),
            ("911", Some("US"), Err(PhoneError::Forbidden)),
            ("112", Some("DE"), Err(PhoneError::Forbidden)),
            ("55501", Some("US"), Err(PhoneError::WrongLength)),
            ("5550123", None, Err(PhoneError::NoCountryCode)),
            ("4155550123", None, Err(PhoneError::NoCountryCode)),
            ("+1415555012345", None, Err(PhoneError::WrongLength)),
            ("+999123456789", None, Err(PhoneError::UnknownCountryCode)),
            ("+1 900 555 0123", None, Err(PhoneError::Forbidden)),
            ("0900 1234567", Some("DE"), Err(PhoneError::Forbidden)),
        ] {
            assert_eq!(parse(text, country), expected.map(str::to_owned), "{text:?} in {country:?}");
        }
    }

    #[test]
    fn a_possible_number_outside_the_known_ranges_is_called_and_flagged() {
        let fiction = PhoneNumber::parse("+12125550123", None).expect("possible");
        assert_eq!(fiction.to_string(), "+12125550123");
        assert!(!PhoneNumber::parse("+11115550123", None).expect("possible").is_known_range());
    }

    #[test]
    fn debug_output_never_shows_the_whole_number() {
        assert!(!format!("{:?}", PhoneNumber::from_digits(14_155_550_123)).contains("5550"));
    }

    proptest! {
        /// Whatever stands in a file: no panic, and what is taken is E.164 and reads back as itself.
        #[test]
        fn what_is_taken_is_e164(text in "[0-9+() eE.,a-z-]{0,24}") {
            for country in [None, Some("US"), Some("DE"), Some("IT")] {
                if let Ok(number) = parse(&text, country) {
                    prop_assert!(number.len() >= 8 && number.len() <= 16);
                    prop_assert_eq!(parse(&number, None), Ok(number.clone()));
                }
            }
        }
    }
}
