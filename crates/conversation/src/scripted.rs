//! The scripted employee, first cut: greeting, listening, a closing line, hang up.

use carillon_domain::CallResult;

use crate::event::{Action, Input, Moment, Output, TurnNumber};
use crate::transcript::{Speaker, Turn};

/// What the employee says in this call, variables filled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lines {
    /// Said at once when the call is answered.
    pub greeting: String,
    /// Said when the contact has spoken and fallen silent.
    pub closing: String,
    /// Said when the contact stayed silent.
    pub closing_silent: String,
    /// How long to wait for the contact's first word after the greeting.
    pub listen_ms: u32,
}

/// How long a contact may go on speaking after the greeting before the closing line is said all the same.
const ANSWER_MAX_MS: Moment = 30_000;

/// From the last sound's leaving to the hang-up: what the network and the far end's jitter buffer still hold is heard, too.
const LEAVE_AFTER_MS: Moment = 300;

/// Where the talk stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    BeforeAnswer,
    Greeting,
    /// Until the moment given the contact may begin to speak; the second moment bounds the answer.
    Listening {
        first_word_by: Moment,
        answer_by: Moment,
    },
    Closing,
    /// All is said and on its way to the contact's ear.
    Leaving {
        at: Moment,
    },
    Over,
}

/// One call's talk. Feed every input through [`ScriptedTalk::handle`]; call it with [`Input::Tick`] at [`ScriptedTalk::next_deadline`].
#[derive(Debug)]
pub struct ScriptedTalk {
    lines: Lines,
    stage: Stage,
    turn: TurnNumber,
    turns: Vec<Turn>,
    speaking: bool,
    /// Spoke after the greeting ended, or was still speaking then.
    answered: bool,
    /// The greeting was said to its end.
    greeted: bool,
    spoke: bool,
    beep: bool,
}

impl ScriptedTalk {
    /// A talk that has not begun.
    pub fn new(lines: Lines) -> Self {
        Self {
            lines,
            stage: Stage::BeforeAnswer,
            turn: 0,
            turns: Vec::new(),
            speaking: false,
            answered: false,
            greeted: false,
            spoke: false,
            beep: false,
        }
    }

    /// What came of the talk so far: a beep means a machine; else whether the contact spoke and heard the greeting out. Nearly everyone says
    /// "Hello?" on picking up: alone that is no success.
    pub fn result(&self) -> CallResult {
        if self.beep {
            CallResult::Voicemail
        } else if self.spoke && self.greeted {
            CallResult::Success
        } else {
            CallResult::NoSuccess
        }
    }

    /// What was said and heard so far.
    pub fn turns(&self) -> &[Turn] {
        &self.turns
    }

    /// When to call [`ScriptedTalk::handle`] with [`Input::Tick`] at the latest.
    pub fn next_deadline(&self) -> Option<Moment> {
        match self.stage {
            Stage::Listening { first_word_by, answer_by } => {
                Some(if self.answered || self.speaking { answer_by } else { first_word_by })
            }
            Stage::Leaving { at } => Some(at),
            _ => None,
        }
    }

    /// Takes what happened at `now` and says what to do.
    pub fn handle(&mut self, now: Moment, input: Input) -> Vec<Output> {
        let mut out = Vec::new();
        if self.stage == Stage::Over {
            return out;
        }
        match input {
            Input::Answered if self.stage == Stage::BeforeAnswer => {
                self.stage = Stage::Greeting;
                let greeting = self.lines.greeting.clone();
                self.say(now, greeting, &mut out);
            }
            // Ringback, music and announcements before the answer are nobody's words and no machine's beep.
            Input::SpeechStarted | Input::SpeechStopped | Input::Beep if self.stage == Stage::BeforeAnswer => {}
            Input::SpeechStarted => self.speech_started(now),
            Input::SpeechStopped => self.speech_stopped(now, &mut out),
            Input::Spoken { turn, heard_ms, .. } if turn == self.turn => self.spoken(now, heard_ms, &mut out),
            // Without a closing line the talk is what it was; without a greeting there was none.
            Input::SpeechFailed { turn } if turn == self.turn && self.stage == Stage::Closing => {
                self.hang_up(now, &mut out);
            }
            Input::SpeechFailed { turn } if turn == self.turn => {
                self.end(now);
                out.push(Output::Act(Action::GiveUp));
            }
            Input::Beep => {
                self.beep = true;
                out.push(Output::Cancel { turn: self.turn });
                self.hang_up(now, &mut out);
            }
            Input::HungUp => self.end(now),
            Input::Tick => self.tick(now, &mut out),
            // Words, tokens, digits: this employee does not use them. Spoken and failed speech of an older turn are stale.
            _ => {}
        }
        out
    }

    fn say(&mut self, now: Moment, text: String, out: &mut Vec<Output>) {
        self.turn += 1;
        self.turns.push(Turn { speaker: Speaker::Employee, text: Some(text.clone()), start_ms: now, end_ms: None });
        out.push(Output::Say { turn: self.turn, text, interruptible: false });
    }

    fn speech_started(&mut self, now: Moment) {
        self.speaking = true;
        self.spoke = true;
        self.turns.push(Turn { speaker: Speaker::Contact, text: None, start_ms: now, end_ms: None });
        if matches!(self.stage, Stage::Listening { .. }) {
            self.answered = true;
        }
    }

    fn speech_stopped(&mut self, now: Moment, out: &mut Vec<Output>) {
        self.speaking = false;
        self.close_turn(Speaker::Contact, now);
        if self.answered && matches!(self.stage, Stage::Listening { .. }) {
            self.close(now, out);
        }
    }

    fn spoken(&mut self, now: Moment, heard_ms: u32, out: &mut Vec<Output>) {
        if let Some(turn) = self.turns.iter_mut().rev().find(|t| t.speaker == Speaker::Employee) {
            turn.end_ms = Some(turn.start_ms + Moment::from(heard_ms));
        }
        match self.stage {
            Stage::Greeting => {
                self.greeted = true;
                self.stage = Stage::Listening {
                    first_word_by: now + Moment::from(self.lines.listen_ms),
                    answer_by: now + ANSWER_MAX_MS,
                };
                self.answered = self.speaking;
                out.push(Output::Listen);
            }
            Stage::Closing => self.stage = Stage::Leaving { at: now + LEAVE_AFTER_MS },
            _ => {}
        }
    }

    fn tick(&mut self, now: Moment, out: &mut Vec<Output>) {
        if self.next_deadline().is_none_or(|at| at > now) {
            return;
        }
        match self.stage {
            Stage::Leaving { .. } => self.hang_up(now, out),
            _ => self.close(now, out),
        }
    }

    fn close(&mut self, now: Moment, out: &mut Vec<Output>) {
        self.stage = Stage::Closing;
        let line = if self.spoke { &self.lines.closing } else { &self.lines.closing_silent };
        let line = line.clone();
        self.say(now, line, out);
    }

    fn hang_up(&mut self, now: Moment, out: &mut Vec<Output>) {
        self.end(now);
        out.push(Output::Act(Action::HangUp { result: self.result() }));
    }

    fn end(&mut self, now: Moment) {
        self.stage = Stage::Over;
        self.close_turn(Speaker::Contact, now);
        self.close_turn(Speaker::Employee, now);
    }

    fn close_turn(&mut self, speaker: Speaker, now: Moment) {
        if let Some(turn) = self.turns.iter_mut().rev().find(|t| t.speaker == speaker && t.end_ms.is_none()) {
            turn.end_ms = Some(now);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn talk() -> ScriptedTalk {
        ScriptedTalk::new(Lines {
            greeting: "hello".into(),
            closing: "thanks".into(),
            closing_silent: "nobody there".into(),
            listen_ms: 5_000,
        })
    }

    fn say(turn: TurnNumber, text: &str) -> Output {
        Output::Say { turn, text: text.into(), interruptible: false }
    }

    fn spoken(turn: TurnNumber) -> Input {
        Input::Spoken { turn, heard_ms: 900, whole: true }
    }

    fn hang_up(result: CallResult) -> Output {
        Output::Act(Action::HangUp { result })
    }

    #[test]
    fn greets_listens_closes_and_hangs_up() {
        let mut t = talk();
        assert_eq!(t.handle(0, Input::Answered), [say(1, "hello")]);
        assert_eq!(t.handle(900, spoken(1)), [Output::Listen]);
        assert_eq!(t.handle(1_500, Input::SpeechStarted), []);
        assert_eq!(t.handle(3_000, Input::SpeechStopped), [say(2, "thanks")]);
        assert_eq!(t.handle(3_950, spoken(2)), [], "the far end has not heard the last of it yet");
        assert_eq!(t.next_deadline(), Some(4_250));
        assert_eq!(t.handle(4_250, Input::Tick), [hang_up(CallResult::Success)]);
        let heard = t.turns().iter().map(|x| (x.speaker, x.start_ms, x.end_ms)).collect::<Vec<_>>();
        let (employee, contact) = (Speaker::Employee, Speaker::Contact);
        assert_eq!(heard, [(employee, 0, Some(900)), (contact, 1_500, Some(3_000)), (employee, 3_000, Some(3_900))]);
    }

    #[test]
    fn a_hello_at_pick_up_is_not_yet_the_answer() {
        let mut t = talk();
        t.handle(0, Input::Answered);
        t.handle(100, Input::SpeechStarted);
        t.handle(600, Input::SpeechStopped);
        assert_eq!(t.handle(900, spoken(1)), [Output::Listen]);
        assert_eq!(t.next_deadline(), Some(5_900));
        t.handle(2_000, Input::SpeechStarted);
        assert_eq!(t.handle(3_000, Input::SpeechStopped), [say(2, "thanks")]);
    }

    #[test]
    fn a_silent_contact_is_told_goodbye_and_is_no_success() {
        let mut t = talk();
        t.handle(0, Input::Answered);
        t.handle(900, spoken(1));
        assert_eq!(t.handle(5_899, Input::Tick), []);
        assert_eq!(t.handle(5_900, Input::Tick), [say(2, "nobody there")]);
        t.handle(7_000, spoken(2));
        assert_eq!(t.handle(7_300, Input::Tick), [hang_up(CallResult::NoSuccess)]);
    }

    #[test]
    fn an_employee_that_cannot_speak_gives_up_unless_the_talk_is_over() {
        let mut t = talk();
        t.handle(0, Input::Answered);
        assert_eq!(t.handle(10, Input::SpeechFailed { turn: 1 }), [Output::Act(Action::GiveUp)]);
        let mut t = talk();
        t.handle(0, Input::Answered);
        t.handle(900, spoken(1));
        t.handle(1_500, Input::SpeechStarted);
        t.handle(3_000, Input::SpeechStopped);
        assert_eq!(t.handle(3_010, Input::SpeechFailed { turn: 2 }), [hang_up(CallResult::Success)]);
    }

    #[test]
    fn a_beep_means_voicemail_also_when_it_crosses_the_closing_line() {
        let mut t = talk();
        t.handle(0, Input::Answered);
        t.handle(100, Input::SpeechStarted);
        t.handle(900, spoken(1));
        t.handle(4_000, Input::SpeechStopped);
        assert_eq!(t.handle(4_100, Input::Beep), [Output::Cancel { turn: 2 }, hang_up(CallResult::Voicemail)]);
        assert_eq!(t.handle(4_200, spoken(2)), [], "what comes after the end changes nothing");
    }

    #[test]
    fn what_sounds_before_the_answer_is_nobodys_word() {
        let mut t = talk();
        for sound in [Input::SpeechStarted, Input::Beep, Input::SpeechStopped] {
            assert_eq!(t.handle(0, sound), []);
        }
        assert_eq!((t.result(), t.turns()), (CallResult::NoSuccess, [].as_slice()));
        assert_eq!(t.handle(0, Input::Answered), [say(1, "hello")]);
    }

    #[test]
    fn a_hang_up_in_the_greeting_is_no_success_and_stale_sound_is_ignored() {
        let mut t = talk();
        t.handle(0, Input::Answered);
        assert_eq!(t.handle(100, spoken(7)), []);
        t.handle(150, Input::SpeechStarted);
        t.handle(250, Input::SpeechStopped);
        assert_eq!(t.handle(300, Input::HungUp), []);
        assert_eq!(t.result(), CallResult::NoSuccess);
        assert_eq!(t.turns()[0].end_ms, Some(300));
    }

    proptest! {
        /// Whatever the contact does, the employee hangs up in the end, once, and never speaks after it.
        #[test]
        fn every_talk_ends(steps in prop::collection::vec((0u64..4_000, 0u8..5), 0..40)) {
            let mut t = talk();
            let (mut now, mut hang_ups, mut said) = (0, 0, 0);
            let mut pending: Vec<Output> = t.handle(0, Input::Answered);
            let mut steps = steps.into_iter();
            for _ in 0..200 {
                for output in std::mem::take(&mut pending) {
                    prop_assert_eq!(hang_ups, 0);
                    match output {
                        Output::Say { turn, .. } => { said += 1; now += 900; pending.extend(t.handle(now, spoken(turn))); }
                        Output::Act(_) => hang_ups += 1,
                        _ => {}
                    }
                }
                let input = match steps.next() {
                    Some((wait, kind)) => { now += wait; [Input::SpeechStarted, Input::SpeechStopped, Input::Digit('1'), Input::Tick, Input::Answered][usize::from(kind)].clone() }
                    None => { let Some(at) = t.next_deadline() else { break }; now = now.max(at); Input::Tick }
                };
                pending.extend(t.handle(now, input));
            }
            for output in pending { if let Output::Act(_) = output { hang_ups += 1; } }
            prop_assert_eq!(hang_ups, 1);
            prop_assert!(said <= 2);
        }
    }
}
