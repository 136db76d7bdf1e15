//! Passwords: argon2id, made and checked on threads of their own, a few at a time.

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use tokio::sync::Semaphore;

use crate::problem::{Code, Problem};

/// Shortest password in characters.
pub const PASSWORD_CHARS_MIN: usize = 10;
/// Longest password in bytes: hashing must not become a weapon.
const PASSWORD_BYTES_MAX: usize = 1024;

/// Each hash takes about 19 MiB and tens of milliseconds of a core.
static AT_ONCE: Semaphore = Semaphore::const_new(2);

/// Says in words why a password can't be chosen; `field` is where it stands in the body.
pub fn check_choice(field: &str, password: &str, login: &str) -> Result<(), Problem> {
    let refuse = |message: &str| Err(Problem::field(field, message));
    if password.chars().count() < PASSWORD_CHARS_MIN {
        return refuse("A password needs at least 10 characters; several words are easy to keep in mind.");
    }
    if password.len() > PASSWORD_BYTES_MAX {
        return refuse("The password is too long.");
    }
    let lower = password.to_lowercase();
    let first = password.chars().next();
    if lower == login.to_lowercase() || password.chars().all(|c| Some(c) == first) || lower.contains("password") {
        return refuse("This password is guessed at once; choose another.");
    }
    Ok(())
}

/// The hash of a password, as PHC text.
pub async fn hash(password: String) -> Result<String, Problem> {
    slowly(move || {
        let hash: Result<PasswordHash, _> = Argon2::default().hash_password(password.as_bytes());
        hash.map(|hash| hash.to_string()).map_err(|error| Problem::internal(&error))
    })
    .await?
}

/// Whether a password is that of the hash; without a hash as slow as with one, so that nobody learns which users there are.
pub async fn verify(password: String, hash: Option<String>) -> Result<bool, Problem> {
    /// Of a password that nobody has.
    const NOBODY: &str =
        "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$QvG2Z1xJ0V7kqT4cV1tX1mJ6b0m0Q9b0q3oC1yq9p3E";
    if password.len() > PASSWORD_BYTES_MAX {
        return Ok(false);
    }
    slowly(move || {
        let known = hash.is_some();
        let hash = hash.unwrap_or_else(|| NOBODY.to_owned());
        let hash = PasswordHash::new(&hash).map_err(|error| Problem::internal(&error))?;
        Ok(Argon2::default().verify_password(password.as_bytes(), &hash).is_ok() && known)
    })
    .await?
}

async fn slowly<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Problem> {
    let _permit = AT_ONCE.acquire().await.map_err(|error| Problem::internal(&error))?;
    tokio::task::spawn_blocking(work).await.map_err(|error| {
        tracing::error!(%error, "a password could not be hashed");
        Problem::of(Code::Internal)
    })
}
