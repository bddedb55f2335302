//! The message board API.

use std::process::ExitCode;

fn main() -> anyhow::Result<ExitCode> {
    natter::command::run()
}
