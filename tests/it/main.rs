//! Tests of the running programs: each starts the real binary on free ports of 127.0.0.1, in a directory of its own.

mod client;
mod contract;
mod process;
mod server;

mod browser;
mod compatibility;
mod docs;
mod journey;
