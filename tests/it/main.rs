//! Tests of the running programs: each starts the real binary on free ports of 127.0.0.1, in a directory of its own.

mod client;
mod documented;
mod process;
mod server;

mod authorization;
mod bad_input;
mod browser;
mod compatibility;
mod contract;
mod database;
mod dependencies;
mod docs;
mod edge;
mod endings;
mod full_disk;
mod idempotency;
mod journey;
mod kill;
mod paging;
mod relaxed;
mod tamper;
mod undocumented;
mod wire;
mod worker;
