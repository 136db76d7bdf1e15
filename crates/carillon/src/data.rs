//! The data folder: where the database, recordings and logs lie, and who may call from it.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

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
        let fresh = !root.exists();
        std::fs::create_dir_all(root.join("recordings")).map_err(failed)?;
        if fresh {
            use std::os::unix::fs::PermissionsExt;
            std::fs::set_permissions(root, std::fs::Permissions::from_mode(0o700)).map_err(failed)?;
        }
        let root = root.canonicalize().map_err(failed)?;
        Ok(Self { root })
    }

    /// The folder's path.
    pub fn path(&self) -> &Path {
        &self.root
    }

    /// The SQLite database.
    pub fn database(&self) -> PathBuf {
        self.root.join("carillon.db")
    }

    /// Where recordings lie.
    pub fn recordings(&self) -> PathBuf {
        self.root.join("recordings")
    }

    /// Takes the right to call from this folder, for as long as the returned lock lives. A second process is refused in words: two
    /// processes could otherwise take each other's calls for those of a dead one.
    pub fn lock_for_calling(&self) -> Result<FolderLock, CliError> {
        let path = self.root.join("calling.lock");
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .read(true)
            .open(&path)
            .or_fail("data_folder_unusable")?;
        match file.try_lock() {
            Ok(()) => Ok(FolderLock { _file: file }),
            Err(TryLockError::WouldBlock) => Err(CliError::new(
                Exit::FolderInUse,
                "folder_in_use",
                format!("Another Carillon process is calling from {}.", self.root.display()),
            )
            .next("Wait for it, stop it with Ctrl-C, or use another folder with --data DIR. Commands such as `carillon campaign pause` work beside it.")),
            Err(TryLockError::Error(error)) => Err(error).or_fail("data_folder_unusable"),
        }
    }
}

/// Held while this process calls from a folder; the system lets go of it also when the process is killed.
#[derive(Debug)]
pub struct FolderLock {
    _file: File,
}
