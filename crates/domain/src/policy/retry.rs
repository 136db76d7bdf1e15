//! Automatic further attempts: `busy=2x15m,no_answer=3x1h`. Off unless asked for.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::outcome::{CallOutcome, CallResult, FailureCode};

/// What may be tried again by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RetryEvent {
    /// The line was busy.
    Busy,
    /// Nobody picked up.
    NoAnswer,
    /// A technical failure that passes by itself and did not make a phone ring as far as anybody knows; `docs/adr/0003` gives the reasons.
    Failed,
    /// A machine answered. [`RetryRule`] has no setting for it; [`super::RetryPlan`] has.
    Voicemail,
}

crate::contact::coded_enum!(RetryEvent {
    Busy = 0, "busy", "Busy";
    NoAnswer = 1, "no_answer", "No answer";
    Failed = 2, "failed", "Failed";
    Voicemail = 3, "voicemail", "Voicemail";
});

impl RetryEvent {
    /// The event of an outcome, when it may be tried again at all. An interrupted call and one that ended by a
    /// fault of ours may have rung and are left to a person; a number that does not exist, a login that is wrong or a blocked caller ID stay so.
    pub fn of(outcome: CallOutcome) -> Option<RetryEvent> {
        match outcome {
            CallOutcome::Result(CallResult::Busy) => Some(RetryEvent::Busy),
            CallOutcome::Result(CallResult::NoAnswer) => Some(RetryEvent::NoAnswer),
            CallOutcome::Result(CallResult::Voicemail) => Some(RetryEvent::Voicemail),
            CallOutcome::Failure(
                FailureCode::CarrierUnreachable
                | FailureCode::NoReply
                | FailureCode::SpeechFailed
                | FailureCode::CarrierFault
                | FailureCode::CarrierOverloaded,
            ) => Some(RetryEvent::Failed),
            _ => None,
        }
    }
}

/// How often and how long after.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RetrySetting {
    /// Further attempts after the first one.
    pub attempts: u32,
    /// Seconds from the end of one attempt to the next.
    pub delay_s: u32,
}

/// The rule of a campaign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RetryRule {
    /// After busy.
    pub busy: Option<RetrySetting>,
    /// After no answer.
    pub no_answer: Option<RetrySetting>,
    /// After a technical failure.
    pub failed: Option<RetrySetting>,
}

pub(super) const ATTEMPTS_MAX: u32 = 10;
pub(super) const DELAY_S_MAX: u32 = 30 * 86_400;

impl RetryRule {
    /// The setting for an event.
    pub fn setting(&self, event: RetryEvent) -> Option<RetrySetting> {
        match event {
            RetryEvent::Busy => self.busy,
            RetryEvent::NoAnswer => self.no_answer,
            RetryEvent::Failed => self.failed,
            RetryEvent::Voicemail => None,
        }
    }

    fn slot(&mut self, event: RetryEvent) -> Option<&mut Option<RetrySetting>> {
        match event {
            RetryEvent::Busy => Some(&mut self.busy),
            RetryEvent::NoAnswer => Some(&mut self.no_answer),
            RetryEvent::Failed => Some(&mut self.failed),
            RetryEvent::Voicemail => None,
        }
    }

    /// The wait before another attempt after `outcome`, when `attempts` attempts were made so far; `None`: no further attempt.
    pub fn next_attempt(&self, outcome: CallOutcome, attempts: u32) -> Option<Duration> {
        let setting = self.setting(RetryEvent::of(outcome)?)?;
        (attempts <= setting.attempts).then(|| Duration::from_secs(setting.delay_s.into()))
    }

    /// Says in words what is out of bounds.
    pub fn validate(&self) -> Result<(), String> {
        for &event in RetryEvent::ALL {
            if let Some(setting) = self.setting(event)
                && (setting.attempts > ATTEMPTS_MAX || setting.delay_s > DELAY_S_MAX)
            {
                return Err(format!(
                    "retry {}: at most {ATTEMPTS_MAX} attempts and a delay of at most 30 days",
                    event.code()
                ));
            }
        }
        Ok(())
    }
}

/// The text is not a retry rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{part}\" is not a retry setting: write for example busy=2x15m,no_answer=3x1h,failed=1x30s")]
pub struct RetryRuleError {
    part: String,
}

impl FromStr for RetryRule {
    type Err = RetryRuleError;

    fn from_str(text: &str) -> Result<Self, RetryRuleError> {
        let mut rule = RetryRule::default();
        for part in text.split(',').map(str::trim).filter(|p| !p.is_empty()) {
            let wrong = || RetryRuleError { part: part.chars().take(60).collect() };
            let (event, setting) = parse_setting(part).ok_or_else(wrong)?;
            *rule.slot(event).ok_or_else(wrong)? = Some(setting);
        }
        Ok(rule)
    }
}

fn parse_setting(part: &str) -> Option<(RetryEvent, RetrySetting)> {
    let (event, setting) = part.split_once('=')?;
    let event = RetryEvent::from_code(event.trim())?;
    let (attempts, delay) = setting.trim().split_once('x')?;
    let setting = RetrySetting { attempts: attempts.parse().ok()?, delay_s: parse_delay(delay)? };
    (setting.attempts <= ATTEMPTS_MAX && setting.delay_s <= DELAY_S_MAX).then_some((event, setting))
}

/// `30s`, `15m`, `4h`, `1d` in seconds.
pub(super) fn parse_delay(text: &str) -> Option<u32> {
    let unit_at = text.len().checked_sub(1).filter(|&n| text.is_char_boundary(n))?;
    let (amount, unit) = text.split_at(unit_at);
    let unit_s = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        _ => return None,
    };
    amount.parse::<u32>().ok()?.checked_mul(unit_s)
}

impl fmt::Display for RetryRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut first = true;
        for &event in RetryEvent::ALL {
            if let Some(s) = self.setting(event) {
                write!(f, "{}{}={}x{}s", if first { "" } else { "," }, event.code(), s.attempts, s.delay_s)?;
                first = false;
            }
        }
        if first { f.write_str("off") } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_rules_and_names_the_faulty_part() {
        let rule: RetryRule = "busy=2x15m, no_answer=3x1h".parse().expect("reads");
        assert_eq!(rule.busy, Some(RetrySetting { attempts: 2, delay_s: 900 }));
        assert_eq!(rule.no_answer, Some(RetrySetting { attempts: 3, delay_s: 3600 }));
        assert_eq!(rule.failed, None);
        assert_eq!("".parse::<RetryRule>(), Ok(RetryRule::default()));
        for bad in
            ["busy", "busy=2", "busy=x5m", "voicemail=1x1m", "busy=2x5y", "busy=11x1m", "busy=1x99999d", "busy=1xé"]
        {
            assert!(bad.parse::<RetryRule>().is_err(), "{bad} was taken");
        }
    }

    #[test]
    fn two_retries_make_three_attempts_and_some_outcomes_none() {
        let rule: RetryRule = "busy=2x1m,failed=5x1s,no_answer=1x1s".parse().expect("reads");
        let busy = CallOutcome::Result(CallResult::Busy);
        assert_eq!([1, 2, 3].map(|n| rule.next_attempt(busy, n).is_some()), [true, true, false]);
        for never in [
            CallOutcome::Result(CallResult::Declined),
            CallOutcome::Result(CallResult::Voicemail),
            CallOutcome::Result(CallResult::OptedOut),
            CallOutcome::Failure(FailureCode::Interrupted),
            CallOutcome::Failure(FailureCode::Internal),
            CallOutcome::Failure(FailureCode::NumberNotFound),
        ] {
            assert_eq!(rule.next_attempt(never, 1), None, "{never:?}");
        }
        assert_eq!(RetryRule::default().next_attempt(busy, 1), None, "off unless asked for");
    }
}
