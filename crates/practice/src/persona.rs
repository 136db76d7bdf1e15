//! Who answers: the personas, the numbers behind which they live, and seeded mixes.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How a simulated person takes a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Persona {
    /// Answers, says hello, listens, answers with a line or two, says goodbye.
    Talks,
    /// Like [`Persona::Talks`], but asks back first.
    AsksBack,
    /// Like [`Persona::Talks`], but speaks while the caller speaks.
    Interrupts,
    /// Asks never to be called again and hangs up.
    OptsOut,
    /// A machine: greeting, beep, then it records in silence.
    Voicemail,
    /// Answers and says nothing; RTP carries silence.
    Silent,
    /// Answers and hangs up at once.
    HangsUp,
    /// 183 with ringback as early media, then answers and talks.
    EarlyMedia,
    /// Answers, but no RTP ever comes.
    NoAudio,
    /// 486.
    Busy,
    /// Rings until the caller gives up.
    NoAnswer,
    /// Rings, then 603.
    Declined,
    /// 404: the number does not exist.
    NotFound,
    /// 503: the trunk is overloaded.
    Overloaded,
}

/// One row of [`TABLE`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// The last two digits of the number.
    pub digits: u8,
    /// Who answers there.
    pub persona: Persona,
    /// What happens, in words.
    pub what: &'static str,
}

const fn row(digits: u8, persona: Persona, what: &'static str) -> Row {
    Row { digits, persona, what }
}

/// Who lives behind which last two digits. Everybody else talks.
pub const TABLE: [Row; 13] = [
    row(1, Persona::Busy, "busy: 486"),
    row(2, Persona::NoAnswer, "rings until the caller gives up"),
    row(3, Persona::Declined, "rings, then declines: 603"),
    row(4, Persona::NotFound, "the number does not exist: 404"),
    row(5, Persona::Overloaded, "the trunk is overloaded: 503"),
    row(6, Persona::Voicemail, "a machine with greeting and beep"),
    row(7, Persona::Silent, "answers and says nothing"),
    row(8, Persona::HangsUp, "answers and hangs up at once"),
    row(9, Persona::EarlyMedia, "early media with ringback, answers late, talks"),
    row(10, Persona::AsksBack, "talks, but asks back first"),
    row(11, Persona::Interrupts, "talks while the caller talks"),
    row(12, Persona::OptsOut, "asks never to be called again"),
    row(13, Persona::NoAudio, "answers, but no audio ever comes"),
];

/// The table for people: one line per pair of digits.
#[must_use]
pub fn table() -> String {
    use fmt::Write as _;
    let mut out = String::from("last two digits  what happens\n");
    for row in TABLE {
        // Writing to a string cannot fail.
        writeln!(out, "             {:02}  {}", row.digits, row.what).ok();
    }
    out.push_str("       any other  answers and talks\n");
    out
}

/// Shares of personas in a mix; they need not add up to 100.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mix {
    /// Each persona with its weight. An empty mix, or one of zeros, talks.
    pub weights: Vec<(Persona, u32)>,
}

impl Default for Mix {
    /// The demo's mix: mostly people who talk, and of everything else a little.
    fn default() -> Self {
        use Persona::{
            AsksBack, Busy, Declined, EarlyMedia, HangsUp, Interrupts, NoAnswer, NotFound, OptsOut, Silent, Talks,
            Voicemail,
        };
        let weights = vec![
            (Talks, 50),
            (AsksBack, 8),
            (Interrupts, 4),
            (EarlyMedia, 4),
            (OptsOut, 2),
            (Voicemail, 10),
            (NoAnswer, 7),
            (Busy, 6),
            (Declined, 3),
            (NotFound, 2),
            (HangsUp, 2),
            (Silent, 2),
        ];
        Self { weights }
    }
}

/// How personas are chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    /// By the last two digits of the number ([`TABLE`]).
    Digits,
    /// By number and seed, with these weights: the same number is the same person as long as the seed is.
    Mix {
        /// Another seed, other people.
        seed: u64,
        /// Who there is.
        mix: Mix,
    },
}

/// Somebody who takes a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Person {
    /// How they take it.
    pub persona: Persona,
    /// A number of their own: voice, words and patience come from it.
    pub nature: u64,
}

impl Choice {
    /// Who answers at a number, as it was dialled. Only its digits count, of them the last ten, so that dial formats change
    /// nobody.
    #[must_use]
    pub fn person(&self, number: &str) -> Person {
        let digits: Vec<u8> = number.bytes().filter(u8::is_ascii_digit).collect();
        let last_ten = &digits[digits.len().saturating_sub(10)..];
        match self {
            Self::Digits => {
                let last_two = last_ten.iter().rev().take(2).rev().fold(0, |sum, digit| sum * 10 + (digit - b'0'));
                let row = TABLE.iter().find(|row| digits.len() >= 2 && row.digits == last_two);
                Person { persona: row.map_or(Persona::Talks, |row| row.persona), nature: hash(0, last_ten) }
            }
            Self::Mix { seed, mix } => {
                let nature = hash(*seed, last_ten);
                let sum: u64 = mix.weights.iter().map(|(_, weight)| u64::from(*weight)).sum();
                let mut at = if sum == 0 { 0 } else { (nature >> 8) % sum };
                let persona = mix.weights.iter().find_map(|(persona, weight)| {
                    if at < u64::from(*weight) {
                        return Some(*persona);
                    }
                    at -= u64::from(*weight);
                    None
                });
                Person { persona: persona.unwrap_or(Persona::Talks), nature }
            }
        }
    }
}

/// FNV-1a with a final mix, written out so that a seed means the same people in every version.
fn hash(seed: u64, bytes: &[u8]) -> u64 {
    let mut state = 0xCBF2_9CE4_8422_2325u64;
    for byte in seed.to_le_bytes().iter().chain(bytes) {
        state = (state ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01B3);
    }
    state ^= state >> 33;
    state = state.wrapping_mul(0xFF51_AFD7_ED55_8CCD);
    state ^ (state >> 33)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_two_digits_choose_in_every_dial_format() {
        for (number, persona) in [
            ("+12025550101", Persona::Busy),
            ("12025550104", Persona::NotFound),
            ("9,2025550106", Persona::Voicemail),
            ("2025550100", Persona::Talks),
            ("2025550199", Persona::Talks),
            ("1", Persona::Talks),
            ("", Persona::Talks),
            ("bob", Persona::Talks),
        ] {
            assert_eq!(Choice::Digits.person(number).persona, persona, "{number}");
        }
        let nature = |number| Choice::Digits.person(number).nature;
        assert_eq!(nature("+12025550101"), nature("0012025550101"));
        let page = include_str!("../../../docs/guides/practice.md");
        assert!(page.contains(&table()), "docs/guides/practice.md lacks this table:\n{}", table());
    }

    #[test]
    fn a_mix_keeps_its_shares_and_a_seed_its_people() {
        let choice = Choice::Mix { seed: 7, mix: Mix::default() };
        let numbers: Vec<String> = (0..10_000).map(|n| format!("+1202{:07}", 5_550_000 + n)).collect();
        let count =
            |choice: &Choice, persona| numbers.iter().filter(|number| choice.person(number).persona == persona).count();
        assert!((4_700..5_300).contains(&count(&choice, Persona::Talks)));
        assert!((850..1_150).contains(&count(&choice, Persona::Voicemail)));
        assert_eq!(count(&choice, Persona::NoAudio), 0);
        let other = Choice::Mix { seed: 8, mix: Mix::default() };
        assert!(numbers.iter().any(|number| choice.person(number) != other.person(number)));
        assert_eq!(choice.person(&numbers[5]), choice.person(numbers[5].trim_start_matches('+')));
        let nobody = Choice::Mix { seed: 7, mix: Mix { weights: Vec::new() } };
        assert_eq!(nobody.person("12").persona, Persona::Talks);
    }

    #[test]
    fn a_seed_means_the_same_people_in_every_version() {
        let choice = Choice::Mix { seed: 1, mix: Mix::default() };
        assert_eq!(choice.person("+12025550123").nature, 12_424_874_949_923_737_118);
    }
}
