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
    program::{conclude, print, wait_for},
    random::Random,
    settings::{ApiSettings, PasswordsSettings, load},
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

/// Runs the program with the arguments it was started with.
///
/// # Errors
/// What went wrong, for whoever started the program.
pub fn run() -> anyhow::Result<ExitCode> {
    conclude(perform(Arguments::parse()))
}

fn perform(Arguments { config, command }: Arguments) -> anyhow::Result<ExitCode> {
    let loaded = || load::<ApiSettings>(config.as_deref(), std::env::vars_os());
    let settings = || loaded().map(|loaded| loaded.settings);
    match command.unwrap_or(Command::Serve) {
        Command::Serve => serve(settings()?),
        Command::Migrate { status } => wait_for(migrate(&settings()?, status)),
        Command::Retention => wait_for(retention::run(&settings()?)),
        Command::Openapi => {
            print(&document::text());
            Ok(ExitCode::SUCCESS)
        }
        Command::Settings => {
            print(&loaded()?.listing().to_string());
            Ok(ExitCode::SUCCESS)
        }
        Command::ImageKeys => image_keys::run(&settings()?),
        Command::Healthcheck => {
            let asked = settings()?.admin.listen;
            wait_for(async move { Ok(crate::admin::healthcheck(asked, "/ready").await) })
        }
        Command::Admin(command) => wait_for(admin::run(command, &settings()?)),
    }
}

/// Serves with these settings until a signal.
///
/// # Errors
/// What went wrong, for whoever started the program.
pub fn serve(settings: ApiSettings) -> anyhow::Result<ExitCode> {
    wait_for(serve::serve(settings))
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
