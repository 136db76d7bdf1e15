//! Rules as pure functions: whom a campaign may call, when, how fast, from which number, for how much, how often again, and what a finished
//! call means for its contact. `now` is always an argument.
//!
//! Settings that a person chooses have serde shapes (what is absent takes the careful default, unknown keys are refused) and `validate`; a
//! [`SettingError`] has words and a stable code. What the rules decide carries its facts; `why*` turn these into sentences.

mod budget;
mod caller_id;
mod calling_window;
mod failure_brake;
mod limits;
mod local;
mod may_begin;
mod pacing;
mod prefixes;
mod ramp_up;
mod retry;
mod retry_plan;
mod setting_error;
mod settle;
mod tariff;
mod trunk_pace;
mod week_hours;
mod why;
mod why_called;
mod why_contact;
mod zones;

pub use budget::{Budget, BudgetShort, Forecast, ForecastBasis, Ledger, forecast};
pub use caller_id::{
    CallerIdChoice, CallerIdDecision, CallerIdPool, CallerIdRecord, ChosenCallerId, Rest, RestReason, RestRule,
    SHORT_CALL, choose_caller_id, rest_reason,
};
pub use calling_window::{CallingWindow, OpenHours, WindowState, WindowZone};
pub use failure_brake::{BrakeState, BrakeTrip, FailureBrake};
pub use limits::{LimitReached, MayCall, NumberHistory, NumberLimits, may_call};
pub use local::{BrokenZone, Day, NotADay, Zone};
pub use may_begin::{Held, NumberRules, may_begin};
pub use pacing::{CallOrder, Pacing};
pub use ramp_up::{RampState, RampUp};
pub use retry::{RetryEvent, RetryRule, RetryRuleError, RetrySetting};
pub use retry_plan::{DueMoved, NextAttempt, RetryPlan, RetryStep};
pub use setting_error::SettingError;
pub use settle::{
    Attempted, PUT_BACKS_MAX, Settlement, interrupted, put_back_delay, settle, settle_on_stop, settle_with,
    withdrawn_delay,
};
pub use tariff::{Money, Tariff, TariffIndex, TariffRow};
pub use trunk_pace::{TrunkPace, TrunkSignal};
pub use week_hours::{Interval, WeekHours};
pub use why::{WhyIdle, Wording};
pub use why_called::{CallCause, WhyCalled};
pub use why_contact::{WhySkipped, WhyWaiting};
pub use zones::{AmbiguousZones, ContactZones, NumberZones, ZoneHold, zones_of_number, zones_of_prefix};
