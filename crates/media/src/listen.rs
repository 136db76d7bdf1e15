//! Listeners: what hears the contact on the pacer thread, right after the jitter buffer.

use std::time::Duration;

use crate::{
    Frame,
    beep::BeepDetector,
    vad::{EnergyVad, VadConfig, VoiceChange},
};

/// Something a listener heard. `ago` counts back from the end of the frame it was told with.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ListenEvent {
    /// Speech started.
    SpeechStarted {
        /// How long before the end of this frame.
        ago: Duration,
    },
    /// Speech stopped.
    SpeechStopped {
        /// How long before the end of this frame.
        ago: Duration,
    },
    /// An answering machine's beep has ended.
    Beep {
        /// Frequency in Hz.
        hz: f32,
        /// How long it sounded.
        length: Duration,
    },
}

/// What one frame can bring: at most four events, kept without allocation.
#[derive(Debug, Clone, Copy, Default)]
pub struct ListenEvents {
    events: [Option<ListenEvent>; 4],
}

impl ListenEvents {
    /// Adds an event; beyond the fourth of one frame events are dropped (no listener has more to say about 20 ms).
    pub fn push(&mut self, event: ListenEvent) {
        if let Some(free) = self.events.iter_mut().find(|slot| slot.is_none()) {
            *free = Some(event);
        }
    }
}

impl IntoIterator for ListenEvents {
    type Item = ListenEvent;
    type IntoIter = std::iter::Flatten<std::array::IntoIter<Option<ListenEvent>, 4>>;

    fn into_iter(self) -> Self::IntoIter {
        self.events.into_iter().flatten()
    }
}

/// Hears one call, frame by frame. Runs on the pacer thread between packets of other calls: it must neither block nor
/// take longer than a small part of a millisecond; give the frames to another thread for anything heavy.
pub trait Listener: Send {
    /// Takes the next 20 ms of the contact. `lost` says that the frame is made up because nothing came.
    fn frame(&mut self, frame: &Frame, lost: bool) -> ListenEvents;
}

/// Hears nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Deaf;

impl Listener for Deaf {
    fn frame(&mut self, _frame: &Frame, _lost: bool) -> ListenEvents {
        ListenEvents::default()
    }
}

/// The ready listener: voice activity by energy and beeps. Tones are not taken for speech.
#[derive(Debug, Clone)]
pub struct Ears {
    vad: EnergyVad,
    beep: BeepDetector,
}

impl Ears {
    /// Ears with these thresholds.
    #[must_use]
    pub fn new(vad: VadConfig) -> Self {
        Self { vad: EnergyVad::new(vad), beep: BeepDetector::default() }
    }
}

impl Default for Ears {
    fn default() -> Self {
        Self::new(VadConfig::default())
    }
}

impl Listener for Ears {
    fn frame(&mut self, frame: &Frame, lost: bool) -> ListenEvents {
        let mut events = ListenEvents::default();
        let (beep, tone) = self.beep.frame(frame);
        if let Some(beep) = beep {
            events.push(ListenEvent::Beep { hz: beep.hz, length: beep.length });
        }
        match self.vad.frame(frame, !lost && !tone) {
            Some(VoiceChange::Started { ago }) => events.push(ListenEvent::SpeechStarted { ago }),
            Some(VoiceChange::Stopped { ago }) => events.push(ListenEvent::SpeechStopped { ago }),
            None => {}
        }
        events
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tones::sine;

    #[test]
    fn a_beep_is_told_as_a_beep_and_not_as_speech() {
        let mut ears = Ears::default();
        let mut audio = vec![0; 8_000];
        audio.extend(sine(1_000.0, 9_000.0, 4_000));
        audio.extend([0; 8_000]);
        let heard: Vec<ListenEvent> =
            audio.chunks_exact(160).flat_map(|frame| ears.frame(frame.try_into().unwrap(), false)).collect();
        assert!(
            matches!(heard[..], [ListenEvent::Beep { hz, length }] if (hz - 1_000.0).abs() < 5.0 && length.as_millis() == 500),
            "{heard:?}"
        );
    }
}
