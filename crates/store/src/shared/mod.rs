//! The statements both databases share: compiled once under `sqlite` and once under `postgres`, where `Conn`, `Db`, `Row` and the dialect
//! words differ. Each `pub(crate) async fn` that takes a `Tx` is one step of a transaction or a whole one.

use super::{Conn, Db, RIDES_ALONG, Row, bulk, in_list, indexed_by};

pub(crate) mod access;
pub(crate) mod audit;
pub(crate) mod begin;
pub(crate) mod built;
pub(crate) mod call_list;
pub(crate) mod calls;
pub(crate) mod campaigns;
pub(crate) mod claim;
pub(crate) mod contact_list;
pub(crate) mod control;
pub(crate) mod copies;
pub(crate) mod counts;
pub(crate) mod doctor;
pub(crate) mod events;
pub(crate) mod exports;
pub(crate) mod findings;
pub(crate) mod finish;
pub(crate) mod import;
pub(crate) mod imports;
pub(crate) mod interrupt;
pub(crate) mod jobs;
pub(crate) mod keys;
pub(crate) mod lists;
pub(crate) mod marks;
pub(crate) mod numbers;
pub(crate) mod overview;
pub(crate) mod people;
#[cfg(test)]
pub(crate) mod plans;
pub(crate) mod skipped;
pub(crate) mod slots;
pub(crate) mod statement;
pub(crate) mod trunks;
pub(crate) mod tx;
pub(crate) mod uploads;
pub(crate) mod work;

pub(crate) use statement::sql;
pub(crate) use tx::Tx;
