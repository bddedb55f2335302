//! From the first signal to the end of the process: not ready, then a bounded drain, then the end.
//!
//! The order of a stop is: [`Termination::stop`] takes readiness away and resolves; given as the `stop` of
//! [`Watched::serve`], it ends accepting and starts the drain; when that returns, the store is closed and the process
//! ends. The admin listener answers from before the start until then.

use std::io;

use poem::IntoEndpoint;
use tokio::{
    net::TcpListener,
    signal::unix::{Signal, SignalKind, signal},
    sync::watch,
    task::{JoinError, JoinHandle},
};

use crate::{
    listener::{self, Limits, Tls},
    readiness::Readiness,
};

/// Connections of the admin listener at once: some probes and scrapers.
const ADMIN_CONNECTIONS: usize = 64;

/// The signals that ask the process to end: SIGTERM and SIGINT.
#[derive(Debug)]
pub struct Termination {
    terminate: Signal,
    interrupt: Signal,
}

impl Termination {
    /// Takes the signals over from their default action, which ends the process at once.
    ///
    /// # Errors
    /// When the system does not let us handle signals.
    pub fn handle() -> io::Result<Self> {
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    /// Waits for a signal, then takes readiness away.
    pub async fn stop(mut self, readiness: Readiness) {
        let name = tokio::select! {
            _ = self.terminate.recv() => "SIGTERM",
            _ = self.interrupt.recv() => "SIGINT",
        };
        readiness.stop();
        tracing::info!(signal = name, "stopping");
    }
}

/// A process that is watched: its admin listener answers.
#[derive(Debug)]
pub struct Watched {
    bounds: Limits,
    task: JoinHandle<()>,
    end: watch::Sender<()>,
}

impl Watched {
    /// Serves the endpoint of the admin listener from now on, so that who watches sees the start as well as the drain,
    /// which is within `bounds`.
    pub fn by<A>(admin: (TcpListener, A), bounds: Limits) -> Self
    where
        A: IntoEndpoint + Send + 'static,
        A::Endpoint: 'static,
    {
        let admin_bounds = Limits { connections: ADMIN_CONNECTIONS, ..Limits::draining_for(bounds.drain) };
        let (end, mut ends) = watch::channel(());
        let task = tokio::spawn(listener::serve("admin", admin.0, None, admin.1, admin_bounds, async move {
            let _ = ends.changed().await;
        }));
        Self { bounds, task, end }
    }

    /// Serves the endpoint of `public`, by TLS if there is some, until `stop` resolves and its requests in progress are
    /// answered or the drain is over.
    ///
    /// # Errors
    /// When the admin listener panicked.
    pub async fn serve<P>(
        self,
        (listener, tls, endpoint): (TcpListener, Option<Tls>, P),
        stop: impl Future<Output = ()>,
    ) -> Result<(), JoinError>
    where
        P: IntoEndpoint,
        P::Endpoint: 'static,
    {
        listener::serve("public", listener, tls, endpoint, self.bounds, stop).await;
        self.end.send_replace(());
        self.task.await
    }
}

#[cfg(test)]
mod tests {
    use std::process::{self, Command};

    use super::*;

    #[tokio::test]
    async fn a_signal_takes_readiness_away_before_anything_stops() {
        for signal in ["TERM", "INT"] {
            let readiness = Readiness::default();
            let termination = Termination::handle().expect("signals can be handled");
            let kill = format!("kill -{signal} {}", process::id());
            assert!(Command::new("sh").args(["-c", &kill]).status().expect("sh runs").success());
            assert!(readiness.reasons().is_empty());
            termination.stop(readiness.clone()).await;
            assert_eq!(readiness.reasons()[0].detail, "is shutting down");
        }
    }
}
