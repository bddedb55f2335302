//! The link-preview worker.

use std::process::ExitCode;

use mimalloc::MiMalloc;

/// A seventh less processor time for each request than with glibc's, and on musl as fast as on glibc.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> anyhow::Result<ExitCode> {
    natter::preview::command::run()
}
