//! Things known by the first digits of a phone number: the longest prefix that is known counts.

use crate::phone::PhoneNumber;

/// The prefixes of a number, the whole number first: `4930`, `493`, `49`, `4`.
pub(super) fn from_longest(number: PhoneNumber) -> impl Iterator<Item = i64> {
    std::iter::successors(Some(number.digits()), |digits| Some(digits / 10).filter(|&shorter| shorter > 0))
}

/// How many digits the calling code of a country has (ITU-T E.164, assigned codes): 1 and 7 have one, these have two, all others three.
pub(super) fn calling_code_digits(number: PhoneNumber) -> usize {
    let digits = number.digits().to_string();
    let two = matches!(
        &digits[..2],
        "20" | "27"
            | "28"
            | "30"
            | "31"
            | "32"
            | "33"
            | "34"
            | "36"
            | "39"
            | "40"
            | "41"
            | "43"
            | "44"
            | "45"
            | "46"
            | "47"
            | "48"
            | "49"
            | "51"
            | "52"
            | "53"
            | "54"
            | "55"
            | "56"
            | "57"
            | "58"
            | "60"
            | "61"
            | "62"
            | "63"
            | "64"
            | "65"
            | "66"
            | "81"
            | "82"
            | "83"
            | "84"
            | "86"
            | "89"
            | "90"
            | "91"
            | "92"
            | "93"
            | "94"
            | "95"
            | "98"
    );
    match digits.as_bytes()[0] {
        b'1' | b'7' => 1,
        _ if two => 2,
        _ => 3,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::phone::Country;

    #[test]
    fn calling_codes_are_as_long_as_every_country_s() {
        for country in Country::all() {
            let code = country.calling_code().expect("has one").to_string();
            let number: i64 = format!("{code}123456789").parse().expect("digits");
            let number = PhoneNumber::from_digits(number).expect("fits");
            assert_eq!(calling_code_digits(number), code.len(), "{country}");
        }
    }

    #[test]
    fn prefixes_shrink_to_one_digit() {
        let number = PhoneNumber::from_digits(4_930_123).expect("fits");
        let all: Vec<i64> = from_longest(number).collect();
        assert_eq!(all, [4_930_123, 493_012, 49_301, 4_930, 493, 49, 4]);
    }
}
