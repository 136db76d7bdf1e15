//! A budget that brakes before the call: the worst case is reserved before the INVITE, the true cost settled at its end.

use serde::{Deserialize, Serialize};

use super::setting_error::{SettingError, within};
use super::tariff::{Money, Tariff, TariffRow};

/// The budget of a campaign; none unless asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Budget {
    /// The most it may spend, in minor units, such as cents.
    pub limit_minor: i64,
    /// Three letters, such as EUR; for showing only.
    pub currency: String,
    /// What calls cost.
    pub tariff: Tariff,
}

/// Largest budget, in minor units.
const LIMIT_MINOR_MAX: i64 = 1_000_000_000_000;

impl Budget {
    /// Refuses a limit of nothing, a currency that is none, a tariff that can't be used.
    pub fn validate(&self) -> Result<(), SettingError> {
        within("budget_limit", "the budget in minor units", self.limit_minor, 1..=LIMIT_MINOR_MAX)?;
        if self.currency.len() != 3 || !self.currency.bytes().all(|b| b.is_ascii_uppercase()) {
            let shown: String = self.currency.chars().take(10).collect();
            return Err(SettingError::new(
                "budget_currency",
                format!("\"{shown}\" is not a currency: write three letters, such as EUR"),
            ));
        }
        self.tariff.validate()
    }

    /// The ledger of a campaign that has spent nothing.
    pub const fn ledger(&self) -> Ledger {
        Ledger { limit: Money::from_minor(self.limit_minor), spent: Money::ZERO, reserved: Money::ZERO }
    }
}

/// What a campaign has spent and what its calls at hand may still cost. The database keeps the same three numbers and reserves by one
/// conditional write: `spent + reserved + worst <= limit`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ledger {
    /// The most it may spend.
    pub limit: Money,
    /// What ended calls cost.
    pub spent: Money,
    /// The worst cases of calls that have not ended.
    pub reserved: Money,
}

/// The budget has no room for a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the budget has no room for another call: raise it, or lower the longest call")]
pub struct BudgetShort {
    /// What the call may cost.
    pub needed: Money,
    /// What is neither spent nor reserved.
    pub left: Money,
    /// Whether room may come of itself: calls at hand may cost less than is reserved for them.
    pub may_free: bool,
}

impl Ledger {
    /// What is neither spent nor reserved; never below zero.
    pub fn left(&self) -> Money {
        (self.limit - self.spent - self.reserved).max(Money::ZERO)
    }

    /// Reserves the worst case of a call before it is placed.
    pub fn reserve(&mut self, worst: Money) -> Result<(), BudgetShort> {
        let worst = worst.max(Money::ZERO);
        let left = self.left();
        if worst > left {
            let may_free = worst <= left + self.reserved;
            return Err(BudgetShort { needed: worst, left, may_free });
        }
        self.reserved = self.reserved + worst;
        Ok(())
    }

    /// Settles a call: its reservation is given back and its true cost spent. A call that cost more than was reserved (the carrier let it
    /// run on) is still written as it was; what it cost more is the answer, zero otherwise.
    pub fn settle(&mut self, reserved: Money, cost: Money) -> Money {
        let cost = cost.max(Money::ZERO);
        self.reserved = (self.reserved - reserved.max(Money::ZERO)).max(Money::ZERO);
        self.spent = self.spent + cost;
        (cost - reserved.max(Money::ZERO)).max(Money::ZERO)
    }

    /// Gives back the reservation of a call that was not placed.
    pub fn release(&mut self, reserved: Money) {
        self.settle(reserved, Money::ZERO);
    }
}

/// What calls are expected to be like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ForecastBasis {
    /// Of 1,000 attempts, answered ones (by anybody or anything: both are charged).
    pub answered_per_mille: u32,
    /// Mean talk of an answered call, in seconds.
    pub mean_talk_s: u32,
    /// Mean attempts for a contact, in thousandths: 1,500 is one and a half.
    pub attempts_per_mille: u32,
    /// Longest talk of a call, in seconds.
    pub max_talk_s: u32,
    /// Most attempts for a contact: the first and all further ones.
    pub attempts_max: u32,
}

impl ForecastBasis {
    /// Before anything is known: half of the attempts are answered, an answered call lasts a third of the longest, a contact takes half of
    /// the further attempts it may have.
    pub fn guess(max_talk_s: u32, attempts_max: u32) -> ForecastBasis {
        let attempts_max = attempts_max.max(1);
        ForecastBasis {
            answered_per_mille: 500,
            mean_talk_s: max_talk_s.div_ceil(3),
            attempts_per_mille: (attempts_max + 1).saturating_mul(500),
            max_talk_s,
            attempts_max,
        }
    }
}

/// What is left to call will cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Forecast {
    /// Likely.
    pub expected: Money,
    /// At most: every attempt made, answered, and as long as it may be.
    pub at_most: Money,
    /// Contacts whose price is not known; they are not called.
    pub unpriced: u64,
    /// Contacts that what is left of the budget is likely to reach, of those with a price; all of them without a budget.
    pub reached: u64,
}

/// Forecasts the cost of `contacts`: how many wait at each price, in the order of calling. `left`: what is left of the budget, if there is one.
pub fn forecast(contacts: &[(u64, Option<&TariffRow>)], basis: &ForecastBasis, left: Option<Money>) -> Forecast {
    let mut forecast = Forecast { expected: Money::ZERO, at_most: Money::ZERO, unpriced: 0, reached: 0 };
    for &(count, row) in contacts {
        let Some(row) = row else {
            forecast.unpriced = forecast.unpriced.saturating_add(count);
            continue;
        };
        let answered = u64::from(basis.answered_per_mille.min(1_000));
        // Both rates are in thousandths: one is divided here, the other by the product.
        let attempts = count.saturating_mul(basis.attempts_per_mille.into()).div_ceil(1_000);
        let expected = row.cost(basis.mean_talk_s).times_per_mille(attempts, answered);
        let most =
            row.worst_case(basis.max_talk_s).times_per_mille(count.saturating_mul(basis.attempts_max.into()), 1_000);
        forecast.reached = forecast.reached.saturating_add(match left {
            Some(left) => affordable(left - forecast.expected, expected, count),
            None => count,
        });
        forecast.expected = forecast.expected + expected;
        forecast.at_most = forecast.at_most + most;
    }
    forecast
}

/// How many of `count` contacts that cost `cost` together `left` is enough for.
fn affordable(left: Money, cost: Money, count: u64) -> u64 {
    if left >= cost {
        return count;
    }
    let share = i128::from(left.thousandths().max(0)) * i128::from(count) / i128::from(cost.thousandths().max(1));
    u64::try_from(share).unwrap_or(0).min(count)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn row(per_minute: i64) -> TariffRow {
        TariffRow { prefix: "1".into(), per_minute: Money::from_thousandths(per_minute), first_s: 60, next_s: 60 }
    }

    fn budget(limit_minor: i64) -> Budget {
        Budget { limit_minor, currency: "EUR".into(), tariff: Tariff { rows: vec![row(1_000)] } }
    }

    #[test]
    fn the_last_call_that_fits_is_placed_and_the_next_is_not() {
        let mut ledger = budget(10).ledger();
        let worst = row(1_000).worst_case(300);
        assert_eq!(worst, Money::from_minor(5));
        assert_eq!((ledger.reserve(worst), ledger.reserve(worst)), (Ok(()), Ok(())));
        let short = ledger.reserve(worst).expect_err("no room");
        assert_eq!((short.needed, short.left, short.may_free), (worst, Money::ZERO, true));
        assert_eq!(ledger.settle(worst, row(1_000).cost(70)), Money::ZERO);
        assert_eq!((ledger.spent, ledger.left()), (Money::from_minor(2), Money::from_minor(3)));
        ledger.release(worst);
        assert_eq!((ledger.left(), ledger.reserve(worst)), (Money::from_minor(8), Ok(())));
        ledger.settle(worst, worst);
        let short = ledger.reserve(worst).expect_err("no room");
        assert_eq!((short.left, short.may_free), (Money::from_minor(3), false), "for good");
        assert_eq!(ledger.settle(Money::ZERO, Money::from_minor(1)), Money::from_minor(1), "an overrun is told");
    }

    #[test]
    fn room_is_exact_to_a_thousandth() {
        let money = Money::from_thousandths;
        let ledger = Ledger { limit: money(10), spent: money(3), reserved: money(2) };
        assert_eq!({ ledger }.reserve(money(5)), Ok(()));
        let short = BudgetShort { needed: money(6), left: money(5), may_free: true };
        assert_eq!({ ledger }.reserve(money(6)), Err(short));
        assert!(!{ ledger }.reserve(money(8)).expect_err("too much").may_free);
    }

    #[test]
    fn a_forecast_counts_prices_attempts_and_what_is_left() {
        let (cheap, dear) = (row(1_000), row(10_000));
        let basis = ForecastBasis {
            answered_per_mille: 500,
            mean_talk_s: 100,
            attempts_per_mille: 1_500,
            max_talk_s: 300,
            attempts_max: 3,
        };
        let contacts = [(100, Some(&cheap)), (10, Some(&dear)), (7, None)];
        let all = forecast(&contacts, &basis, None);
        // 150 attempts, 75 answered, 2 cents each; 15 attempts, 7.5 answered, 20 cents each.
        assert_eq!(all.expected, Money::from_minor(150 + 150));
        assert_eq!(all.at_most, Money::from_minor(100 * 3 * 5 + 10 * 3 * 50));
        assert_eq!((all.unpriced, all.reached), (7, 110));
        let reached = |minor| forecast(&contacts, &basis, Some(Money::from_minor(minor))).reached;
        assert_eq!([0, 75, 150, 225, 300, 900].map(reached), [0, 50, 100, 105, 110, 110]);
        assert_eq!(ForecastBasis::guess(300, 3).attempts_per_mille, 2_000);
    }

    #[test]
    fn says_what_is_wrong_with_a_budget() {
        assert_eq!(budget(1).validate(), Ok(()));
        assert_eq!(budget(0).validate().expect_err("nothing").code(), "budget_limit");
        let euro = Budget { currency: "€".into(), ..budget(1) };
        assert_eq!(euro.validate().expect_err("a sign").code(), "budget_currency");
        let empty = Budget { tariff: Tariff::default(), ..budget(1) };
        assert_eq!(empty.validate().expect_err("no price").code(), "tariff_empty");
    }

    proptest! {
        /// Any number of calls at once, ending in any order at any cost up to their worst case: never overspent at any moment, and in the end
        /// what was spent is the sum of what the calls cost.
        #[test]
        fn never_overspends(limit in 0_i64..2_000_000, steps in proptest::collection::vec((0_u32..=600, 0_i64..=3_000, any::<prop::sample::Index>(), 0_u32..=600), 1..200)) {
            let mut ledger = Ledger { limit: Money::from_thousandths(limit), spent: Money::ZERO, reserved: Money::ZERO };
            let mut live: Vec<(TariffRow, u32, Money)> = Vec::new();
            let mut costs = Money::ZERO;
            for (max, price, which, talk) in steps {
                let row = row(price);
                let worst = row.worst_case(max);
                let before = ledger;
                match ledger.reserve(worst) {
                    Ok(()) => live.push((row, max, worst)),
                    Err(short) => {
                        prop_assert!(short.needed > short.left);
                        prop_assert_eq!(ledger, before, "what is refused changes nothing");
                    }
                }
                prop_assert!(ledger.spent + ledger.reserved <= ledger.limit);
                if !live.is_empty() && talk % 2 == 0 {
                    let (row, max, worst) = live.swap_remove(which.index(live.len()));
                    let cost = row.cost(talk.min(max));
                    prop_assert_eq!(ledger.settle(worst, cost), Money::ZERO);
                    costs = costs + cost;
                }
                prop_assert!(ledger.spent + ledger.reserved <= ledger.limit);
                prop_assert_eq!(ledger.reserved, live.iter().map(|(_, _, worst)| *worst).sum::<Money>());
            }
            for (_, _, worst) in live {
                ledger.release(worst);
            }
            prop_assert_eq!((ledger.spent, ledger.reserved), (costs, Money::ZERO));
        }

        /// Amounts at the end of the range never turn over into room for a call.
        #[test]
        fn the_end_of_the_range_refuses(a in any::<i64>(), b in any::<i64>(), c in any::<i64>(), worst in any::<i64>()) {
            let money = Money::from_thousandths;
            let mut ledger = Ledger { limit: money(a), spent: money(b.saturating_abs()), reserved: money(c.saturating_abs()) };
            let before = ledger;
            if ledger.reserve(money(worst)).is_ok() {
                prop_assert!(worst <= 0 || i128::from(a) >= i128::from(b.saturating_abs()) + i128::from(c.saturating_abs()) + i128::from(worst));
            } else {
                prop_assert_eq!(ledger, before);
            }
        }

        /// The forecast is never above the most it can cost, and never promises more contacts than there are.
        #[test]
        fn a_forecast_lies_within_its_bounds(counts in proptest::collection::vec((0_u64..1_000_000, 0_i64..100_000), 0..6),
            answered in 0_u32..=1_000, mean in 0_u32..=300, attempts in 1_u32..=10, left in proptest::option::of(0_i64..1_000_000))
        {
            let rows: Vec<(u64, TariffRow)> = counts.into_iter().map(|(count, price)| (count, row(price))).collect();
            let contacts: Vec<(u64, Option<&TariffRow>)> = rows.iter().map(|(count, row)| (*count, Some(row))).collect();
            let basis = ForecastBasis {
                answered_per_mille: answered, mean_talk_s: mean, attempts_per_mille: attempts * 1_000, max_talk_s: 300, attempts_max: attempts,
            };
            let forecast = forecast(&contacts, &basis, left.map(Money::from_minor));
            prop_assert!(forecast.expected <= forecast.at_most);
            let all: u64 = rows.iter().map(|(count, _)| count).sum();
            prop_assert!(forecast.reached <= all);
            prop_assert!(left.is_some() || forecast.reached == all);
        }
    }
}
