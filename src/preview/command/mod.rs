//! The commands of `natter-preview`.

mod extract;
mod fetch;
mod serve;

use std::{net::SocketAddr, path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand};

use super::{Card, service};
use crate::{
    admin,
    program::{conclude, print, wait_for},
    settings::{PreviewSettings, load},
};

/// Fetches pages and gives what they say about themselves, without letting them reach this network.
#[derive(Parser)]
#[command(name = "natter-preview", version)]
struct Arguments {
    /// A TOML file with settings; the environment (NATTER_SECTION__KEY) overrides it.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Answer GET /preview?url=URL over HTTP.
    Serve {
        /// The address and port to listen on, in place of the setting http.listen.
        #[arg(long, value_name = "ADDRESS")]
        listen: Option<SocketAddr>,
    },
    /// Fetch one page and print its card as JSON; says on standard error why there is none.
    Fetch {
        /// The page's URL.
        url: String,
    },
    /// Print the card of a saved page as JSON, without any network.
    Extract(extract::Arguments),
    /// Print the OpenAPI document.
    Openapi,
    /// Print every setting with its value and where it comes from.
    Settings,
    /// Ask a running worker on this machine whether it is ready; the exit status says it.
    Healthcheck,
}

/// Runs the program with the arguments it was started with.
///
/// # Errors
/// What went wrong, for whoever started the program.
pub fn run() -> anyhow::Result<ExitCode> {
    conclude(perform(Arguments::parse()))
}

fn perform(Arguments { config, command }: Arguments) -> anyhow::Result<ExitCode> {
    let loaded = || load::<PreviewSettings>(config.as_deref(), std::env::vars_os());
    let settings = || loaded().map(|loaded| loaded.settings);
    match command {
        Command::Serve { listen } => {
            let mut settings = settings()?;
            settings.http.listen = listen.unwrap_or(settings.http.listen);
            wait_for(serve::serve(settings))
        }
        Command::Fetch { url } => wait_for(fetch::run(&settings()?.fetch, &url)),
        Command::Extract(arguments) => extract::run(&settings()?.fetch, &arguments),
        Command::Openapi => {
            print(&service::document());
            Ok(ExitCode::SUCCESS)
        }
        Command::Settings => {
            print(&loaded()?.listing().to_string());
            Ok(ExitCode::SUCCESS)
        }
        Command::Healthcheck => {
            let asked = settings()?.admin.listen;
            wait_for(async move { Ok(admin::healthcheck(asked, "/ready").await) })
        }
    }
}

fn print_card(card: &Card) -> anyhow::Result<()> {
    print(&format!("{}\n", serde_json::to_string_pretty(card)?));
    Ok(())
}
