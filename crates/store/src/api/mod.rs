//! The public functions of [`crate::Store`].

mod calls;
mod campaigns;
mod contacts;
mod people;
mod slots;
