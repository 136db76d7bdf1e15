//! Files that people send: streamed to the data folder, hashed on the way, and removed when nobody used them for a day.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderName, header};
use carillon_domain::Timestamp;
use carillon_domain::ids::UploadId;
use carillon_store::{StoreError, Upload};
use futures_util::StreamExt as _;
use sha2::{Digest as _, Sha256};
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::task::spawn_blocking;

use crate::limits::{UPLOAD_BYTES, UPLOAD_KEPT};
use crate::problem::{Code, Problem};
use crate::secrets::hex;
use crate::state::AppState;
use crate::work::UPLOADS;

/// The header with the file's name, percent-encoded.
const NAME: HeaderName = HeaderName::from_static("x-file-name");
/// Characters kept of a name.
const NAME_CHARS: usize = 200;
/// Space that stays free on the disk: the database grows with what is in the file.
const RESERVE: u64 = 256 * 1024 * 1024;
/// Bytes between two looks at the free space, when nothing said how long the file is.
const LOOK_BYTES: u64 = 64 * 1024 * 1024;
/// Blocks on their way to the disk.
const AHEAD: usize = 16;
/// A sender that sends nothing for so long is given up.
const SILENCE: Duration = Duration::from_secs(60);

/// What came.
#[derive(Debug)]
pub(crate) struct Received {
    pub(crate) bytes: u64,
    pub(crate) sha256: String,
}

/// Where an uploaded file lies.
pub(crate) fn path(state: &AppState, id: UploadId) -> PathBuf {
    state.config.data.join(UPLOADS).join(id.to_string())
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

enum Block {
    Bytes(Bytes),
    /// The file is whole.
    End,
}

/// Writes a body to the data folder: whole and on the disk when this returns, else nothing of it stays.
pub(crate) async fn receive(
    state: &AppState,
    id: UploadId,
    headers: &HeaderMap,
    body: Body,
) -> Result<Received, Problem> {
    let told = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if told.is_some_and(|bytes| bytes > UPLOAD_BYTES) {
        return Err(too_large());
    }
    let path = path(state, id);
    let folder = state.config.data.join(UPLOADS);
    let (blocks, received) = channel(AHEAD);
    let (file, place) = (path.clone(), folder.clone());
    fs::create_dir_all(&folder).map_err(|error| unwritable(&error))?;
    has_room(&folder, told.unwrap_or(0))?;
    let writer = spawn_blocking(move || write(&file, &place, received));
    let sent = send(state, &folder, body, told.is_some(), blocks).await;
    let written = writer.await.map_err(|error| Problem::internal(&error))?.map_err(|error| unwritable(&error));
    // Why the writer stopped says more than that it did.
    match (sent, written) {
        (_, Err(problem)) => Err(problem),
        (Err(problem), Ok(_)) => Err(problem),
        (Ok(()), Ok(Some(received))) => Ok(received),
        (Ok(()), Ok(None)) => Err(Problem::of(Code::Internal)),
    }
}

/// Hands the body's blocks to the writer.
async fn send(
    state: &AppState,
    folder: &Path,
    body: Body,
    length_told: bool,
    blocks: Sender<Block>,
) -> Result<(), Problem> {
    let mut body = body.into_data_stream();
    let (mut bytes, mut looked) = (0_u64, 0_u64);
    loop {
        let next = tokio::select! {
            () = state.shutdown.cancelled() => return Err(Problem::of(Code::ShuttingDown).retry_after(5)),
            next = tokio::time::timeout(SILENCE, body.next()) => next.map_err(|_| silent())?,
        };
        let Some(block) = next else { break };
        let block = block.map_err(|error| {
            tracing::debug!(%error, "an upload broke off");
            Problem::new(
                Code::BadRequest,
                "The connection broke off before the file was whole; send it again.".to_owned(),
            )
        })?;
        bytes += block.len() as u64;
        if bytes > UPLOAD_BYTES {
            return Err(too_large());
        }
        if !length_told && bytes - looked > LOOK_BYTES {
            looked = bytes;
            has_room(folder, 0)?;
        }
        if blocks.send(Block::Bytes(block)).await.is_err() {
            return Err(Problem::of(Code::Internal));
        }
    }
    if bytes == 0 {
        return Err(Problem::new(Code::BadFile, "The file is empty.".to_owned()));
    }
    blocks.send(Block::End).await.map_err(|_| Problem::of(Code::Internal))
}

/// Writes blocks under a name that no import takes; only the whole file gets its own. `None`: it never became whole.
fn write(path: &Path, folder: &Path, blocks: Receiver<Block>) -> io::Result<Option<Received>> {
    let part = path.with_extension("part");
    let received = fill(&part, blocks);
    if !matches!(received, Ok(Some(_))) {
        let removed = fs::remove_file(&part);
        if let Err(error) = removed
            && error.kind() != ErrorKind::NotFound
        {
            tracing::warn!(%error, path = %part.display(), "half an upload could not be removed; that is tried again in a day");
        }
        return received;
    }
    fs::rename(&part, path)?;
    File::open(folder)?.sync_all()?;
    received
}

fn fill(part: &Path, mut blocks: Receiver<Block>) -> io::Result<Option<Received>> {
    let mut file = File::create_new(part)?;
    let mut hash = Sha256::new();
    let mut bytes = 0;
    while let Some(block) = blocks.blocking_recv() {
        match block {
            Block::Bytes(block) => {
                hash.update(&block);
                file.write_all(&block)?;
                bytes += block.len() as u64;
            }
            Block::End => {
                file.sync_all()?;
                return Ok(Some(Received { bytes, sha256: hex(&hash.finalize()) }));
            }
        }
    }
    Ok(None)
}

fn too_large() -> Problem {
    let gb = UPLOAD_BYTES / (1024 * 1024 * 1024);
    Problem::new(Code::TooLarge, format!("The file is larger than {gb} GB: split it into several campaigns."))
}

fn silent() -> Problem {
    Problem::new(Code::TimedOut, format!("Nothing came for {} seconds; send the file again.", SILENCE.as_secs()))
}

fn unwritable(error: &io::Error) -> Problem {
    match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Problem::of(Code::DiskFull),
        _ => Problem::internal(error),
    }
}

/// Whether so many bytes find room, and some stays free for the database.
fn has_room(folder: &Path, bytes: u64) -> Result<(), Problem> {
    let disk = rustix::fs::statvfs(folder).map_err(|error| Problem::internal(&io::Error::from(error)))?;
    let free = disk.f_bavail.saturating_mul(disk.f_frsize);
    if free >= bytes.saturating_add(RESERVE) {
        return Ok(());
    }
    let mb = |bytes: u64| bytes.div_ceil(1024 * 1024);
    let detail = format!(
        "The disk that holds Carillon's data has {} MB free; this needs {} MB. Free some space and send the file again.",
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
    let folder = state.config.data.join(UPLOADS);
    match spawn_blocking(move || remove_unknown(&folder, &known, since)).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::warn!(%error, "old uploads could not be removed; that is tried again later"),
        Err(error) => tracing::error!(%error, "removing old uploads has failed"),
    }
    Ok(())
}

/// Deletes the file of an upload that the database has forgotten. One that stays is found by the next [`sweep`].
pub(crate) async fn delete(state: &AppState, upload: &Upload) {
    let path = path(state, upload.id);
    if let Err(error) = tokio::fs::remove_file(&path).await
        && error.kind() != ErrorKind::NotFound
    {
        tracing::warn!(%error, path = %path.display(), "an uploaded file could not be removed; that is tried again later");
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
