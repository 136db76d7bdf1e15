//! The reading thread: from a contact file to batches of rows, in bounded memory.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use carillon_exchange::{ContactFileError, ContactRow, Contacts, ContentHash, ReadOptions, open_contacts, open_file};
use carillon_store::{FileBatch, FileRow, Import, ImportSource, NewContact};
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::task::{JoinHandle, spawn_blocking};

use super::{Plan, ROWS};

/// Batches read ahead of the one that is written.
const AHEAD: usize = 1;
/// Bytes of the texts of a batch, so that long rows don't add up.
const BATCH_BYTES: usize = 8 * 1024 * 1024;
/// Rows between two looks whether to go on.
const LOOK_ROWS: u32 = 1_024;

/// The writer's side. The reader ends when the writer lets go of its last copy's owner.
#[derive(Clone)]
pub(super) struct Control {
    alive: Arc<Alive>,
}

/// Says that the writer is there; dropped with it.
struct Alive(Arc<AtomicBool>);

impl Drop for Alive {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Relaxed);
    }
}

/// The reader's side.
#[derive(Clone)]
struct Heard {
    alive: Arc<AtomicBool>,
}

impl Control {
    pub(super) fn new() -> Control {
        Control { alive: Arc::new(Alive(Arc::new(AtomicBool::new(true)))) }
    }

    fn heard(&self) -> Heard {
        Heard { alive: self.alive.0.clone() }
    }
}

impl Heard {
    fn is_alive(&self) -> bool {
        self.alive.load(Ordering::Relaxed)
    }
}

/// A file and how it is read.
pub(super) struct Read {
    path: PathBuf,
    options: ReadOptions,
    /// Names that the campaign has for properties of the file.
    names: BTreeMap<String, String>,
    rows_before: i64,
    /// The bytes that it must have: a file that lies elsewhere may have been changed since it was asked for.
    hash: Option<String>,
}

impl Read {
    pub(super) fn of(import: &Import, path: PathBuf) -> Result<Read, serde_json::Error> {
        let plan: Plan = serde_json::from_value(import.plan.clone())?;
        let rows_before = u32::try_from(import.rows_before).unwrap_or(u32::MAX);
        let elsewhere = matches!(import.source, ImportSource::Path(_));
        Ok(Read {
            path,
            names: plan.names.clone(),
            options: ReadOptions { rows_before, ..plan.options() },
            rows_before: import.rows_before,
            hash: elsewhere.then(|| import.file_hash.clone()),
        })
    }

    fn open(&self) -> Result<Contacts<File>, ContactFileError> {
        if let Some(hash) = &self.hash {
            let found = ContentHash::of(open_file(&self.path)?);
            let found = found.map_err(|source| ContactFileError::Io { line: 1, source })?;
            if found.to_string() != *hash {
                return Err(ContactFileError::Changed);
            }
        }
        open_contacts(&self.path, self.options.clone())
    }

    /// Counts the file's rows; `None` when the writer went away.
    pub(super) fn check(&self, control: Control) -> JoinHandle<Result<Option<i64>, ContactFileError>> {
        let (read, heard) = (self.copy(), control.heard());
        spawn_blocking(move || {
            let mut rows = 0;
            for row in read.open()? {
                row?;
                rows += 1;
                if rows % i64::from(LOOK_ROWS) == 0 && !heard.is_alive() {
                    return Ok(None);
                }
            }
            Ok(Some(rows))
        })
    }

    /// The file's rows behind the first `done`, in batches.
    pub(super) fn batches(
        &self,
        done: i64,
        control: Control,
    ) -> (Receiver<FileBatch>, JoinHandle<Result<(), ContactFileError>>) {
        let (sender, receiver) = channel(AHEAD);
        let (read, heard) = (self.copy(), control.heard());
        let reader = spawn_blocking(move || read.send(done, &heard, &sender));
        (receiver, reader)
    }

    fn copy(&self) -> Read {
        Read {
            path: self.path.clone(),
            options: self.options.clone(),
            names: self.names.clone(),
            rows_before: self.rows_before,
            hash: self.hash.clone(),
        }
    }

    fn send(&self, done: i64, heard: &Heard, batches: &Sender<FileBatch>) -> Result<(), ContactFileError> {
        let mut contacts = self.open()?;
        // Those that are in already are read again and passed over: a row's place in the file is not kept.
        let last = self.rows_before + done;
        while i64::from(contacts.cursor().row) < last {
            let Some(row) = contacts.next() else { return Ok(()) };
            row?;
            if contacts.cursor().row.is_multiple_of(LOOK_ROWS) && !heard.is_alive() {
                return Ok(());
            }
        }
        let mut rows = Vec::new();
        let mut bytes = 0;
        while let Some(row) = contacts.next() {
            let row = self.file_row(row?);
            bytes += size(&row);
            rows.push(row);
            if (rows.len() >= ROWS || bytes >= BATCH_BYTES)
                && batches.blocking_send(self.batch(&mut rows, &contacts)).is_err()
            {
                // The writer went away.
                return Ok(());
            }
            if rows.is_empty() {
                bytes = 0;
            }
        }
        if !rows.is_empty() && batches.blocking_send(self.batch(&mut rows, &contacts)).is_err() {
            tracing::debug!("nobody takes the last rows any more");
        }
        Ok(())
    }

    fn batch(&self, rows: &mut Vec<FileRow>, contacts: &Contacts<File>) -> FileBatch {
        let cursor = contacts.cursor();
        FileBatch {
            rows: std::mem::take(rows),
            rows_done: i64::from(cursor.row) - self.rows_before,
            bytes_done: i64::try_from(cursor.bytes).unwrap_or(i64::MAX),
        }
    }

    fn file_row(&self, row: ContactRow) -> FileRow {
        let (phone, skip, cause) = match row.phone {
            Ok(phone) => (Some(phone), None, None),
            Err(skip) => {
                let column = i64::try_from(skip.column).unwrap_or(i64::MAX);
                (None, Some((skip.reason, skip.text)), Some((column, skip.value)))
            }
        };
        let name = |name: Arc<str>| self.names.get(&*name).cloned().unwrap_or_else(|| name.to_string());
        let contact = NewContact {
            row: i64::from(row.row),
            line: i64::try_from(row.line).unwrap_or(i64::MAX),
            phone,
            phone_text: row.phone_written,
            first_name: row.first_name,
            last_name: row.last_name,
            properties: row.properties.into_iter().map(|(of, value)| (name(of), value)).collect(),
            skip,
            zone_key: 0,
            time_zone: row.time_zone,
            external_id: row.external_id,
        };
        FileRow { contact, cause }
    }
}

/// Bytes of a row's texts.
fn size(row: &FileRow) -> usize {
    let contact = &row.contact;
    let properties: usize = contact.properties.iter().map(|(name, value)| name.len() + value.len()).sum();
    contact.phone_text.len() + contact.first_name.len() + contact.last_name.len() + properties
}
