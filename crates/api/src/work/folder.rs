//! The name by which a data folder is known in a database that several machines share: files named there lie in one folder only.

use std::fs;
use std::io::{self, ErrorKind, Write as _};
use std::path::Path;

use crate::secrets::random;

const FILE: &str = "folder.id";

/// The folder's random number, above 0; made when it has none.
///
/// # Errors
///
/// When the folder can't be read or written, or the file holds no number.
pub fn folder_id(data: &Path) -> io::Result<i64> {
    let path = data.join(FILE);
    loop {
        match fs::read_to_string(&path) {
            Ok(text) => {
                let wrong = || io::Error::new(ErrorKind::InvalidData, format!("{} holds no number", path.display()));
                return text.trim().parse().ok().filter(|id| *id > 0).ok_or_else(wrong);
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
        // Whole or not at all, and never over that of another process which makes it at the same time.
        let bytes = random::<8>().map_err(|error| io::Error::other(error.to_string()))?;
        let id = (i64::from_be_bytes(bytes) & i64::MAX).max(1);
        let part = data.join(format!("{FILE}.{id}"));
        let mut file = fs::File::create_new(&part)?;
        writeln!(file, "{id}")?;
        file.sync_all()?;
        let linked = fs::hard_link(&part, &path);
        fs::remove_file(&part)?;
        match linked {
            Ok(()) => return Ok(id),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_keeps_its_number_and_another_has_another() {
        let (one, two) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
        let id = folder_id(one.path()).expect("a number");
        assert_eq!(folder_id(one.path()).expect("a number"), id);
        assert_ne!(folder_id(two.path()).expect("a number"), id);
        fs::write(one.path().join(FILE), "x").expect("writes");
        assert!(folder_id(one.path()).is_err(), "a damaged number is not replaced silently");
    }
}
