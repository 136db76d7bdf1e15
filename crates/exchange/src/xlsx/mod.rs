//! Contacts from a workbook (Office Open XML, ECMA-376), a row at a time.
//!
//! Not a spreadsheet library: those hold the whole sheet, or read the table of shared texts without a bound. Here only that table is kept, at
//! most [`part::SHARED_BYTES_MAX`]; every other part is read in a stream, and each is refused with words once it unpacks to more than any
//! contact list holds.

mod date;
mod package;
mod part;
mod shared;
mod sheet;
mod styles;
mod xml;

pub(crate) use package::{Unpack, Workbook};
pub(crate) use sheet::SheetRows;
