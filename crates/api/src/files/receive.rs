//! A file comes in: each request appends to what is there. While it is not whole it lies under a name that no import takes, and its length is what
//! has come of it, so that a connection, a browser or this process may break off at any byte.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::path::Path;
use std::time::Duration;

use axum::body::{Body, Bytes};
use carillon_domain::ids::UploadId;
use futures_util::StreamExt as _;
use sha2::{Digest as _, Sha256};
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::task::spawn_blocking;

use super::{Room, folder, has_room, part_path, path, unwritable};
use crate::problem::{Code, Problem};
use crate::secrets::hex;
use crate::state::AppState;

/// Bytes between two looks at the free space.
const LOOK_BYTES: u64 = 64 * 1024 * 1024;
/// Blocks on their way to the disk.
const AHEAD: usize = 16;
/// A sender that sends nothing for so long is given up.
const SILENCE: Duration = Duration::from_secs(60);
/// Bytes hashed at once.
const HASH_BYTES: usize = 256 * 1024;

/// What becomes of a part whose connection broke off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Broken {
    /// It stays: the sender goes on from there.
    Stays,
    /// It goes: nobody can go on.
    Goes,
}

/// Which bytes of a file a request brings.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Part {
    /// Of which upload.
    pub(crate) id: UploadId,
    /// Bytes of the file before these.
    pub(crate) offset: u64,
    /// Most bytes that the file may have after these.
    pub(crate) most: u64,
    /// What becomes of it when it breaks off.
    pub(crate) broken: Broken,
}

enum Block {
    Bytes(Bytes),
    /// The request's body is whole.
    End,
}

/// Bytes that have come of an upload that may not be whole.
pub(crate) async fn received(state: &AppState, id: UploadId) -> Result<u64, Problem> {
    for path in [part_path(state, id), path(state, id)] {
        match tokio::fs::metadata(&path).await {
            Ok(file) => return Ok(file.len()),
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(Problem::internal(&error)),
        }
    }
    Ok(0)
}

/// Appends a body to an upload: on the disk when this returns. Gives the bytes that have come of the file.
pub(crate) async fn receive(state: &AppState, part: Part, room: Room, body: Body) -> Result<u64, Problem> {
    let file = part_path(state, part.id);
    let (blocks, came) = channel(AHEAD);
    let writer = spawn_blocking(move || write(&file, part, came));
    let sent = send(state, (&folder(state), room), body, part, blocks).await;
    let written = writer.await.map_err(|error| Problem::internal(&error))?;
    // Why the writer stopped says more than that it did.
    match (sent, written) {
        (_, Err(problem)) | (Err(problem), Ok(_)) => Err(problem),
        (Ok(()), Ok(length)) => Ok(length),
    }
}

/// Hands the body's blocks to the writer.
async fn send(
    state: &AppState,
    (folder, mut room): (&Path, Room),
    body: Body,
    part: Part,
    blocks: Sender<Block>,
) -> Result<(), Problem> {
    let mut body = body.into_data_stream();
    let (mut bytes, mut looked) = (part.offset, part.offset);
    loop {
        let next = tokio::select! {
            () = state.shutdown.cancelled() => return Err(Problem::of(Code::ShuttingDown).retry_after(5)),
            next = tokio::time::timeout(SILENCE, body.next()) => next.map_err(|_| silent())?,
        };
        let Some(block) = next else { break };
        let block = block.map_err(|error| {
            tracing::debug!(%error, "an upload broke off");
            let detail = "The connection broke off before all had come; send it again.";
            Problem::new(Code::BadRequest, detail.to_owned())
        })?;
        bytes += block.len() as u64;
        room.used(block.len() as u64);
        if bytes > part.most {
            let detail = format!("The file has more than the {} bytes that it may have.", part.most);
            return Err(Problem::new(Code::TooLarge, detail));
        }
        if bytes - looked > LOOK_BYTES {
            looked = bytes;
            has_room(folder, 0)?;
        }
        // A writer that is gone says itself why.
        if blocks.send(Block::Bytes(block)).await.is_err() {
            return Ok(());
        }
    }
    if bytes == 0 {
        return Err(Problem::new(Code::BadFile, "The file is empty.".to_owned()));
    }
    // As above.
    blocks.send(Block::End).await.or(Ok(()))
}

/// Writes blocks until their end, or until the sender is gone; gives the file's length.
fn write(path: &Path, part: Part, blocks: Receiver<Block>) -> Result<u64, Problem> {
    let mut file = open(path, part)?;
    let appended = append(&mut file, blocks);
    if !matches!(appended, Ok(true)) && part.broken == Broken::Goes {
        let removed = fs::remove_file(path);
        if let Err(error) = removed
            && error.kind() != ErrorKind::NotFound
        {
            tracing::warn!(%error, path = %path.display(), "half an upload could not be removed; that is tried again in a day");
        }
    }
    appended.map_err(|error| unwritable(&error))?;
    Ok(file.metadata().map_err(|error| unwritable(&error))?.len())
}

/// The file, locked, at the place where this part belongs.
fn open(path: &Path, part: Part) -> Result<File, Problem> {
    let file = OpenOptions::new().append(true).create(part.offset == 0).open(path);
    let file = match file {
        Err(error) if error.kind() == ErrorKind::NotFound => return Err(elsewhere(part, 0)),
        file => file.map_err(|error| unwritable(&error))?,
    };
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let detail = "Another request brings a part of this file just now. Ask what has come in a moment.";
            return Err(Problem::new(Code::UploadOffset, detail.to_owned()));
        }
        Err(TryLockError::Error(error)) => return Err(Problem::internal(&error)),
    }
    let length = file.metadata().map_err(|error| unwritable(&error))?.len();
    if length == part.offset { Ok(file) } else { Err(elsewhere(part, length)) }
}

fn elsewhere(part: Part, length: u64) -> Problem {
    let detail = format!("{length} bytes have come; this part begins after {}. Go on from there.", part.offset);
    Problem::new(Code::UploadOffset, detail)
}

/// `false`: the sender broke off; what came before that is on the disk.
fn append(file: &mut File, mut blocks: Receiver<Block>) -> io::Result<bool> {
    let mut ended = false;
    while let Some(block) = blocks.blocking_recv() {
        match block {
            Block::Bytes(block) => file.write_all(&block)?,
            Block::End => {
                ended = true;
                break;
            }
        }
    }
    file.sync_data()?;
    Ok(ended)
}

/// Gives a file that has come whole its own name, and its SHA-256. May be called again.
pub(crate) async fn finish(state: &AppState, id: UploadId) -> Result<String, Problem> {
    let (part, file, folder) = (part_path(state, id), path(state, id), folder(state));
    let hashed = spawn_blocking(move || {
        match fs::rename(&part, &file) {
            // It has its name already: the process ended between that and the note in the database.
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            renamed => renamed?,
        }
        File::open(folder)?.sync_all()?;
        hash(&file)
    });
    hashed.await.map_err(|error| Problem::internal(&error))?.map_err(|error| unwritable(&error))
}

fn hash(path: &Path) -> io::Result<String> {
    let mut file = File::open(path)?;
    let (mut hash, mut block) = (Sha256::new(), vec![0; HASH_BYTES]);
    loop {
        match file.read(&mut block)? {
            0 => return Ok(hex(&hash.finalize())),
            length => hash.update(&block[..length]),
        }
    }
}

fn silent() -> Problem {
    Problem::new(Code::TimedOut, format!("Nothing came for {} seconds; send it again.", SILENCE.as_secs()))
}
