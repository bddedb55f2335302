//! Tests of the running programs: each starts the real binary on free ports of 127.0.0.1, in a directory of its own.

mod client;
mod process;
mod server;

mod dependencies;
mod journey;
mod worker;
