//! Secrets at rest: sealed with a key that lies beside the data, never in the database.

use std::io::Write;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use sha2::{Digest, Sha256};

const KEY_BYTES: usize = 32;
const NONCE_BYTES: usize = 24;
const FORMAT: &str = "v1";

/// A secret could not be sealed or opened.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// The key's file can't be read or written.
    #[error("the secret key {} can't be used: {source}. Carillon needs a file of its own there, readable by it alone.", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file holds something else.
    #[error("{} is not a secret key of Carillon: it must hold one line of 43 letters. Restore it from its copy; without it the stored passwords must be entered again.", .0.display())]
    NotAKey(PathBuf),
    /// Other users of the machine can read it.
    #[error("the secret key {} can be read by other users of this machine (mode {mode:o}); make it yours alone: chmod 600", path.display())]
    TooOpen {
        /// Which.
        path: PathBuf,
        /// Its permissions.
        mode: u32,
    },
    /// It was sealed with another key.
    #[error(
        "a stored password was encrypted with the key {sealed_with}, but the key in use is {in_use}. Put the right secret.key back, or enter the password of the trunk again."
    )]
    WrongKey {
        /// Id of the key it was sealed with.
        sealed_with: String,
        /// Id of the key in use.
        in_use: String,
    },
    /// It was changed since it was sealed.
    #[error("a stored password is damaged: it can't be decrypted. Enter the password of the trunk again.")]
    Damaged,
    /// The machine gives no random numbers.
    #[error("this machine gives no random numbers: {0}")]
    NoRandom(getrandom::Error),
}

/// Seals and opens secrets with one key.
#[derive(Clone)]
pub struct Secrets {
    cipher: XChaCha20Poly1305,
    key_id: String,
}

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Secrets(key {})", self.key_id)
    }
}

impl Secrets {
    /// Reads the key of a file, or makes the file (mode 0600) with a new key.
    pub fn open(path: &Path) -> Result<Secrets, SecretError> {
        let failed = |source| SecretError::File { path: path.to_owned(), source };
        match std::fs::read_to_string(path) {
            Ok(text) => {
                let mode = std::fs::metadata(path).map_err(failed)?.permissions().mode() & 0o777;
                if mode & 0o077 != 0 {
                    return Err(SecretError::TooOpen { path: path.to_owned(), mode });
                }
                let not_a_key = || SecretError::NotAKey(path.to_owned());
                let bytes = URL_SAFE_NO_PAD.decode(text.trim()).map_err(|_| not_a_key())?;
                let key: [u8; KEY_BYTES] = bytes.try_into().map_err(|_| not_a_key())?;
                Ok(Secrets::new(&key))
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let key: [u8; KEY_BYTES] = random()?;
                let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
                let file = file.as_mut().map_err(|error| failed(std::io::Error::from(error.kind())))?;
                writeln!(file, "{}", URL_SAFE_NO_PAD.encode(key)).map_err(failed)?;
                file.sync_all().map_err(failed)?;
                Ok(Secrets::new(&key))
            }
            Err(error) => Err(failed(error)),
        }
    }

    /// With this key.
    pub fn new(key: &[u8; KEY_BYTES]) -> Secrets {
        let key_id = hex(&Sha256::digest(key)[..4]);
        Secrets { cipher: XChaCha20Poly1305::new(key.into()), key_id }
    }

    /// Seals a text for one purpose (`what`): opened for another, it is damaged.
    pub fn seal(&self, what: &str, text: &str) -> Result<String, SecretError> {
        let nonce: [u8; NONCE_BYTES] = random()?;
        let payload = Payload { msg: text.as_bytes(), aad: what.as_bytes() };
        let sealed = self.cipher.encrypt(&XNonce::from(nonce), payload).map_err(|_| SecretError::Damaged)?;
        let bytes: Vec<u8> = nonce.into_iter().chain(sealed).collect();
        Ok(format!("{FORMAT}.{}.{}", self.key_id, URL_SAFE_NO_PAD.encode(bytes)))
    }

    /// Opens what [`Secrets::seal`] gave for the same purpose.
    pub fn open_sealed(&self, what: &str, sealed: &str) -> Result<String, SecretError> {
        self.check(sealed)?;
        let bytes = sealed.rsplit('.').next().and_then(|text| URL_SAFE_NO_PAD.decode(text).ok());
        let bytes = bytes.filter(|bytes| bytes.len() > NONCE_BYTES).ok_or(SecretError::Damaged)?;
        let (nonce, sealed) = bytes.split_at(NONCE_BYTES);
        let nonce: [u8; NONCE_BYTES] = nonce.try_into().map_err(|_| SecretError::Damaged)?;
        let payload = Payload { msg: sealed, aad: what.as_bytes() };
        let opened = self.cipher.decrypt(&XNonce::from(nonce), payload).map_err(|_| SecretError::Damaged)?;
        String::from_utf8(opened).map_err(|_| SecretError::Damaged)
    }

    /// Whether it was sealed with this key: asked of all stored secrets at the start.
    pub fn check(&self, sealed: &str) -> Result<(), SecretError> {
        let mut parts = sealed.split('.');
        match (parts.next(), parts.next()) {
            (Some(FORMAT), Some(key)) if key == self.key_id => Ok(()),
            (Some(FORMAT), Some(key)) => {
                Err(SecretError::WrongKey { sealed_with: key.to_owned(), in_use: self.key_id.clone() })
            }
            _ => Err(SecretError::Damaged),
        }
    }
}

/// The purpose under which trunk passwords are sealed.
pub const TRUNK_PASSWORD: &str = "trunk password";

/// Random bytes of the operating system.
pub(crate) fn random<const N: usize>() -> Result<[u8; N], SecretError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(SecretError::NoRandom)?;
    Ok(bytes)
}

/// In hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a String can't fail.
        write!(text, "{byte:02x}").unwrap_or_default();
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_opens_with_its_key_for_its_purpose_only() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("secret.key");
        let secrets = Secrets::open(&path).expect("makes the key");
        let sealed = secrets.seal(TRUNK_PASSWORD, "hunter2").expect("seals");
        assert!(!sealed.contains("hunter2"));
        let again = Secrets::open(&path).expect("reads the key");
        assert_eq!(again.open_sealed(TRUNK_PASSWORD, &sealed).expect("opens"), "hunter2");
        assert!(matches!(again.open_sealed("another", &sealed), Err(SecretError::Damaged)));
        let other = Secrets::new(&[7; 32]);
        let refused = other.open_sealed(TRUNK_PASSWORD, &sealed).expect_err("another key").to_string();
        assert!(refused.contains("secret.key") && !refused.contains("hunter2"), "{refused}");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).expect("opens it up");
        assert!(matches!(Secrets::open(&path), Err(SecretError::TooOpen { .. })));
        std::fs::write(folder.path().join("other"), "nonsense").expect("writes");
        assert!(Secrets::open(&folder.path().join("other")).is_err());
    }
}
