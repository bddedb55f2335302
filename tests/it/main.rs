//! Tests of the running programs: each starts the real binary on free ports of 127.0.0.1, in a directory of its own.
#![allow(clippy::print_stdout, reason = "a test that fails shows what it printed")]

mod authority;
mod client;
mod documented;
mod postgres;
mod process;
mod server;

mod authorization;
mod bad_input;
mod book;
mod browser;
mod compatibility;
mod cors;
mod database;
mod dependencies;
mod docs;
mod edge;
mod endings;
mod full_disk;
mod idempotency;
mod images;
mod journey;
mod kill;
mod lifecycle;
mod login;
mod overload;
mod paging;
mod relaxed;
mod secrecy;
mod sequences;
mod stored;
mod tamper;
mod tls;
mod undocumented;
mod wire;
mod worker;
