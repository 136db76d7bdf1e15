//! The public functions of [`crate::Store`].

mod access;
mod audit;
mod calls;
mod campaigns;
mod contacts;
mod numbers;
mod people;
mod slots;
mod trunks;
