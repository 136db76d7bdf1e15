//! The installed voice speaks. The suite's script installs it first; without it this test fails and says so.

use std::collections::HashSet;

use carillon_providers::models;
use carillon_providers::{PiperOptions, Pitch, SAMPLE_RATE_HZ, TextToSpeech, rms_dbfs};

const SENTENCE: &str = "Hello Peter, this is Anna. Do you have a minute to talk about Wednesday?";

#[tokio::test(flavor = "multi_thread")]
async fn the_installed_voice_speaks_a_sentence_as_people_of_different_pitch() {
    let folder = models::default_folder().expect("a home folder, or CARILLON_MODELS");
    let options = PiperOptions { deterministic: true, ..PiperOptions::default() };
    let voice = match models::voice(&folder, options) {
        Ok(voice) => voice,
        Err(error) => panic!("{error}, or `cargo run -p carillon-providers --example install_voice`"),
    };
    // With one thread for each worker, as in calls: all people at once.
    let people = Pitch::ALL.map(|pitch| voice.with_pitch(pitch));
    let renderings = people.clone().map(|person| tokio::spawn(async move { person.render(SENTENCE).await }));
    let mut versions = HashSet::new();
    for (person, rendering) in people.iter().zip(renderings) {
        let pcm = rendering.await.expect("no panic").expect("renders");
        let seconds = pcm.len() as f64 / f64::from(SAMPLE_RATE_HZ);
        assert!((3.0..7.5).contains(&seconds), "{}: {seconds} s for 14 words: the tempo must stay", person.name());
        assert!((-28.0..-18.0).contains(&rms_dbfs(&pcm)), "{}: {} dBFS", person.name(), rms_dbfs(&pcm));
        let loud = pcm.chunks(1_600).filter(|chunk| rms_dbfs(chunk) > -40.0).count();
        assert!(loud * 5 > pcm.len() / 1_600 * 3, "{}: speech in most of it", person.name());
        assert!(versions.insert(person.version().to_owned()), "{} has a version of its own", person.name());
    }
    let again = (voice.render(SENTENCE).await.expect("renders"), voice.render(SENTENCE).await.expect("renders"));
    assert_eq!(again.0, again.1, "without noise the same text gives the same samples");
    assert!(voice.render("  ").await.expect("renders").is_empty(), "nothing to say");
    let noisy = models::voice(&folder, PiperOptions::default()).expect("loads");
    assert_ne!(noisy.version(), voice.version(), "cached speech of tests is never played to people");
}
