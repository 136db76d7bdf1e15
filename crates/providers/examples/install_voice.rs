//! Installs the default voice, renders a sentence by each of its people, and prints what that cost.
//!
//! `cargo run -p carillon-providers --example install_voice [MODELS_FOLDER [WAV_FOLDER]]`

#![expect(clippy::print_stdout, reason = "an example that talks on the terminal")]

use std::error::Error;
use std::path::PathBuf;
use std::time::Instant;

use carillon_providers::models::{self, InstallOptions, Progress};
use carillon_providers::{PiperOptions, Pitch, SAMPLE_RATE_HZ, TextToSpeech, rms_dbfs, wav_bytes};

const SENTENCES: [&str; 3] = [
    "Hello Peter, this is Anna from Carillon.",
    "I am calling about the appointment on Wednesday at half past two; does that time still suit you?",
    "Thank you very much, and have a nice day!",
];

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let folder = arguments.next().map_or_else(models::default_folder, Ok)?;
    let wavs = arguments.next();
    let begun = Instant::now();
    models::install(&folder, &InstallOptions::default(), &mut |progress| match progress {
        Progress::Bytes { done, total } if done < total => {}
        progress => println!("{:>6.2} s  {progress:?}", begun.elapsed().as_secs_f64()),
    })?;
    for model in models::check(&folder) {
        println!("{}: {:?}\n  {}\n  licence: {}", model.spec.name, model.state, model.spec.purpose, model.spec.licence);
    }
    let begun = Instant::now();
    let voice = models::voice(&folder, PiperOptions::default())?;
    println!("{} loaded in {:.2} s", voice.name(), begun.elapsed().as_secs_f64());
    for pitch in Pitch::ALL {
        let person = voice.with_pitch(pitch);
        for (n, sentence) in SENTENCES.iter().enumerate() {
            let begun = Instant::now();
            let pcm = person.render(sentence).await?;
            let (took, long) = (begun.elapsed().as_secs_f64(), pcm.len() as f64 / f64::from(SAMPLE_RATE_HZ));
            println!(
                "{}: {long:.2} s of speech in {took:.2} s (factor {:.3}), {:.1} dBFS",
                person.name(),
                took / long,
                rms_dbfs(&pcm)
            );
            if let Some(wavs) = &wavs {
                std::fs::write(wavs.join(format!("{:.2}-{n}.wav", pitch.factor())), wav_bytes(&pcm)?)?;
            }
        }
    }
    Ok(())
}
