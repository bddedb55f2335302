//! The commands of `natter-api`.

mod admin;
mod image_keys;
mod retention;
mod serve;

use std::{path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand};

use crate::{
    document,
    password::{Hasher, Parameters, PoolSize},
    random::Random,
    settings::{ApiSettings, Loaded, PasswordsSettings, load},
    store::Store,
};

/// A secure message board API.
#[derive(Parser)]
#[command(name = "natter-api", version)]
struct Arguments {
    /// A TOML file with settings; the environment (NATTER_SECTION__KEY) overrides it.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the API (what happens without a command).
    Serve,
    /// Bring the database's schema up to date.
    Migrate {
        /// Only print which migrations are missing; the exit status is 1 if there are some.
        #[arg(long)]
        status: bool,
    },
    /// Remove what is past its time, as the settings of retention say. With SQLite the server does so by itself.
    Retention,
    /// Print the OpenAPI document.
    Openapi,
    /// Print every setting with its value and where it comes from.
    Settings,
    /// Print the public keys of the URLs of images, for the worker that shows them.
    ImageKeys,
    /// Ask a running server on this machine whether it is ready; the exit status says it.
    Healthcheck,
    /// Administer the database, also beside a running server.
    #[command(subcommand)]
    Admin(admin::Command),
}

/// The exit status for settings or arguments that cannot be used, as clap gives it too.
const UNUSABLE: u8 = 2;

/// Runs the program with the arguments it was started with.
///
/// # Errors
/// What went wrong, for whoever started the program.
pub fn run() -> anyhow::Result<ExitCode> {
    let arguments = Arguments::parse();
    let command = arguments.command.unwrap_or(Command::Serve);
    if let Command::Openapi = command {
        print(&document::text());
        return Ok(ExitCode::SUCCESS);
    }
    let loaded: Loaded<ApiSettings> = match load(arguments.config.as_deref(), std::env::vars_os()) {
        Ok(loaded) => loaded,
        Err(faults) => {
            complain(&faults.to_string());
            return Ok(ExitCode::from(UNUSABLE));
        }
    };
    if let Command::Settings = command {
        print(&loaded.listing().to_string());
        return Ok(ExitCode::SUCCESS);
    }
    let settings = loaded.settings;
    match command {
        Command::ImageKeys => return image_keys::run(&settings),
        Command::Serve => return serve(settings),
        _ => {}
    }
    let runtime = tokio::runtime::Runtime::new()?;
    runtime.block_on(async {
        match command {
            Command::Migrate { status } => migrate(&settings, status).await,
            Command::Retention => retention::run(&settings).await,
            Command::Admin(command) => admin::run(command, &settings).await,
            Command::Healthcheck => Ok(crate::admin::healthcheck(settings.admin.listen, "/ready").await),
            Command::Openapi | Command::Settings | Command::ImageKeys | Command::Serve => {
                Ok(ExitCode::SUCCESS)
            }
        }
    })
}

/// Serves with these settings until a signal.
///
/// # Errors
/// What went wrong, for whoever started the program.
pub fn serve(settings: ApiSettings) -> anyhow::Result<ExitCode> {
    tokio::runtime::Runtime::new()?.block_on(serve::serve(settings))
}

/// The pool that hashes passwords as the settings say.
fn hasher(settings: &PasswordsSettings, random: &Random) -> anyhow::Result<Hasher> {
    let parameters = Parameters {
        memory_kib: settings.memory_kib,
        iterations: settings.iterations,
        parallelism: settings.parallelism,
    };
    let size = PoolSize { concurrent: settings.concurrent(), reserved: settings.reserved };
    Ok(Hasher::new(parameters, size, random.clone())?)
}

async fn migrate(settings: &ApiSettings, only_status: bool) -> anyhow::Result<ExitCode> {
    let store = Store::for_command(&settings.database).await?;
    if only_status {
        let pending = store.pending().await?;
        for migration in &pending {
            print(&format!("Missing {migration}.\n"));
        }
        if pending.is_empty() {
            print("The schema is up to date.\n");
        }
        return Ok(if pending.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE });
    }
    let applied = store.migrate().await?;
    if applied.is_empty() {
        print("The schema is up to date.\n");
    }
    for migration in applied {
        print(&format!("Applied {migration}.\n"));
    }
    store.close().await?;
    Ok(ExitCode::SUCCESS)
}

#[allow(clippy::print_stdout, reason = "the result of a command goes to standard output")]
fn print(text: &str) {
    print!("{text}");
}

#[allow(clippy::print_stderr, reason = "there is no log before there are settings")]
fn complain(text: &str) {
    eprintln!("{}", text.trim_end());
}
