//! The demo, as a newcomer starts it: people talk, and its recordings hold both sides.

use std::path::Path;

use crate::support::{Database, World};

/// Root mean square of one channel of a two-channel WAV file, and the samples of it that are loud.
fn loud(path: &Path, channel: usize) -> (f64, usize) {
    let mut reader = hound::WavReader::open(path).expect("a WAV file");
    assert_eq!((reader.spec().channels, reader.spec().sample_rate), (2, 8_000));
    let samples: Vec<i16> =
        reader.samples::<i16>().map(|sample| sample.expect("a sample")).skip(channel).step_by(2).collect();
    let power: f64 = samples.iter().map(|&s| f64::from(s).powi(2)).sum();
    #[expect(clippy::cast_precision_loss, reason = "a few hundred thousand samples")]
    let rms = (power / samples.len().max(1) as f64).sqrt();
    (rms, samples.iter().filter(|s| s.unsigned_abs() > 1_000).count())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_talks_with_people_and_its_recordings_hold_both_sides() {
    let world = World::new(Database::Sqlite).await;
    let output = world.run(&["demo", "--once", "--contacts", "24", "--json"]).await;
    assert_eq!(output.code, Some(0), "{}", output.stderr);
    let summary = output.last();
    let results = &summary["results"];
    assert_eq!((&summary["counts"]["total"], &summary["campaign"]["status"]), (&24.into(), &"completed".into()));
    assert!(results["success"].as_i64().is_some_and(|n| n >= 8), "most people talk: {summary}");
    let export = world.export("Demo").await;
    let talked: Vec<&serde_json::Value> = export["contacts"]
        .as_array()
        .expect("contacts")
        .iter()
        .filter(|contact| contact["result"] == "success")
        .collect();
    for contact in &talked {
        let path = world.data().join(contact["recording"].as_str().expect("a recording"));
        let (left, contact_loud) = loud(&path, 0);
        let (right, employee_loud) = loud(&path, 1);
        assert!(contact_loud > 2_000 && left > 100.0, "the contact speaks on the left: {left} in {}", path.display());
        assert!(
            employee_loud > 8_000 && right > 100.0,
            "the employee speaks on the right: {right} in {}",
            path.display()
        );
    }
    let voicemails = export["contacts"]
        .as_array()
        .expect("contacts")
        .iter()
        .filter(|contact| contact["result"] == "voicemail")
        .count();
    assert!(voicemails > 0, "the mix has machines, and their beep is heard: {summary}");
    world.assert_sound().await;
}
