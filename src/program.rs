//! How both programs run a command: what it waits for, what it says, and what its exit status is.

use std::process::ExitCode;

use crate::settings::Faults;

/// The exit status for settings or arguments that cannot be used, as clap gives it too.
const UNUSABLE: u8 = 2;

/// How the program ends: settings that cannot be taken are said, and have a status of their own.
pub(crate) fn conclude(outcome: anyhow::Result<ExitCode>) -> anyhow::Result<ExitCode> {
    match outcome {
        Err(error) if error.is::<Faults>() => {
            complain(&error.to_string());
            Ok(ExitCode::from(UNUSABLE))
        }
        outcome => outcome,
    }
}

/// Starts the threads that `work` runs on, and waits for its end.
pub(crate) fn wait_for(work: impl Future<Output = anyhow::Result<ExitCode>>) -> anyhow::Result<ExitCode> {
    tokio::runtime::Runtime::new()?.block_on(work)
}

/// Gives the result of a command.
#[allow(clippy::print_stdout, reason = "the result of a command goes to standard output")]
pub(crate) fn print(text: &str) {
    print!("{text}");
}

/// Says why there is none.
#[allow(
    clippy::print_stderr,
    reason = "why a command failed goes to standard error, also before there is a log"
)]
pub(crate) fn complain(text: &str) {
    eprintln!("{}", text.trim_end());
}
