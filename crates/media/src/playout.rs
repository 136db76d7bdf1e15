//! What the employee says: a bounded queue of clips, played without a gap between them.

use std::{collections::VecDeque, sync::Arc};

use crate::{Frame, error::PlayError};

/// Clips that may wait.
pub const MAX_CLIPS: usize = 256;

/// A piece of audio to play, and the caller's name for it.
#[derive(Debug, Clone)]
pub struct Clip {
    /// 16-bit samples at 8,000 Hz.
    pub pcm: Arc<[i16]>,
    /// Comes back in [`crate::SessionEvent::Played`] and in [`Played`].
    pub tag: u32,
}

/// How far a clip was played.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Played {
    /// The clip's tag.
    pub tag: u32,
    /// Samples that were handed to the socket.
    pub samples: usize,
    /// Samples the clip has.
    pub of: usize,
}

/// What was heard of the queue when it was cleared.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Heard {
    /// The clip that was being played, if any.
    pub playing: Option<Played>,
    /// Clips behind it of which nothing was heard.
    pub dropped: usize,
}

/// The queue.
#[derive(Debug)]
pub struct Playout {
    clips: VecDeque<Clip>,
    position: usize,
}

impl Default for Playout {
    fn default() -> Self {
        Self { clips: VecDeque::with_capacity(MAX_CLIPS), position: 0 }
    }
}

impl Playout {
    /// Queues a clip.
    ///
    /// # Errors
    /// [`PlayError::QueueFull`] when [`MAX_CLIPS`] wait already.
    pub fn push(&mut self, clip: Clip) -> Result<(), PlayError> {
        if self.clips.len() >= MAX_CLIPS {
            return Err(PlayError::QueueFull);
        }
        self.clips.push_back(clip);
        Ok(())
    }

    /// Fills the next frame, with silence where nothing is queued, and calls `done` with the tag of each clip whose last
    /// sample is in it. Returns whether any of it is a clip.
    pub fn next_frame(&mut self, frame: &mut Frame, mut done: impl FnMut(u32)) -> bool {
        let mut filled = 0;
        while filled < frame.len() {
            let Some(clip) = self.clips.front() else { break };
            let rest = &clip.pcm[self.position..];
            let n = rest.len().min(frame.len() - filled);
            frame[filled..filled + n].copy_from_slice(&rest[..n]);
            filled += n;
            self.position += n;
            if self.position == clip.pcm.len() {
                done(clip.tag);
                self.clips.pop_front();
                self.position = 0;
            }
        }
        frame[filled..].fill(0);
        filled > 0
    }

    /// Drops everything and says what was heard.
    pub fn clear(&mut self) -> Heard {
        let playing = self.clips.front().filter(|_| self.position > 0).map(|clip| Played {
            tag: clip.tag,
            samples: self.position,
            of: clip.pcm.len(),
        });
        let dropped = self.clips.len() - usize::from(playing.is_some());
        self.clips.clear();
        self.position = 0;
        Heard { playing, dropped }
    }

    /// Whether nothing is queued.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.clips.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clips_join_without_a_gap_and_clearing_says_what_was_heard() {
        let mut playout = Playout::default();
        for (tag, len) in [(1, 100usize), (2, 0), (3, 400), (4, 50)] {
            playout.push(Clip { pcm: vec![tag as i16; len].into(), tag }).unwrap();
        }
        let mut frame = [9; 160];
        let mut done = Vec::new();
        assert!(playout.next_frame(&mut frame, |tag| done.push(tag)));
        assert_eq!((frame[99], frame[100]), (1, 3));
        assert_eq!(done, [1, 2]);
        assert_eq!(playout.clear(), Heard { playing: Some(Played { tag: 3, samples: 60, of: 400 }), dropped: 1 });
        assert!(!playout.next_frame(&mut frame, |_| {}));
        assert_eq!(frame, [0; 160]);
        assert_eq!(playout.clear(), Heard::default());
    }

    #[test]
    fn the_queue_is_bounded() {
        let mut playout = Playout::default();
        let clip = Clip { pcm: vec![0; 10].into(), tag: 0 };
        for _ in 0..MAX_CLIPS {
            playout.push(clip.clone()).unwrap();
        }
        assert_eq!(playout.push(clip), Err(PlayError::QueueFull));
    }
}
