//! The public functions of [`crate::Store`].

mod actions;
mod calls;
mod campaigns;
mod contacts;
mod lists;
mod people;
mod slots;
