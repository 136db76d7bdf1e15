//! One file per command.

pub mod call;
pub mod campaign;
mod campaign_create;
mod campaign_watch;
mod column_map;
pub mod contacts;
pub mod contacts_check;
pub mod context;
pub mod demo;
pub mod doctor;
pub mod export;
pub mod models;
pub mod openapi;
pub mod persona_speech;
pub mod practice;
pub mod run;
pub mod sample;
pub mod serve;
pub mod trunk;
pub mod user;
pub mod watch;
