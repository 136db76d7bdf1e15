//! What calls cost: prices by prefix, exact in integers.

use std::collections::BTreeSet;
use std::iter::Sum;
use std::ops::{Add, Sub};

use serde::{Deserialize, Serialize};

use super::prefixes;
use super::setting_error::{SettingError, within};
use crate::phone::PhoneNumber;

/// An amount in thousandths of the currency's minor unit: 1,500 is 1.5 cents. Carriers charge fractions of a cent a minute, and a sum of
/// rounded calls would be a false one. Arithmetic stops at the ends of the range instead of turning over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Money(i64);

impl Money {
    /// Nothing.
    pub const ZERO: Money = Money(0);

    /// From minor units, such as cents.
    pub const fn from_minor(minor: i64) -> Money {
        Money(minor.saturating_mul(1_000))
    }

    /// From thousandths of a minor unit, as the database keeps them.
    pub const fn from_thousandths(thousandths: i64) -> Money {
        Money(thousandths)
    }

    /// Thousandths of a minor unit.
    pub const fn thousandths(self) -> i64 {
        self.0
    }

    /// Whole minor units, what is broken rounded up: for showing what may be spent.
    pub const fn minor_rounded_up(self) -> i64 {
        self.0.div_euclid(1_000) + if self.0.rem_euclid(1_000) > 0 { 1 } else { 0 }
    }

    pub(super) const fn times_per_mille(self, count: u64, per_mille: u64) -> Money {
        let product = (self.0 as i128).saturating_mul(count as i128).saturating_mul(per_mille as i128);
        clamped(product.div_euclid(1_000))
    }
}

const fn clamped(amount: i128) -> Money {
    if amount > i64::MAX as i128 {
        Money(i64::MAX)
    } else if amount < i64::MIN as i128 {
        Money(i64::MIN)
    } else {
        Money(amount as i64)
    }
}

impl Add for Money {
    type Output = Money;
    fn add(self, other: Money) -> Money {
        Money(self.0.saturating_add(other.0))
    }
}

impl Sub for Money {
    type Output = Money;
    fn sub(self, other: Money) -> Money {
        Money(self.0.saturating_sub(other.0))
    }
}

impl Sum for Money {
    fn sum<I: Iterator<Item = Money>>(amounts: I) -> Money {
        amounts.fold(Money::ZERO, Add::add)
    }
}

/// The price of calls to one prefix.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TariffRow {
    /// First digits in E.164 without `+`, such as `4915`; empty: every other number.
    pub prefix: String,
    /// For a minute of talk. Stored as `per_minute_thousandths`: 850 is 0.85 cents.
    #[serde(rename = "per_minute_thousandths")]
    pub per_minute: Money,
    /// Seconds charged at least; 60 in `60/1`.
    #[serde(default = "a_minute")]
    pub first_s: u32,
    /// Steps, in seconds, in which the time behind them is charged; 1 in `60/1`.
    #[serde(default = "a_minute")]
    pub next_s: u32,
}

/// The dearer guess: whoever writes no steps is charged whole minutes.
const fn a_minute() -> u32 {
    60
}

impl TariffRow {
    /// What `talk_s` seconds of talk cost, rounded up to a thousandth of the minor unit; a call that was not answered costs nothing.
    pub fn cost(&self, talk_s: u32) -> Money {
        if talk_s == 0 {
            return Money::ZERO;
        }
        let (first, next) = (u64::from(self.first_s.max(1)), u64::from(self.next_s.max(1)));
        let over = u64::from(talk_s).saturating_sub(first);
        let charged_s = first + over.div_ceil(next) * next;
        let price = i128::from(self.per_minute.thousandths().max(0)) * i128::from(charged_s);
        clamped((price + 59) / 60)
    }

    /// The most that a call of at most `max_s` seconds of talk can cost.
    pub fn worst_case(&self, max_s: u32) -> Money {
        self.cost(max_s)
    }
}

/// What calls cost, by prefix.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Tariff {
    /// The prices; the order says nothing, the longest prefix counts.
    pub rows: Vec<TariffRow>,
}

/// Dearest minute: 100,000 minor units.
const PER_MINUTE_MAX: i64 = 100_000_000;
const ROWS_MAX: usize = 50_000;

impl Tariff {
    /// The row of the longest prefix; `None`: the price of this number is not known, and it is not called under a budget.
    pub fn row(&self, number: PhoneNumber) -> Option<&TariffRow> {
        let digits = number.digits().to_string();
        self.rows.iter().filter(|row| digits.starts_with(&row.prefix)).max_by_key(|row| row.prefix.len())
    }

    /// The tariff made ready for many numbers.
    pub fn index(&self) -> TariffIndex<'_> {
        TariffIndex {
            by_prefix: self.rows.iter().filter_map(|row| Some((row.prefix.parse().ok()?, row))).collect(),
            every_other: self.rows.iter().find(|row| row.prefix.is_empty()),
        }
    }

    /// Refuses an empty tariff, prefixes that are none or stand twice, and bounds that make no sense.
    pub fn validate(&self) -> Result<(), SettingError> {
        if self.rows.is_empty() {
            return Err(SettingError::new("tariff_empty", "the tariff has no price: nobody could be called"));
        }
        if self.rows.len() > ROWS_MAX {
            return Err(SettingError::new("tariff_too_long", format!("a tariff has at most {ROWS_MAX} prices")));
        }
        let mut seen = BTreeSet::new();
        for row in &self.rows {
            let prefix: String = row.prefix.chars().take(20).collect();
            if row.prefix.len() > 15 || row.prefix.starts_with('0') || !row.prefix.bytes().all(|b| b.is_ascii_digit()) {
                return Err(SettingError::new(
                    "tariff_prefix",
                    format!(
                        "\"{prefix}\" is not a prefix: write country code and first digits without +, such as 4915"
                    ),
                ));
            }
            if !seen.insert(&row.prefix) {
                return Err(SettingError::new("tariff_prefix_twice", format!("the prefix \"{prefix}\" stands twice")));
            }
            const CODE: &str = "tariff_bounds";
            within(CODE, "the price of a minute", row.per_minute.thousandths(), 0..=PER_MINUTE_MAX)?;
            within(CODE, "the seconds charged at least", row.first_s, 1..=3_600)?;
            within(CODE, "the steps in seconds", row.next_s, 1..=3_600)?;
        }
        Ok(())
    }
}

/// A tariff in which the price of a number is found at once.
#[derive(Debug, Clone)]
pub struct TariffIndex<'a> {
    by_prefix: std::collections::HashMap<i64, &'a TariffRow>,
    every_other: Option<&'a TariffRow>,
}

impl<'a> TariffIndex<'a> {
    /// As [`Tariff::row`].
    pub fn row(&self, number: PhoneNumber) -> Option<&'a TariffRow> {
        prefixes::from_longest(number).find_map(|prefix| self.by_prefix.get(&prefix).copied()).or(self.every_other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn row(prefix: &str, per_minute: i64, first_s: u32, next_s: u32) -> TariffRow {
        TariffRow { prefix: prefix.into(), per_minute: Money::from_thousandths(per_minute), first_s, next_s }
    }

    #[test]
    fn calls_are_charged_in_their_steps() {
        for (first, next, talk, cost) in [
            (60, 60, 0, 0),
            (60, 60, 1, 1_200),
            (60, 60, 60, 1_200),
            (60, 60, 61, 2_400),
            (60, 1, 61, 1_220),
            (1, 1, 1, 20),
            (30, 6, 31, 720),
            (30, 6, 36, 720),
            (30, 6, 37, 840),
        ] {
            let row = row("49", 1_200, first, next);
            assert_eq!(row.cost(talk).thousandths(), cost, "{talk} s at {first}/{next}");
        }
        assert_eq!(row("49", 1, 1, 1).cost(1).thousandths(), 1, "what is broken is rounded up");
        assert_eq!(Money::from_thousandths(1_001).minor_rounded_up(), 2);
        assert_eq!(Money::from_minor(2).minor_rounded_up(), 2);
    }

    #[test]
    fn the_longest_prefix_counts_and_without_a_price_there_is_none() {
        let number = |digits| PhoneNumber::from_digits(digits).expect("fits");
        let tariff = Tariff { rows: vec![row("49", 1, 1, 1), row("4915", 2, 1, 1), row("1", 3, 1, 1)] };
        let price = |digits| tariff.row(number(digits)).map(|row| row.per_minute.thousandths());
        assert_eq!(
            [4_930_123_456, 491_512_345_678, 14_155_550_123, 33_612_345_678].map(price),
            [Some(1), Some(2), Some(3), None]
        );
        let rest = Tariff { rows: vec![row("", 9, 1, 1), row("49", 1, 1, 1)] };
        assert_eq!(rest.row(number(33_612_345_678)).map(|row| row.per_minute.thousandths()), Some(9));
    }

    #[test]
    fn says_what_is_wrong_with_a_tariff() {
        let refused = |rows: Vec<TariffRow>| Tariff { rows }.validate().expect_err("taken").code();
        assert_eq!(refused(vec![]), "tariff_empty");
        for prefix in ["+49", "049", "4x", "1234567890123456"] {
            assert_eq!(refused(vec![row(prefix, 1, 1, 1)]), "tariff_prefix");
        }
        assert_eq!(refused(vec![row("49", 1, 1, 1), row("49", 2, 1, 1)]), "tariff_prefix_twice");
        for bad in [row("49", -1, 1, 1), row("49", 1, 0, 1), row("49", 1, 1, 0), row("49", PER_MINUTE_MAX + 1, 1, 1)] {
            assert_eq!(refused(vec![bad]), "tariff_bounds");
        }
        let stored: Tariff =
            serde_json::from_str(r#"{"rows":[{"prefix":"","per_minute_thousandths":850}]}"#).expect("reads");
        assert_eq!((stored.validate(), stored.rows[0].cost(5).thousandths()), (Ok(()), 850));
    }

    proptest! {
        /// Index and plain search agree, and both give the longest prefix.
        #[test]
        fn every_price_is_that_of_the_longest_prefix(
            prefixes in proptest::collection::btree_set("[1-9][0-9]{0,5}", 0..40), any_other in any::<bool>(),
            digits in 1_000_000_i64..999_999_999_999_999, pick in any::<prop::sample::Index>(),
        ) {
            let mut rows: Vec<TariffRow> = prefixes.iter().map(|prefix| row(prefix, 1, 1, 1)).collect();
            if any_other {
                rows.push(row("", 1, 1, 1));
            }
            let near = rows.get(pick.index(rows.len().max(1))).and_then(|row| format!("{:0<9}", row.prefix).parse().ok());
            for digits in [Some(digits), near].into_iter().flatten().filter(|&digits| digits > 0) {
                let number = PhoneNumber::from_digits(digits).expect("fits");
                let tariff = Tariff { rows: rows.clone() };
                let found = tariff.row(number);
                prop_assert_eq!(found, tariff.index().row(number));
                let text = digits.to_string();
                let longest = rows.iter().filter(|row| text.starts_with(&row.prefix)).map(|row| row.prefix.len()).max();
                prop_assert_eq!(found.map(|row| row.prefix.len()), longest);
            }
        }

        /// No call of at most so many seconds costs more than the worst case, whatever the steps.
        #[test]
        fn the_worst_case_is_never_passed(per_minute in 0..=PER_MINUTE_MAX, first in 1_u32..=3_600, next in 1_u32..=3_600,
            max in 0_u32..=14_400, talk in 0_u32..=14_400)
        {
            let row = row("1", per_minute, first, next);
            prop_assert!(row.cost(talk.min(max)) <= row.worst_case(max));
            prop_assert!(row.cost(talk).thousandths() * 60 >= per_minute * i64::from(talk), "never less than by the second");
        }
    }
}
