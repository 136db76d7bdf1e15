//! The public functions of [`crate::Store`].

mod access;
mod actions;
mod audit;
mod calls;
mod campaigns;
mod contacts;
mod exports;
mod imports;
mod lists;
mod numbers;
mod people;
mod slots;
mod trunks;
mod work;
