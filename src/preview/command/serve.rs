//! `natter-preview serve`.

use std::{net::SocketAddr, process::ExitCode};

use anyhow::Context;
use clap::Args;
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
};

use super::FetchOptions;
use crate::preview::service;

#[derive(Args)]
pub struct Arguments {
    /// The address and port to listen on.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:4568")]
    listen: SocketAddr,
    /// Answer to this Host (`name` or `name:port`) instead of the listen address and localhost. May be repeated.
    #[arg(long = "host", value_name = "HOST")]
    hosts: Vec<String>,
    /// Fetches at one time.
    #[arg(long, value_name = "NUMBER")]
    max_concurrent: Option<usize>,
    #[command(flatten)]
    options: FetchOptions,
}

/// Serves until SIGTERM or SIGINT.
pub async fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let mut settings = service::Settings::defaults();
    settings.hosts.extend(arguments.hosts);
    if let Some(max_concurrent) = arguments.max_concurrent {
        settings.max_concurrent = max_concurrent;
    }
    let listener = TcpListener::bind(arguments.listen)
        .await
        .with_context(|| format!("{} cannot be listened on", arguments.listen))?;
    let stop = asked_to_stop()?;
    service::serve(listener, &arguments.options.settings(), &settings, stop).await?;
    Ok(ExitCode::SUCCESS)
}

/// Listens for the signals at once, so that none is lost, and ends with the first.
fn asked_to_stop() -> std::io::Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}
