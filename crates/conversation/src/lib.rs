//! One call's talk, sans-IO: what is heard and the time go in, what to say and do comes out.
//!
//! The vocabulary ([`Input`], [`Output`]) is the whole of design section 7 from the first day, so that understanding, free talk and
//! barge-in fit in later without moving walls; the first employee ([`ScriptedTalk`]) needs only a part of it. Everything that belongs
//! to a turn carries its number: an interruption raises the number, and whatever is older is dropped.

mod event;
mod scripted;
mod transcript;

pub use event::{Action, Input, Moment, Output, TurnNumber};
pub use scripted::{Lines, ScriptedTalk};
pub use transcript::{Speaker, Turn};
