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

impl Country {
    /// The country's calling code (49 for Germany).
    pub fn calling_code(self) -> Option<u16> {
        database().by_id(self.0.as_ref()).map(phonenumber::Metadata::country_code)
    }

    /// Whether numbers are dialled with a 0 before them inside the country (0151… in Germany; not in Italy, where a 0 is part of the number).
    pub fn dials_zero_first(self) -> bool {
        database().by_id(self.0.as_ref()).and_then(phonenumber::Metadata::national_prefix) == Some("0")
    }
}

impl Serialize for Country {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Country {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

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
            country.calling_code().map(|_| country)
        })
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
        let text = text.trim_matches(is_margin).trim_start_matches('\'').trim_matches(is_margin);
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
        if let Some(national) = digits.strip_prefix('1')
            && let Some(answer) = Self::north_american(national)
        {
            return answer;
        }
        let number = phonenumber::parse_with(database(), None, format!("+{digits}")).map_err(|e| parse_error(&e))?;
        Self::checked(&number)
    }

    /// Ten digits of North America need no tables: whatever country of +1 they lie in, nothing is taken off them, and what is never called is
    /// told by the first or second three digits. The tables have 25 countries there and look through most of them, twice a number. A test
    /// holds this equal to the tables; `None` leaves a number to them.
    fn north_american(national: &str) -> Option<Result<PhoneNumber, PhoneError>> {
        if national.len() != 10 || !national.starts_with(|digit| ('2'..='9').contains(&digit)) {
            return None;
        }
        if is_north_american_premium(national) {
            return Some(Err(PhoneError::Forbidden));
        }
        let number = national.parse::<i64>().ok().and_then(|digits| Self::from_digits(10_000_000_000 + digits));
        Some(number.ok_or(PhoneError::WrongLength))
    }

    fn national(digits: &str, country: Country) -> Result<PhoneNumber, PhoneError> {
        if country.calling_code() == Some(1)
            && let Some(answer) =
                Self::north_american(digits.strip_prefix('1').filter(|_| digits.len() == 11).unwrap_or(digits))
        {
            return answer;
        }
        let national = phonenumber::parse_with(database(), Some(country.0), digits)
            .map_err(|e| parse_error(&e))
            .and_then(|number| Self::checked(&number));
        // E.164 without its plus is common in exports: 14155550123 in a US file, 491512345678 anywhere.
        match national {
            Err(PhoneError::WrongLength | PhoneError::NotANumber) if digits.len() >= 11 && !digits.starts_with('0') => {
                Self::international(digits).or(national)
            }
            // 0049… in a file of a country that dials 011: nothing else begins so.
            Err(PhoneError::WrongLength | PhoneError::NotANumber) if digits.starts_with("00") => {
                Self::international(&digits[2..]).or(national)
            }
            other => other,
        }
    }

    fn checked(number: &phonenumber::PhoneNumber) -> Result<PhoneNumber, PhoneError> {
        let national = number.national().to_string();
        // No area code of North America begins with 0: it is the trunk prefix of another country.
        if number.country().code() == 1 && national.starts_with('0') {
            return Err(PhoneError::NotANumber);
        }
        if !possible_lengths(number.country().code())?.contains(&national.len()) {
            return Err(PhoneError::WrongLength);
        }
        if is_never_called(number, &national) {
            return Err(PhoneError::Forbidden);
        }
        if number.country().code() == 1 && is_north_american_premium(&national) {
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
        phonenumber::parse_with(database(), None, self.to_string()).is_ok_and(|n| n.is_valid_with(database()))
    }

    /// Whether the first digits say where the phone is: landlines, and mobiles of countries that give them area codes (North America,
    /// Mexico, Argentina, Brazil). A mobile of Australia or Russia may be anywhere there, whatever its first digits.
    pub(crate) fn tells_its_place(self) -> bool {
        use phonenumber::Type;
        if matches!(self.0, 10_000_000_000..=19_999_999_999) {
            return true;
        }
        let Ok(number) = phonenumber::parse_with(database(), None, self.to_string()) else { return false };
        match number.number_type(database()) {
            Type::FixedLine | Type::FixedLineOrMobile => true,
            kind => kind == Type::Mobile && matches!(number.country().code(), 52 | 54 | 55),
        }
    }

    /// As people write it: `+49 1512 345678`. For showing only.
    pub fn international_format(self) -> String {
        match phonenumber::parse_with(database(), None, self.to_string()) {
            Ok(number) => number.format_with(database()).mode(phonenumber::Mode::International).to_string(),
            Err(_) => self.to_string(),
        }
    }

    /// For logs: country code and the last two digits only.
    pub fn masked(self) -> String {
        let digits = self.0.to_string();
        format!("+{}…{}", &digits[..2], &digits[digits.len() - 2..])
    }
}

/// The tables of the library, with room for every pattern in them. As they come, they keep the 100 patterns used last, compiled; the 25
/// countries of +1 alone have more, so that nearly every number compiled patterns anew (68 µs a number; with room: see
/// `examples/phone_speed.rs`).
fn database() -> &'static phonenumber::metadata::Database {
    static ROOMY: LazyLock<&'static phonenumber::metadata::Database> = LazyLock::new(|| {
        let database = &*phonenumber::metadata::DATABASE;
        database.cache().lock().unwrap_or_else(std::sync::PoisonError::into_inner).set_capacity(PATTERNS_MAX);
        database
    });
    &ROOMY
}

/// More than the tables hold (about 3,600 with all formats), of which a file uses those of its countries.
const PATTERNS_MAX: usize = 10_000;

/// Blanks, and the marks for the direction of writing that numbers copied from an address book carry.
fn is_margin(ch: char) -> bool {
    ch.is_whitespace()
        || matches!(ch, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// Premium-rate or shared-cost by the tables. Finding a number's kind tries ten patterns of each country of its code, so it is asked only
/// when a pattern of these two kinds fits.
fn is_never_called(number: &phonenumber::PhoneNumber, national: &str) -> bool {
    use phonenumber::Type;
    let fits = |country: &&phonenumber::Metadata| {
        let kinds = [country.descriptors().premium_rate(), country.descriptors().shared_cost()];
        kinds.into_iter().flatten().any(|kind| kind.is_match(national))
    };
    database().by_code(&number.country().code()).is_some_and(|countries| countries.iter().any(fits))
        && matches!(number.number_type(database()), Type::PremiumRate | Type::SharedCost)
}

/// North America: 900 and 976 exchanges are premium-rate whatever the tables say.
fn is_north_american_premium(national: &str) -> bool {
    national.starts_with("900") || national.get(3..6) == Some("976")
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
    let countries = database().by_code(&country_code)?;
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
            ("\u{202d}+1 415-555-0123\u{202c}", None, Ok("+14155550123")),
            ("06 12 34 56 79", Some("US"), Err(PhoneError::NotANumber)),
            ("0048500123456", Some("US"), Ok("+48500123456")),
            ("491512345678", Some("DE"), Ok("+491512345678")),
            ("1512345678", Some("DE"), Ok("+491512345678")),
            ("393391234567", Some("IT"), Ok("+393391234567")),
            ("33612345678", Some("FR"), Ok("+33612345678")),
            ("447912345678", Some("GB"), Ok("+447912345678")),
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

    /// The short way for +1 gives what the tables give, in every area code, for all shapes of exchange.
    #[test]
    fn north_american_numbers_come_out_as_from_the_tables() {
        for area in 200..1_000 {
            for line in ["5550123", "0550123", "1110000", "9765550", "2000000", "8881234", "4567890", "7310000"] {
                let national = format!("{area}{line}");
                let by_tables = phonenumber::parse(None, format!("+1{national}"))
                    .map_err(|error| parse_error(&error))
                    .and_then(|number| PhoneNumber::checked(&number));
                assert_eq!(PhoneNumber::north_american(&national), Some(by_tables), "+1 {national}");
                for country in ["US", "CA", "JM", "PR"] {
                    let id: Country = country.parse().expect("country");
                    let number = phonenumber::parse(Some(id.0), &national).expect("parses");
                    assert_eq!(PhoneNumber::checked(&number), by_tables, "{national} in {country}");
                    assert_eq!(PhoneNumber::parse(&national, Some(id)), by_tables, "{national} in {country}");
                    assert_eq!(PhoneNumber::parse(&format!("1{national}"), Some(id)), by_tables);
                }
            }
        }
    }

    /// What is refused is what the tables call premium-rate or shared-cost: over every country's patterns, number by number.
    #[test]
    fn never_called_is_what_the_tables_say() {
        use phonenumber::Type;
        let mut refused = 0;
        for code in [33, 34, 39, 41, 43, 44, 46, 48, 49, 61, 81, 353, 358, 420] {
            for head in 0..1_000 {
                let Ok(number) = phonenumber::parse(None, format!("+{code}{head:03}123456")) else { continue };
                let kind = number.number_type(database());
                let never = matches!(kind, Type::PremiumRate | Type::SharedCost | Type::Emergency | Type::ShortCode);
                assert_eq!(is_never_called(&number, &number.national().to_string()), never, "{number:?} is {kind:?}");
                refused += u32::from(never);
            }
        }
        assert!(refused > 100, "{refused} refused");
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
