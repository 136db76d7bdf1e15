//! One part of a workbook, unpacked within bounds.

use std::io::{self, BufRead, BufReader, Read};

use crate::ContactFileError;

/// Most bytes of XML in the table of shared texts.
pub(crate) const SHARED_BYTES_MAX: u64 = 256 << 20;
/// Most bytes kept of them: three texts of their own in each of a million rows take less.
pub(crate) const SHARED_KEPT_MAX: usize = 64 << 20;
/// Most bytes of XML in a worksheet: a million rows of twenty columns take half of it.
pub(crate) const SHEET_BYTES_MAX: u64 = 2 << 30;
/// Most bytes of the small parts: list of sheets, styles.
pub(crate) const SMALL_BYTES_MAX: u64 = 16 << 20;
/// Most bytes of one tag or text: a cell holds 32,767 characters.
const EVENT_BYTES_MAX: usize = 1 << 20;

/// Counts what is read, and stops when it is too much.
pub(crate) struct Part<R> {
    inner: BufReader<R>,
    pub(crate) name: &'static str,
    limit: u64,
    total: u64,
    event: usize,
    over: bool,
}

impl<R: Read> Part<R> {
    pub(crate) fn new(inner: R, name: &'static str, limit: u64) -> Self {
        Self { inner: BufReader::with_capacity(32 * 1024, inner), name, limit, total: 0, event: 0, over: false }
    }

    /// The next tag or text begins.
    pub(crate) fn begin_event(&mut self) {
        self.event = 0;
    }

    /// The error when a bound was met.
    pub(crate) fn over(&self) -> Option<ContactFileError> {
        let (part, limit_mb) = match self.event > EVENT_BYTES_MAX {
            true => ("one text of the workbook's", (EVENT_BYTES_MAX >> 20) as u64),
            false => ("the workbook's", self.limit >> 20),
        };
        self.over.then(|| ContactFileError::TooLargeInside { what: format!("{part} {}", self.name), limit_mb })
    }

    pub(crate) fn source(&self) -> &R {
        self.inner.get_ref()
    }
}

impl<R: Read> Read for Part<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(buf)?;
        self.consume(read);
        Ok(read)
    }
}

impl<R: Read> BufRead for Part<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.over = self.event > EVENT_BYTES_MAX || self.total > self.limit;
        if self.over {
            return Err(io::Error::other("too large"));
        }
        self.inner.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        self.event += amount;
        self.total += amount as u64;
        self.inner.consume(amount);
    }
}
