//! Piper voices (VITS models) in `rten`: text -> phonemes (espeak-ng) -> ids -> sound -> telephone sound.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use rten::{Model, NodeId, RunOptions, ThreadPool};
use rten_tensor::prelude::*;
use rten_tensor::{NdTensor, Tensor};
use tokio::sync::Semaphore;

use crate::speech::{Pcm, Rendering, SAMPLE_RATE_HZ, SpeechError, TextToSpeech, check_length};
use crate::split::{Clause, sentences};
use crate::voice_config::VoiceConfig;
use crate::{audio, espeak};

/// Raised when the way from text to sound changes, so that cached speech is rendered anew.
const RENDERING: u32 = 1;

/// Silence between sentences: a breath. The model gives some of its own at each end.
const BREATH_MS: u32 = 120;

/// How a voice is made higher or lower: it speaks slower or faster by this factor and is played back faster or slower by the same, so that
/// tempo stays and pitch and formants move. One voice gives four people that can be told apart and are as well understood.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Pitch(f32);

impl Pitch {
    /// Lower: a tall man.
    pub const LOW: Pitch = Pitch(0.88);
    /// As recorded.
    pub const NORMAL: Pitch = Pitch(1.0);
    /// Higher.
    pub const HIGH: Pitch = Pitch(1.15);
    /// Highest.
    pub const HIGHEST: Pitch = Pitch(1.30);
    /// All of them, low to high.
    pub const ALL: [Pitch; 4] = [Self::LOW, Self::NORMAL, Self::HIGH, Self::HIGHEST];

    /// The factor.
    pub fn factor(self) -> f32 {
        self.0
    }
}

/// How a voice is loaded.
#[derive(Debug, Clone, Copy)]
pub struct PiperOptions {
    /// Renderings at the same time, one thread each. Waiting ones are served in their order.
    pub workers: NonZeroUsize,
    /// No noise: the same text gives the same samples, and sounds a little flatter. For tests.
    pub deterministic: bool,
}

impl Default for PiperOptions {
    fn default() -> Self {
        Self { workers: std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN), deterministic: false }
    }
}

/// A Piper voice. Clones and variants share the model in memory (about 250 MB when it speaks).
#[derive(Clone)]
pub struct PiperVoice {
    engine: Arc<Engine>,
    pitch: Pitch,
    name: String,
    version: String,
}

struct Engine {
    model: Model,
    nodes: Nodes,
    config: VoiceConfig,
    options: PiperOptions,
    /// One thread each: a model that spreads over all cores makes every other call wait.
    pools: Mutex<Vec<Arc<ThreadPool>>>,
    free: Semaphore,
}

struct Nodes {
    ids: NodeId,
    length: NodeId,
    scales: NodeId,
    sound: NodeId,
}

impl PiperVoice {
    /// Loads `NAME.onnx` and `NAME.onnx.json` of a folder; reading and preparing takes some tenths of a second and blocks.
    ///
    /// # Errors
    ///
    /// When a file is missing or is no Piper voice of one speaker.
    pub fn load(folder: &Path, name: &str, options: PiperOptions) -> Result<Self, SpeechError> {
        let path = folder.join(format!("{name}.onnx"));
        let config_path = folder.join(format!("{name}.onnx.json"));
        for path in [&path, &config_path] {
            if !path.is_file() {
                return Err(SpeechError::ModelMissing { path: path.clone() });
            }
        }
        let broken = |path: &PathBuf| {
            let path = path.clone();
            move |said: String| SpeechError::ModelBroken { path, said }
        };
        let config = std::fs::read_to_string(&config_path)
            .map_err(|error| error.to_string())
            .and_then(|json| VoiceConfig::parse(&json))
            .map_err(broken(&config_path))?;
        let model = Model::load_file(&path).map_err(|error| broken(&path)(error.to_string()))?;
        let nodes = Nodes::of(&model).map_err(broken(&path))?;
        let pools = (0..options.workers.get()).map(|_| Arc::new(ThreadPool::with_num_threads(1))).collect();
        let noise = if options.deterministic { "/plain" } else { "" };
        let free = Semaphore::new(options.workers.get());
        Ok(Self {
            engine: Arc::new(Engine { model, nodes, config, options, pools: Mutex::new(pools), free }),
            pitch: Pitch::NORMAL,
            name: format!("Piper {name}"),
            version: format!("piper/{name}/{RENDERING}{noise}"),
        })
    }

    /// The same voice, lower or higher.
    pub fn with_pitch(&self, pitch: Pitch) -> Self {
        let suffix = if pitch == Pitch::NORMAL { String::new() } else { format!(" x{:.2}", pitch.factor()) };
        let base = |text: &str| text.split(" x").next().unwrap_or(text).to_owned();
        Self {
            engine: Arc::clone(&self.engine),
            pitch,
            name: base(&self.name) + &suffix,
            version: base(&self.version) + &suffix,
        }
    }

    async fn render_text(&self, text: &str) -> Result<Pcm, SpeechError> {
        check_length(text)?;
        let mut sound = Vec::new();
        for sentence in sentences(text) {
            let ids = self.engine.phoneme_ids(&sentence).await?;
            let samples = self.engine.speak(ids, self.pitch).await?;
            if !sound.is_empty() {
                sound.resize(sound.len() + (SAMPLE_RATE_HZ * BREATH_MS / 1000) as usize, 0.0);
            }
            sound.extend(samples);
        }
        Ok(audio::levelled(&sound).into())
    }
}

impl TextToSpeech for PiperVoice {
    fn name(&self) -> &str {
        &self.name
    }

    fn version(&self) -> &str {
        &self.version
    }

    fn render<'a>(&'a self, text: &'a str) -> Rendering<'a> {
        Box::pin(self.render_text(text))
    }
}

impl Engine {
    /// espeak-ng drops the marks and the voice needs them for its melody, so each clause goes there alone and gets its mark back.
    async fn phoneme_ids(&self, sentence: &[Clause]) -> Result<Vec<i32>, SpeechError> {
        let mut all = String::new();
        for clause in sentence {
            if !all.is_empty() {
                all.push(' ');
            }
            all.push_str(&espeak::phonemes(&clause.text, &self.config.espeak.voice).await?);
            all.push(clause.mark);
        }
        Ok(self.config.phoneme_ids(&all))
    }

    /// Runs the model on a thread of its own and gives telephone sound.
    async fn speak(self: &Arc<Self>, ids: Vec<i32>, pitch: Pitch) -> Result<Vec<f32>, SpeechError> {
        let failed = |said: String| SpeechError::RenderFailed { said };
        // The semaphore is never closed.
        let _turn = self.free.acquire().await.map_err(|error| failed(error.to_string()))?;
        let engine = Arc::clone(self);
        tokio::task::spawn_blocking(move || {
            let pool = engine.pools.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let sound = engine.run(ids, pitch, pool.clone());
            engine.pools.lock().unwrap_or_else(PoisonError::into_inner).extend(pool);
            sound
        })
        .await
        .map_err(|error| failed(error.to_string()))?
        .map_err(failed)
    }

    fn run(&self, ids: Vec<i32>, pitch: Pitch, pool: Option<Arc<ThreadPool>>) -> Result<Vec<f32>, String> {
        let inference = &self.config.inference;
        let (noise, noise_w) =
            if self.options.deterministic { (0.0, 0.0) } else { (inference.noise_scale, inference.noise_w) };
        let length = i32::try_from(ids.len()).map_err(|error| error.to_string())?;
        let inputs = vec![
            (self.nodes.ids, NdTensor::from_data([1, ids.len()], ids).into()),
            (self.nodes.length, NdTensor::from_data([1], vec![length]).into()),
            (
                self.nodes.scales,
                NdTensor::from_data([3], vec![noise, inference.length_scale * pitch.factor(), noise_w]).into(),
            ),
        ];
        let options = RunOptions::default().with_thread_pool(pool);
        let [sound] = self.model.run_n(inputs, [self.nodes.sound], Some(options)).map_err(|error| error.to_string())?;
        let sound: Tensor<f32> = sound.try_into().map_err(|_| "its sound is not made of floats".to_owned())?;
        let rate = f64::from(self.config.audio.sample_rate) * f64::from(pitch.factor());
        audio::to_telephone_rate(&sound.to_vec(), rate)
    }
}

impl Nodes {
    fn of(model: &Model) -> Result<Self, String> {
        let node = |name: &str| model.node_id(name).map_err(|_| format!("no node {name:?}: not a Piper voice"));
        let sound = model.output_ids().first().copied().ok_or("no output: not a Piper voice")?;
        Ok(Self { ids: node("input")?, length: node("input_lengths")?, scales: node("scales")?, sound })
    }
}
