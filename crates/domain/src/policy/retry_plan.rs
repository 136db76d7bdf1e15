//! Automatic further attempts in full: `no_answer=3x1h/4h/1d+next_day,busy=2x15m+other_caller_id`. What [`RetryRule`] says, and more.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize};

use super::calling_window::OpenHours;
use super::retry::{ATTEMPTS_MAX, DELAY_S_MAX, RetryEvent, RetryRule, RetrySetting, parse_delay};
use super::setting_error::SettingError;
use crate::outcome::CallOutcome;
use crate::time::Timestamp;

/// Further attempts after one kind of outcome.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RetryStep {
    /// Further attempts after the first one.
    pub attempts: u32,
    /// Seconds from the end of one attempt to the next: the first stands for the second attempt, and so on; the last for all that follow.
    #[serde(alias = "delay_s", deserialize_with = "one_or_more")]
    pub delays_s: Vec<u32>,
    /// Never on the day of the attempt before, by the contact's calendar.
    #[serde(default)]
    pub next_day: bool,
    /// From another caller ID of the pool than the attempt before.
    #[serde(default)]
    pub other_caller_id: bool,
}

/// A list of seconds, or one number as [`RetrySetting`] kept it.
fn one_or_more<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u32>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Delays {
        One(u32),
        More(Vec<u32>),
    }
    Ok(match Delays::deserialize(deserializer)? {
        Delays::One(delay) => vec![delay],
        Delays::More(delays) => delays,
    })
}

impl From<RetrySetting> for RetryStep {
    fn from(setting: RetrySetting) -> RetryStep {
        RetryStep {
            attempts: setting.attempts,
            delays_s: vec![setting.delay_s],
            next_day: false,
            other_caller_id: false,
        }
    }
}

/// The automatic further attempts of a campaign; none unless asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RetryPlan {
    /// After busy.
    pub busy: Option<RetryStep>,
    /// After no answer.
    pub no_answer: Option<RetryStep>,
    /// After a machine answered.
    pub voicemail: Option<RetryStep>,
    /// After a technical failure that passes by itself.
    pub failed: Option<RetryStep>,
}

impl From<RetryRule> for RetryPlan {
    fn from(rule: RetryRule) -> RetryPlan {
        RetryPlan {
            busy: rule.busy.map(RetryStep::from),
            no_answer: rule.no_answer.map(RetryStep::from),
            voicemail: None,
            failed: rule.failed.map(RetryStep::from),
        }
    }
}

/// What moved the next attempt behind its delay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DueMoved {
    /// Nothing.
    No,
    /// The rule that it be another day.
    NextDay,
    /// The calling hours.
    Hours,
    /// The calling hours are not open within 400 days: the time is that of the delay, and nobody calls then.
    NeverOpen,
}

/// A planned further attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NextAttempt {
    /// Which attempt it will be: 2 for the first further one.
    pub attempt: u32,
    /// Not before.
    pub due: Timestamp,
    /// Why that is later than the delay alone.
    pub moved: DueMoved,
    /// From another caller ID than the attempt before.
    pub other_caller_id: bool,
}

impl RetryPlan {
    /// The step for an event.
    pub fn step(&self, event: RetryEvent) -> Option<&RetryStep> {
        match event {
            RetryEvent::Busy => self.busy.as_ref(),
            RetryEvent::NoAnswer => self.no_answer.as_ref(),
            RetryEvent::Voicemail => self.voicemail.as_ref(),
            RetryEvent::Failed => self.failed.as_ref(),
        }
    }

    fn slot(&mut self, event: RetryEvent) -> &mut Option<RetryStep> {
        match event {
            RetryEvent::Busy => &mut self.busy,
            RetryEvent::NoAnswer => &mut self.no_answer,
            RetryEvent::Voicemail => &mut self.voicemail,
            RetryEvent::Failed => &mut self.failed,
        }
    }

    /// The next attempt after `outcome` of a call that ended at `ended`, when `tries` were made so far (1 after the first); `None`: no
    /// further one. `hours` are the contact's; without them (its zone is not known) the due time is not moved into them, and another day
    /// means 24 hours later: such a contact is not called before somebody gives its zone.
    pub fn next(
        &self,
        outcome: CallOutcome,
        tries: u32,
        ended: Timestamp,
        hours: Option<&OpenHours>,
    ) -> Option<NextAttempt> {
        let step = self.step(RetryEvent::of(outcome)?)?;
        if tries > step.attempts {
            return None;
        }
        let nth = usize::try_from(tries.saturating_sub(1)).unwrap_or(usize::MAX);
        let delay = step.delays_s.get(nth).or(step.delays_s.last()).copied()?;
        let (mut due, mut moved) = (ended + Duration::from_secs(delay.into()), DueMoved::No);
        if step.next_day {
            let day = hours.map_or(ended + Duration::from_secs(86_400), |hours| hours.next_day(ended));
            if day > due {
                (due, moved) = (day, DueMoved::NextDay);
            }
        }
        match hours.map(|hours| hours.opens(due)) {
            Some(Some(opens)) if opens > due => (due, moved) = (opens, DueMoved::Hours),
            Some(None) => moved = DueMoved::NeverOpen,
            _ => {}
        }
        Some(NextAttempt { attempt: tries.saturating_add(1), due, moved, other_caller_id: step.other_caller_id })
    }

    /// Whether the attempt after `last` is to come from another caller ID. It is asked when that attempt is placed: the outcome is kept with
    /// the contact, the choice is not.
    pub fn other_caller_id(&self, last: CallOutcome) -> bool {
        RetryEvent::of(last).and_then(|event| self.step(event)).is_some_and(|step| step.other_caller_id)
    }

    /// Refuses what is out of bounds.
    pub fn validate(&self) -> Result<(), SettingError> {
        for &event in RetryEvent::ALL {
            let Some(step) = self.step(event) else { continue };
            let wrong =
                |words: &str| Err(SettingError::new("retry_bounds", format!("retry {}: {words}", event.code())));
            if step.attempts > ATTEMPTS_MAX {
                return wrong("at most 10 further attempts");
            }
            if step.delays_s.is_empty() {
                return wrong("give at least one delay");
            }
            if step.delays_s.len() > step.attempts.max(1) as usize {
                return wrong("more delays than further attempts");
            }
            if step.delays_s.iter().any(|&delay| delay > DELAY_S_MAX) {
                return wrong("a delay is at most 30 days");
            }
        }
        Ok(())
    }
}

fn parse_step(text: &str) -> Option<RetryStep> {
    let mut parts = text.trim().split('+');
    let (attempts, delays) = parts.next()?.split_once('x')?;
    let delays_s = delays.split('/').map(parse_delay).collect::<Option<Vec<u32>>>()?;
    let mut step =
        RetryStep { attempts: attempts.trim().parse().ok()?, delays_s, next_day: false, other_caller_id: false };
    for flag in parts {
        match flag {
            "next_day" => step.next_day = true,
            "other_caller_id" => step.other_caller_id = true,
            _ => return None,
        }
    }
    Some(step)
}

impl FromStr for RetryPlan {
    type Err = SettingError;

    fn from_str(text: &str) -> Result<Self, SettingError> {
        let mut plan = RetryPlan::default();
        for part in text.split(',').map(str::trim).filter(|part| !part.is_empty() && *part != "off") {
            let read = || {
                let (event, step) = part.split_once('=')?;
                Some((RetryEvent::from_code(event.trim())?, parse_step(step)?))
            };
            let (event, step) = read().ok_or_else(|| {
                let shown: String = part.chars().take(60).collect();
                SettingError::new(
                    "retry_unreadable",
                    format!("\"{shown}\" is not a retry setting: write for example busy=2x15m,no_answer=3x1h/4h/1d+next_day,voicemail=1x1d+other_caller_id"),
                )
            })?;
            *plan.slot(event) = Some(step);
        }
        plan.validate()?;
        Ok(plan)
    }
}

impl fmt::Display for RetryPlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        for &event in RetryEvent::ALL {
            let Some(step) = self.step(event) else { continue };
            let delays: Vec<String> = step.delays_s.iter().map(|delay| format!("{delay}s")).collect();
            write!(f, "{separator}{}={}x{}", event.code(), step.attempts, delays.join("/"))?;
            f.write_str(if step.next_day { "+next_day" } else { "" })?;
            f.write_str(if step.other_caller_id { "+other_caller_id" } else { "" })?;
            separator = ",";
        }
        if separator.is_empty() { f.write_str("off") } else { Ok(()) }
    }
}

#[cfg(test)]
#[path = "retry_plan_tests.rs"]
mod tests;
