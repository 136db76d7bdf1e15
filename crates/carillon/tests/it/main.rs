//! Carillon as its users meet it: the real binary against real far ends, on both databases.

mod architecture;
mod carrier;
mod command_line;
mod crash;
mod demo;
mod drafts;
mod files;
mod support;
