//! A disk that hangs: a FIFO that nobody reads holds the writer as it opens the file.

use std::path::Path;

use super::*;
use crate::SILENCE;

fn fifo(path: &Path) {
    assert!(std::process::Command::new("mkfifo").arg(path).status().unwrap().success());
}

/// Lets go of the writer that hangs on this FIFO.
fn release(path: PathBuf) -> JoinHandle<()> {
    thread::spawn(move || drop(std::fs::read(path).unwrap()))
}

#[tokio::test]
async fn a_disk_that_hangs_holds_no_call_and_memory_stays_bounded() {
    let folder = tempfile::tempdir().unwrap();
    let hung = folder.path().join("hung.wav");
    fifo(&hung);
    let mut recorder = Recorder::start(1).unwrap();
    let room = recorder.counts.room + recorder.counts.room / BUFFERS * ENDS;
    let mut first = recorder.tape(hung.clone()).unwrap();
    first.frame(&SILENCE, &SILENCE);
    let first = first.close(Duration::ZERO);
    // One more than there is room for: nothing here may wait, or the test would never end.
    let mut closings = Vec::new();
    for n in 0..room {
        let mut tape = recorder.tape(folder.path().join(format!("{n}.wav"))).unwrap();
        for _ in 0..BUFFER_FRAMES * 2 {
            tape.frame(&SILENCE, &SILENCE);
        }
        closings.push(tape.close(Duration::ZERO));
    }
    assert!(recorder.counts.waiting.load(Relaxed) <= room);
    let refused = closings.pop().unwrap().finish(Duration::MAX).await;
    assert_eq!(refused.failed.as_deref(), Some(TOO_SLOW), "the queue is full: told at once");
    let waiting = first.finish(Duration::from_millis(50)).await;
    assert_eq!(waiting.failed.as_deref(), Some(TOO_SLOW), "the queue has it, the disk does not: told after the limit");

    let released = release(hung);
    let mut kept = 0;
    for closing in closings {
        let summary = closing.finish(Duration::MAX).await;
        if summary.failed.is_none() {
            kept += 1;
            let samples = hound::WavReader::open(&summary.path).unwrap().duration();
            assert_eq!(summary.length, Duration::from_micros(125) * samples);
        }
    }
    assert!(kept > 0, "the disk works again, and what had room is kept");
    let mut after = recorder.tape(folder.path().join("after.wav")).unwrap();
    after.frame(&SILENCE, &SILENCE);
    assert_eq!(after.close(Duration::ZERO).finish(Duration::MAX).await.failed, None);
    let mut held = recorder.tape(folder.path().join("held.wav")).unwrap();
    for _ in 0..=BUFFER_FRAMES {
        held.frame(&SILENCE, &SILENCE);
    }
    recorder.stop();
    let held = held.close(Duration::ZERO).finish(Duration::MAX).await;
    assert_eq!(held.failed.as_deref(), Some(WRITER_GONE), "a tape that outlives the recorder holds nothing up");
    for entry in std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path()) {
        assert!(entry.ends_with("hung.wav") || hound::WavReader::open(&entry).is_ok(), "{entry:?} is whole");
    }
    released.join().unwrap();
}
