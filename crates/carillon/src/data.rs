//! The data folder: where the database, recordings and logs lie, and who may call from it.

use std::fs::{File, TryLockError};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::error::{CliError, Exit, OrFail};

/// A data folder.
#[derive(Debug, Clone)]
pub struct DataFolder {
    root: PathBuf,
}

impl DataFolder {
    /// Opens the folder, made when it is missing; only its owner may look inside.
    pub fn open(root: &Path) -> Result<Self, CliError> {
        let failed = |error: std::io::Error| {
            CliError::new(
                Exit::Failure,
                "data_folder_unusable",
                format!("The data folder {} can't be used: {error}", root.display()),
            )
            .next("Give another folder with --data DIR.")
        };
        let mut builder = std::fs::DirBuilder::new();
        builder.recursive(true).mode(0o700);
        builder.create(root.join("recordings")).map_err(failed)?;
        let root = root.canonicalize().map_err(failed)?;
        Ok(Self { root })
    }

    /// The folder as it is, which may be not at all when the database is on a server: for commands that look.
    pub fn existing(root: &Path) -> Self {
        Self { root: root.canonicalize().unwrap_or_else(|_| root.to_owned()) }
    }

    /// The folder's path.
    pub fn path(&self) -> &Path {
        &self.root
    }

    /// Where recordings lie.
    pub fn recordings(&self) -> PathBuf {
        self.root.join("recordings")
    }

    /// The number by which the folder is known in a database that several machines share.
    pub fn id(&self) -> Result<i64, CliError> {
        carillon_api::work::folder_id(&self.root).or_fail("data_folder_unusable")
    }

    /// Takes the right to call from this folder, for as long as the returned lock lives. A second process is refused in words: two
    /// processes could otherwise take each other's calls for those of a dead one.
    pub async fn lock_for_calling(&self) -> Result<FolderLock, CliError> {
        let file = self.lock_file()?;
        // A command that only asks holds a shared lock for an instant: one more try tells it from a process that calls.
        for _ in 0..LOCK_TRIES {
            match file.try_lock() {
                Ok(()) => return Ok(FolderLock { _file: file }),
                Err(TryLockError::WouldBlock) => tokio::time::sleep(LOCK_PAUSE).await,
                Err(TryLockError::Error(error)) => return Err(error).or_fail("data_folder_unusable"),
            }
        }
        let message = format!("Another Carillon process is calling from {}.", self.root.display());
        Err(CliError::new(Exit::FolderInUse, "folder_in_use", message).next(
            "Wait for it, stop it with Ctrl-C, or use another folder with --data DIR. Commands such as `carillon campaign pause` work beside it.",
        ))
    }

    /// Whether some process calls from this folder now.
    pub fn is_calling(&self) -> Result<bool, CliError> {
        if !self.root.exists() {
            return Ok(false);
        }
        match self.lock_file()?.try_lock_shared() {
            Ok(()) => Ok(false),
            Err(TryLockError::WouldBlock) => Ok(true),
            Err(TryLockError::Error(error)) => Err(error).or_fail("data_folder_unusable"),
        }
    }

    fn lock_file(&self) -> Result<File, CliError> {
        let path = self.root.join("calling.lock");
        File::options().create(true).truncate(false).write(true).read(true).open(path).or_fail("data_folder_unusable")
    }
}

/// How often the lock is tried before the folder counts as in use.
const LOCK_TRIES: u32 = 5;
const LOCK_PAUSE: Duration = Duration::from_millis(40);

/// Held while this process calls from a folder; the system lets go of it also when the process is killed.
#[derive(Debug)]
pub struct FolderLock {
    _file: File,
}
