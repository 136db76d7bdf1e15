//! Rendered speech, kept: in memory for what is spoken now, on disk for good.

use std::collections::HashMap;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sha2::{Digest, Sha256};
use tokio::sync::OnceCell;

use crate::audio;
use crate::speech::{Pcm, SpeechError, TextToSpeech};

type Key = [u8; 32];

/// Speech by content: the same text by the same voice is rendered once, also when many calls ask for it at the same time. On disk each
/// text is a WAV file named by the hash of voice, version and text, written whole or not at all. Memory is bounded; what was not used for
/// the longest time goes first.
pub struct SpeechCache {
    folder: PathBuf,
    memory_bytes_max: usize,
    memory: Mutex<Memory>,
}

#[derive(Default)]
struct Memory {
    entries: HashMap<Key, Entry>,
    bytes: usize,
    uses: u64,
}

struct Entry {
    /// Filled by the first who asks; the others wait for it.
    speech: Arc<OnceCell<Pcm>>,
    /// Bytes counted for it: 0 while it is being rendered.
    bytes: usize,
    last_use: u64,
}

impl SpeechCache {
    /// Opens or creates the folder. `memory_bytes_max` bounds the samples kept in memory (16 kB a second of speech), `disk_bytes_max` what is
    /// found in the folder now: above it the files written longest ago are removed, since names of people long called need not be kept.
    ///
    /// # Errors
    ///
    /// When the folder can't be created.
    pub fn open(folder: &Path, memory_bytes_max: usize, disk_bytes_max: u64) -> Result<Self, SpeechError> {
        let unusable = |source| SpeechError::Cache { path: folder.to_owned(), source };
        std::fs::create_dir_all(folder).map_err(unusable)?;
        trim(folder, disk_bytes_max).map_err(unusable)?;
        Ok(Self { folder: folder.to_owned(), memory_bytes_max, memory: Mutex::default() })
    }

    /// The file in which the speech is or will be.
    pub fn path(&self, voice: &dyn TextToSpeech, text: &str) -> PathBuf {
        self.file(&key(voice, text))
    }

    /// The speech from memory, else from disk, else rendered now and kept.
    ///
    /// # Errors
    ///
    /// When rendering fails. A file that can't be read or written is no error: it is logged, and the speech rendered.
    pub async fn speech(&self, voice: &dyn TextToSpeech, text: &str) -> Result<Pcm, SpeechError> {
        let text = text.trim();
        let key = key(voice, text);
        let cell = self.cell(key);
        let found = cell.get_or_try_init(|| self.read_or_render(&key, voice, text)).await;
        match found {
            Ok(speech) => {
                self.used(key, speech);
                Ok(Arc::clone(speech))
            }
            Err(error) => {
                self.forget_empty(&key);
                Err(error)
            }
        }
    }

    async fn read_or_render(&self, key: &Key, voice: &dyn TextToSpeech, text: &str) -> Result<Pcm, SpeechError> {
        let path = self.file(key);
        match tokio::fs::read(&path).await {
            Ok(bytes) => match audio::read_wav(&bytes) {
                Some(samples) => return Ok(samples.into()),
                None => {
                    tracing::warn!(file.path = %path.display(), "a file of rendered speech is damaged and is made anew")
                }
            },
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => {
                tracing::warn!(file.path = %path.display(), %error, "a file of rendered speech can't be read")
            }
        }
        let speech = voice.render(text).await?;
        let kept = Arc::clone(&speech);
        let written = tokio::task::spawn_blocking(move || write_whole(&path, &kept)).await;
        if let Err(error) = written.map_err(std::io::Error::other).flatten() {
            tracing::warn!(%error, "rendered speech can't be kept on disk: it will be rendered again");
        }
        Ok(speech)
    }

    fn file(&self, key: &Key) -> PathBuf {
        let name: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
        // A folder of a million files is slow on many systems.
        self.folder.join(&name[..2]).join(format!("{name}.wav"))
    }

    fn lock(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn cell(&self, key: Key) -> Arc<OnceCell<Pcm>> {
        let mut memory = self.lock();
        memory.uses += 1;
        let last_use = memory.uses;
        let entry = memory.entries.entry(key).or_insert_with(|| Entry { speech: Arc::default(), bytes: 0, last_use });
        entry.last_use = last_use;
        Arc::clone(&entry.speech)
    }

    /// Counts the speech and lets go of the oldest until everything fits. The speech just asked for may be let go too, when it alone is
    /// larger than the bound: whoever asked has it.
    fn used(&self, key: Key, speech: &Pcm) {
        let mut memory = self.lock();
        if let Some(entry) = memory.entries.get_mut(&key)
            && entry.bytes == 0
        {
            entry.bytes = size_of_val::<[i16]>(speech).max(1);
            memory.bytes += size_of_val::<[i16]>(speech).max(1);
        }
        while memory.bytes > self.memory_bytes_max {
            let oldest =
                memory.entries.iter().filter(|(_, e)| e.bytes > 0).min_by_key(|(_, e)| e.last_use).map(|(key, _)| *key);
            let Some(gone) = oldest.and_then(|key| memory.entries.remove(&key)) else { break };
            memory.bytes -= gone.bytes;
        }
    }

    /// A text that could not be rendered leaves nothing behind, unless someone else is at it.
    fn forget_empty(&self, key: &Key) {
        let mut memory = self.lock();
        if memory
            .entries
            .get(key)
            .is_some_and(|entry| Arc::strong_count(&entry.speech) <= 2 && !entry.speech.initialized())
        {
            memory.entries.remove(key);
        }
    }

    /// Bytes of samples kept in memory.
    pub fn memory_bytes(&self) -> usize {
        self.lock().bytes
    }
}

/// Removes the files written longest ago until the rest fits.
fn trim(folder: &Path, bytes_max: u64) -> std::io::Result<()> {
    let mut files = Vec::new();
    for shelf in std::fs::read_dir(folder)? {
        let shelf = shelf?.path();
        if !shelf.is_dir() {
            continue;
        }
        for file in std::fs::read_dir(shelf)? {
            let file = file?;
            let about = file.metadata()?;
            files.push((about.modified()?, about.len(), file.path()));
        }
    }
    files.sort_unstable();
    let mut bytes: u64 = files.iter().map(|(_, bytes, _)| bytes).sum();
    for (_, size, path) in files {
        if bytes <= bytes_max {
            break;
        }
        match std::fs::remove_file(path) {
            Ok(()) => bytes -= size,
            // Another process trims too.
            Err(error) if error.kind() == ErrorKind::NotFound => bytes -= size,
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn key(voice: &dyn TextToSpeech, text: &str) -> Key {
    let mut hasher = Sha256::new();
    // The name is not hashed: it is what people read and may be changed. The zero keeps version and text apart.
    hasher.update(voice.version().as_bytes());
    hasher.update([0]);
    hasher.update(text.trim().as_bytes());
    hasher.finalize().into()
}

/// Written beside its place and moved there: no other process and no crash sees half a file.
fn write_whole(path: &Path, samples: &[i16]) -> std::io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(&audio::wav_bytes(samples).map_err(std::io::Error::other)?)?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::speech::Rendering;

    /// Says each character as 100 samples, and counts how often it was asked.
    struct Spelling {
        version: String,
        renderings: AtomicUsize,
    }

    impl Spelling {
        fn new(version: &str) -> Self {
            Self { version: version.to_owned(), renderings: AtomicUsize::new(0) }
        }

        fn count(&self) -> usize {
            self.renderings.load(Ordering::SeqCst)
        }
    }

    impl TextToSpeech for Spelling {
        fn name(&self) -> &str {
            "Spelling"
        }

        fn version(&self) -> &str {
            &self.version
        }

        fn render<'a>(&'a self, text: &'a str) -> Rendering<'a> {
            self.renderings.fetch_add(1, Ordering::SeqCst);
            Box::pin(async move {
                tokio::task::yield_now().await;
                match text {
                    "broken" => Err(SpeechError::EspeakMissing),
                    _ => Ok(text.bytes().flat_map(|byte| [i16::from(byte); 100]).collect()),
                }
            })
        }
    }

    #[tokio::test]
    async fn a_text_is_rendered_once_for_all_calls_and_all_restarts() {
        let folder = tempfile::tempdir().unwrap();
        let voice = Spelling::new("1");
        let cache = SpeechCache::open(folder.path(), 1 << 20, 1 << 20).unwrap();
        let (a, b, c) =
            tokio::join!(cache.speech(&voice, "hello"), cache.speech(&voice, " hello "), cache.speech(&voice, "hello"));
        assert!(Arc::ptr_eq(&a.unwrap(), &b.unwrap()));
        assert_eq!((c.unwrap().len(), voice.count()), (500, 1));

        let later = SpeechCache::open(folder.path(), 1 << 20, 1 << 20).unwrap();
        assert_eq!(later.speech(&voice, "hello").await.unwrap()[0], i16::from(b'h'));
        assert_eq!(voice.count(), 1, "read from disk");
        later.speech(&voice, "other").await.unwrap();
        later.speech(&Spelling::new("2"), "hello").await.unwrap();
        assert_ne!(
            later.path(&voice, "hello"),
            later.path(&Spelling::new("2"), "hello"),
            "a new version is new speech"
        );
        assert_eq!(voice.count(), 2);
    }

    #[tokio::test]
    async fn a_damaged_file_is_made_anew_and_a_failed_text_can_be_tried_again() {
        let folder = tempfile::tempdir().unwrap();
        let voice = Spelling::new("1");
        let open = || SpeechCache::open(folder.path(), 1 << 20, 1 << 20).unwrap();
        open().speech(&voice, "hello").await.unwrap();
        let path = open().path(&voice, "hello");
        let whole = std::fs::read(&path).unwrap();
        std::fs::write(&path, &whole[..whole.len() - 100]).unwrap();
        assert_eq!(open().speech(&voice, "hello").await.unwrap().len(), 500);
        assert_eq!(std::fs::read(&path).unwrap(), whole);
        let files = std::fs::read_dir(path.parent().unwrap()).unwrap().count();
        assert_eq!(files, 1, "no unfinished file is left");

        let cache = open();
        assert!(cache.speech(&voice, "broken").await.is_err());
        assert!(cache.speech(&voice, "broken").await.is_err());
        assert_eq!(voice.count(), 4, "an error is not kept");
        assert!(cache.lock().entries.is_empty());
    }

    #[tokio::test]
    async fn memory_is_bounded_and_the_oldest_goes_first() {
        let folder = tempfile::tempdir().unwrap();
        let voice = Spelling::new("1");
        let cache = SpeechCache::open(folder.path(), 2_000, 1 << 20).unwrap();
        for text in ["aaaa", "bbbb", "aaaa", "cccc"] {
            cache.speech(&voice, text).await.unwrap();
            assert!(cache.memory_bytes() <= 2_000);
        }
        let kept = |text: &str| cache.lock().entries.contains_key(&key(&voice, text));
        assert_eq!((kept("aaaa"), kept("bbbb"), kept("cccc")), (true, false, true));
        assert_eq!(
            cache.speech(&voice, &"x".repeat(50)).await.unwrap().len(),
            5_000,
            "larger than the bound, and still spoken"
        );
        assert!(cache.memory_bytes() <= 2_000);
    }

    #[tokio::test]
    async fn a_folder_that_has_grown_too_large_is_trimmed_at_the_next_start() {
        let folder = tempfile::tempdir().unwrap();
        let voice = Spelling::new("1");
        let cache = SpeechCache::open(folder.path(), 1 << 20, 1 << 20).unwrap();
        for text in ["first", "second", "third"] {
            cache.speech(&voice, text).await.unwrap();
        }
        let one = std::fs::metadata(cache.path(&voice, "third")).unwrap().len();
        SpeechCache::open(folder.path(), 1 << 20, one * 2).unwrap();
        let kept = ["first", "second", "third"].into_iter().filter(|text| cache.path(&voice, text).exists()).count();
        assert!(kept == 1 || kept == 2, "{kept} files are kept");
    }
}
