//! Files that people send: streamed to the data folder, in one request or in parts, and removed when nobody used them for a day.

mod receive;

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::time::UNIX_EPOCH;

use axum::http::{HeaderMap, HeaderName};
use carillon_domain::Timestamp;
use carillon_domain::ids::UploadId;
use carillon_store::{StoreError, Upload};
use tokio::task::spawn_blocking;

use crate::limits::{UPLOAD_BYTES, UPLOAD_KEPT};
use crate::problem::{Code, Problem};
use crate::state::AppState;
use crate::work::UPLOADS;

pub(crate) use receive::{Broken, Part, finish, receive, received};

/// The header with the file's name, percent-encoded.
const NAME: HeaderName = HeaderName::from_static("x-file-name");
/// Characters kept of a name.
const NAME_CHARS: usize = 200;
/// Space that stays free on the disk: the database grows with what is in the file.
const RESERVE: u64 = 256 * 1024 * 1024;

/// Where an uploaded file lies.
pub(crate) fn path(state: &AppState, id: UploadId) -> PathBuf {
    folder(state).join(id.to_string())
}

/// Where it lies while it is not whole.
fn part_path(state: &AppState, id: UploadId) -> PathBuf {
    path(state, id).with_extension("part")
}

fn folder(state: &AppState) -> PathBuf {
    state.config.data.join(UPLOADS)
}

/// The file's name as people know it: never used as a path.
pub(crate) fn name(headers: &HeaderMap) -> String {
    let sent = headers.get(NAME).map_or(&b""[..], |value| value.as_bytes());
    let text = String::from_utf8_lossy(&percent_decoded(sent)).into_owned();
    let last = text.rsplit(['/', '\\']).next().unwrap_or_default();
    let shown: String = last.chars().filter(|ch| !ch.is_control()).take(NAME_CHARS).collect();
    let shown = shown.trim();
    if shown.is_empty() { "contacts".to_owned() } else { shown.to_owned() }
}

fn percent_decoded(text: &[u8]) -> Vec<u8> {
    let digit = |byte: Option<&u8>| byte.and_then(|byte| char::from(*byte).to_digit(16));
    let mut decoded = Vec::with_capacity(text.len());
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        let code = (*byte == b'%').then(|| digit(text.get(at + 1)).zip(digit(text.get(at + 2)))).flatten();
        let code = code.and_then(|(high, low)| u8::try_from(high * 16 + low).ok());
        decoded.push(code.unwrap_or(*byte));
        at += if code.is_some() { 3 } else { 1 };
    }
    decoded
}

fn unwritable(error: &io::Error) -> Problem {
    match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Problem::of(Code::DiskFull),
        _ => Problem::internal(error),
    }
}

/// Room on the disk for what a request brings, kept from other uploads until it is written or given up.
#[derive(Debug)]
pub(crate) struct Room {
    state: AppState,
    left: u64,
}

impl Room {
    fn new(state: &AppState, bytes: u64) -> Room {
        state.awaited.fetch_add(bytes, Ordering::Relaxed);
        Room { state: state.clone(), left: bytes }
    }

    /// So many bytes are on their way to the disk.
    fn used(&mut self, bytes: u64) {
        let used = bytes.min(self.left);
        self.left -= used;
        self.state.awaited.fetch_sub(used, Ordering::Relaxed);
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        self.state.awaited.fetch_sub(self.left, Ordering::Relaxed);
    }
}

/// Whether a file of so many bytes is taken: by its size, and by the room that stays free for the database beside the uploads under way.
pub(crate) fn take_room(state: &AppState, bytes: u64) -> Result<Room, Problem> {
    if bytes > UPLOAD_BYTES {
        let gb = UPLOAD_BYTES / (1024 * 1024 * 1024);
        let detail = format!("The file is larger than {gb} GB: split it into several campaigns.");
        return Err(Problem::new(Code::TooLarge, detail));
    }
    let folder = folder(state);
    fs::create_dir_all(&folder).map_err(|error| unwritable(&error))?;
    let room = Room::new(state, bytes);
    has_room(&folder, state.awaited.load(Ordering::Relaxed))?;
    Ok(room)
}

fn has_room(folder: &Path, bytes: u64) -> Result<(), Problem> {
    let disk = rustix::fs::statvfs(folder).map_err(|error| Problem::internal(&io::Error::from(error)))?;
    let free = disk.f_bavail.saturating_mul(disk.f_frsize);
    if free >= bytes.saturating_add(RESERVE) {
        return Ok(());
    }
    let mb = |bytes: u64| bytes.div_ceil(1024 * 1024);
    let detail = format!(
        "The disk that holds Carillon's data has {} MB free; this and other uploads under way need {} MB. Free some space and send the file again.",
        free / (1024 * 1024),
        mb(bytes.saturating_add(RESERVE))
    );
    Err(Problem::new(Code::DiskFull, detail))
}

/// Removes what nobody used for a day: uploaded files, and what broken-off uploads left.
pub(crate) async fn sweep(state: &AppState) -> Result<(), StoreError> {
    let (workspace, since) = (state.config.workspace, state.now() - UPLOAD_KEPT);
    let mut known = Vec::new();
    for upload in state.store.uploads_of_folder(workspace, state.config.folder).await? {
        let old = upload.used_at.unwrap_or(upload.created_at) < since;
        match if old { state.store.upload_remove(workspace, upload.id, Some(since)).await } else { Ok(false) } {
            Ok(true) => delete(state, &upload).await,
            Ok(false) | Err(StoreError::NotPossible { .. }) => known.push(upload.id.to_string()),
            Err(error) => return Err(error),
        }
    }
    let folder = folder(state);
    match spawn_blocking(move || remove_unknown(&folder, &known, since)).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::warn!(%error, "old uploads could not be removed; that is tried again later"),
        Err(error) => tracing::error!(%error, "removing old uploads has failed"),
    }
    Ok(())
}

/// Deletes the file of an upload that the database has forgotten. One that stays is found by the next [`sweep`].
pub(crate) async fn delete(state: &AppState, upload: &Upload) {
    for path in [path(state, upload.id), part_path(state, upload.id)] {
        if let Err(error) = tokio::fs::remove_file(&path).await
            && error.kind() != ErrorKind::NotFound
        {
            tracing::warn!(%error, path = %path.display(), "an uploaded file could not be removed; that is tried again later");
        }
    }
}

fn remove_unknown(folder: &Path, known: &[String], since: Timestamp) -> io::Result<()> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    for entry in entries {
        let entry = entry?;
        let written = entry.metadata()?.modified()?.duration_since(UNIX_EPOCH).unwrap_or_default();
        let written = Timestamp::from_micros(i64::try_from(written.as_micros()).unwrap_or(i64::MAX));
        if written < since && !entry.file_name().to_str().is_some_and(|name| known.iter().any(|id| id == name)) {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_what_people_read_and_never_a_path() {
        let named = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(NAME, text.parse().expect("a header"));
            name(&headers)
        };
        assert_eq!(named("M%C3%A4rz%20list.csv"), "März list.csv");
        assert_eq!(named("..%2F..%2Fetc%2Fpasswd"), "passwd");
        assert_eq!(named("C:%5CUsers%5Cana%5Clist.xlsx"), "list.xlsx");
        assert_eq!(named("a%00b%0Ac%zz%"), "abc%zz%");
        assert_eq!(named("%2F"), "contacts");
        assert_eq!(named(&"x".repeat(500)).len(), NAME_CHARS);
        assert_eq!(name(&HeaderMap::new()), "contacts");
    }
}
