//! The commands of `natter-preview`.

mod extract;
mod fetch;
mod options;
mod serve;

use std::{process::ExitCode, time::Duration};

use clap::{Parser, Subcommand};
use tracing_subscriber::EnvFilter;

use self::options::FetchOptions;
use super::{Card, service};

/// Fetches pages and prints what they say about themselves, without letting them reach this network.
#[derive(Parser)]
#[command(name = "natter-preview", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Answer GET /preview?url=URL over HTTP.
    Serve(serve::Arguments),
    /// Fetch one page and print its card as JSON; says on standard error why there is none.
    Fetch(fetch::Arguments),
    /// Print the card of a saved page as JSON, without any network.
    Extract(extract::Arguments),
    /// Print the OpenAPI document.
    Openapi,
}

/// Runs the program with the arguments it was started with.
///
/// # Errors
/// What went wrong, for whoever started the program.
pub fn run() -> anyhow::Result<ExitCode> {
    let arguments = Arguments::parse();
    let verbose = matches!(arguments.command, Command::Serve(_));
    log_to_stderr(if verbose { "info" } else { "error" });
    let runtime = tokio::runtime::Runtime::new()?;
    let outcome = match arguments.command {
        Command::Serve(arguments) => runtime.block_on(serve::run(arguments)),
        Command::Fetch(arguments) => runtime.block_on(fetch::run(&arguments)),
        Command::Extract(arguments) => extract::run(&arguments),
        Command::Openapi => {
            print(&service::document());
            Ok(ExitCode::SUCCESS)
        }
    };
    // A lookup that nobody waits for any more must not hold the program.
    runtime.shutdown_timeout(Duration::from_millis(100));
    outcome
}

fn log_to_stderr(default: &str) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(default));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
}

fn print_card(card: &Card) -> anyhow::Result<()> {
    print(&format!("{}\n", serde_json::to_string_pretty(card)?));
    Ok(())
}

#[allow(clippy::print_stdout, reason = "the result of a command goes to standard output")]
fn print(text: &str) {
    print!("{text}");
}
