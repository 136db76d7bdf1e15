//! The demo, as a newcomer starts it: people talk, and its recordings hold both sides, each on its channel.

use std::path::Path;

use serde_json::Value;

use crate::support::{Database, World};

/// Samples compared: three quarters of a second.
const COMPARED: usize = 6_000;
/// One RTP packet; clips begin at packet boundaries.
const FRAME: usize = 160;

/// One channel of a two-channel recording.
fn channel(path: &Path, channel: usize) -> Vec<f64> {
    let mut reader = hound::WavReader::open(path).expect("a WAV file");
    assert_eq!((reader.spec().channels, reader.spec().sample_rate), (2, 8_000));
    reader.samples::<i16>().map(|sample| f64::from(sample.expect("a sample"))).skip(channel).step_by(2).collect()
}

/// The beginnings of all clips in a folder and the folders below it, silence at their start left out in whole packets.
fn clips(folder: &Path) -> Vec<Vec<f64>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
        let path = entry.expect("entry").path();
        if path.is_dir() {
            found.extend(clips(&path));
        } else if path.extension().is_some_and(|extension| extension == "wav") {
            let samples: Vec<f64> = hound::WavReader::open(&path)
                .expect("a WAV file")
                .samples::<i16>()
                .map(|sample| f64::from(sample.expect("a sample")))
                .collect();
            let start = samples.iter().position(|s| s.abs() > 800.0).unwrap_or(0) / FRAME * FRAME;
            if samples.len() >= start + COMPARED {
                found.push(samples[start..start + COMPARED].to_vec());
            }
        }
    }
    found
}

/// How well the best-fitting of the clips is heard in a channel: 1 is the clip itself, 0 nothing of it.
fn heard(channel: &[f64], clips: &[Vec<f64>]) -> f64 {
    let energy = |samples: &[f64]| samples.iter().map(|s| s * s).sum::<f64>();
    let mut best: f64 = 0.0;
    for clip in clips {
        let own = energy(clip);
        for at in (0..channel.len().saturating_sub(COMPARED)).step_by(FRAME) {
            let part = &channel[at..at + COMPARED];
            let there = energy(part);
            if there > own / 20.0 {
                let product: f64 = part.iter().zip(clip).map(|(a, b)| a * b).sum();
                best = best.max(product / (own * there).sqrt());
            }
        }
    }
    best
}

fn contacts_with<'a>(export: &'a Value, result: &str) -> Vec<&'a Value> {
    export["contacts"].as_array().expect("contacts").iter().filter(|contact| contact["result"] == result).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_talks_with_people_and_its_recordings_hold_both_sides() {
    let world = World::new(Database::Sqlite).await;
    let output = world.run(&["demo", "--once", "--contacts", "24", "--json"]).await;
    assert_eq!(output.code, Some(0), "{}", output.stderr);
    let summary = output.last();
    assert_eq!((&summary["counts"]["total"], &summary["campaign"]["status"]), (&24.into(), &"completed".into()));
    let export = world.export("Demo").await;
    let talked = contacts_with(&export, "success");
    assert!(talked.len() >= 8, "most people talk: {summary}");
    assert!(
        !contacts_with(&export, "voicemail").is_empty(),
        "the mix has machines, and their beep is heard: {summary}"
    );

    let employee = clips(&world.data().join("speech"));
    let models = std::env::var_os("CARILLON_MODELS")
        .map_or_else(|| std::env::home_dir().expect("home").join(".cache/carillon/models"), Into::into);
    let people = clips(&models.join("practice"));
    assert!(
        !employee.is_empty() && !people.is_empty(),
        "run `carillon models install` first: these tests need the voice"
    );
    for contact in talked.iter().take(4) {
        let path = world.data().join(contact["recording"].as_str().expect("a recording"));
        let (left, right) = (channel(&path, 0), channel(&path, 1));
        let ((contact_left, employee_left), (contact_right, employee_right)) =
            ((heard(&left, &people), heard(&left, &employee)), (heard(&right, &people), heard(&right, &employee)));
        let all = format!(
            "left: contact {contact_left:.2}, employee {employee_left:.2}; right: contact {contact_right:.2}, employee {employee_right:.2}"
        );
        assert!(contact_left > 0.9 && employee_right > 0.9, "each side is heard on its channel: {all}");
        assert!(contact_right < 0.6 && employee_left < 0.6, "and not on the other: {all}");
    }
    world.assert_sound().await;
}
