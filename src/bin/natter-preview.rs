//! The link-preview worker.

use std::process::ExitCode;

fn main() -> anyhow::Result<ExitCode> {
    natter::preview::command::run()
}
