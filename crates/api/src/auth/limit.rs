//! Limits in time: failed sign-ins, and requests by key.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use carillon_domain::Timestamp;

use crate::problem::{Code, Problem};

/// Counts events in a sliding window. A name that had none lately costs nothing.
#[derive(Debug)]
pub struct Window {
    most: usize,
    within: Duration,
    seen: Mutex<HashMap<String, VecDeque<Timestamp>>>,
}

/// Names remembered at most; beyond, those without recent events are dropped, then all.
const NAMES: usize = 20_000;

impl Window {
    /// At most `most` events of a name `within` this time.
    pub fn new(most: usize, within: Duration) -> Window {
        Window { most, within, seen: Mutex::default() }
    }

    /// How many seconds until the name may try again; `None`: now.
    pub fn wait(&self, name: &str, now: Timestamp) -> Option<u64> {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let times = seen.get_mut(name)?;
        drop_old(times, now, self.within);
        let first = (times.len() >= self.most).then(|| times.front().copied())??;
        Some((first + self.within).since(now).as_secs() + 1)
    }

    /// Notes an event of the name.
    pub fn note(&self, name: &str, now: Timestamp) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.len() >= NAMES {
            seen.retain(|_, times| {
                drop_old(times, now, self.within);
                !times.is_empty()
            });
            if seen.len() >= NAMES {
                seen.clear();
            }
        }
        let times = seen.entry(name.to_owned()).or_default();
        drop_old(times, now, self.within);
        if times.len() >= self.most {
            times.pop_front();
        }
        times.push_back(now);
    }

    /// Takes one event of the name back.
    fn take_back(&self, name: &str, at: Timestamp) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(times) = seen.get_mut(name) else { return };
        if let Some(place) = times.iter().rposition(|time| *time == at) {
            times.remove(place);
        }
        if times.is_empty() {
            seen.remove(name);
        }
    }

    /// Forgets the events of a name.
    pub fn forget(&self, name: &str) {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).remove(name);
    }
}

fn drop_old(times: &mut VecDeque<Timestamp>, now: Timestamp, within: Duration) {
    while times.front().is_some_and(|&at| at + within <= now) {
        times.pop_front();
    }
}

/// The limits of the API.
#[derive(Debug)]
pub struct Limits {
    /// Failed sign-ins of one name from one address: slows down a guess at one person.
    person: Window,
    /// Failed sign-ins from one address, whatever the name.
    address: Window,
    /// Failed sign-ins of one name from anywhere: slows down a guess from many machines.
    name: Window,
    /// Requests by one key.
    key: Window,
    /// Looks at the windows of sign-ins and notes in them as one step.
    signing_in: Mutex<()>,
}

/// An attempt to sign in, under way: it counts as failed until it is known to have been none, so that many at once are not many guesses.
#[derive(Debug)]
pub struct Attempt {
    login: String,
    address: String,
    at: Timestamp,
}

/// Requests that a key may make in a minute.
pub const KEY_REQUESTS_A_MINUTE: usize = 1_200;

impl Default for Limits {
    fn default() -> Self {
        let minutes = |n: u64| Duration::from_secs(n * 60);
        Limits {
            person: Window::new(5, minutes(5)),
            address: Window::new(30, minutes(5)),
            name: Window::new(50, minutes(15)),
            key: Window::new(KEY_REQUESTS_A_MINUTE, minutes(1)),
            signing_in: Mutex::default(),
        }
    }
}

impl Limits {
    /// Begins an attempt to sign in, before the password is looked at; refused after too many failed ones and beside too many under way.
    pub fn try_sign_in(&self, login: &str, address: &str, now: Timestamp) -> Result<Attempt, Problem> {
        let _one_step = self.signing_in.lock().unwrap_or_else(PoisonError::into_inner);
        let waits = [
            self.person.wait(&person(login, address), now),
            self.address.wait(address, now),
            self.name.wait(login, now),
        ];
        match waits.into_iter().flatten().max() {
            None => {
                self.person.note(&person(login, address), now);
                self.address.note(address, now);
                self.name.note(login, now);
                Ok(Attempt { login: login.to_owned(), address: address.to_owned(), at: now })
            }
            Some(seconds) => {
                let text = format!("Too many failed attempts. Try again in {seconds} seconds.");
                Err(Problem::new(Code::TooManyAttempts, text).retry_after(seconds))
            }
        }
    }

    /// The attempt was none: nobody could say whether the password is right.
    pub fn no_attempt(&self, attempt: &Attempt) {
        let Attempt { login, address, at } = attempt;
        self.person.take_back(&person(login, address), *at);
        self.address.take_back(address, *at);
        self.name.take_back(login, *at);
    }

    /// The password was right: what failed before is forgotten.
    pub fn signed_in(&self, attempt: &Attempt) {
        self.no_attempt(attempt);
        self.person.forget(&person(&attempt.login, &attempt.address));
    }

    /// How many keys made requests lately, at most.
    pub fn keys_counted(&self) -> usize {
        self.key.seen.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Counts a request by a key that there is, and refuses what is too much.
    pub fn request_by_key(&self, key: &str, now: Timestamp) -> Result<(), Problem> {
        if let Some(seconds) = self.key.wait(key, now) {
            let text = format!("This key made {KEY_REQUESTS_A_MINUTE} requests in a minute. Wait {seconds} seconds.");
            return Err(Problem::new(Code::RateLimited, text).retry_after(seconds));
        }
        self.key.note(key, now);
        Ok(())
    }
}

fn person(login: &str, address: &str) -> String {
    format!("{login}\n{address}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_slides_and_says_how_long_to_wait() {
        let window = Window::new(2, Duration::from_secs(60));
        let at = Timestamp::from_secs;
        window.note("ana", at(0));
        assert_eq!(window.wait("ana", at(1)), None);
        window.note("ana", at(10));
        assert_eq!(window.wait("ana", at(20)), Some(41));
        assert_eq!(window.wait("ben", at(20)), None);
        assert_eq!(window.wait("ana", at(60)), None, "the first one is a minute old");
        window.note("ana", at(60));
        window.forget("ana");
        assert_eq!(window.wait("ana", at(61)), None);
    }
}
