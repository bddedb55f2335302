//! The message board API.

use std::process::ExitCode;

use mimalloc::MiMalloc;

/// A seventh less processor time for each request than with glibc's, and on musl as fast as on glibc. The worker does without:
/// under attack it would keep twice the memory.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> anyhow::Result<ExitCode> {
    natter::command::run()
}
