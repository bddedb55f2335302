//! Accepting connections and serving them, within bounds.
//!
//! poem's own server waits for ever for the rest of a half-sent request, spins when the process has no
//! file descriptors left, and waits for ever for streams at shutdown; this one does not.

mod accept;
mod activity;
mod bind;
mod connection;
#[cfg(test)]
mod tests;

use std::{future::Future, pin::pin, sync::Arc, time::Duration};

use poem::IntoEndpoint;
use tokio::{
    net::TcpListener,
    sync::{Semaphore, watch},
    task::JoinSet,
    time,
};

pub use self::bind::{BindError, bind};

/// The bounds of a listener.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Connections at once; further ones wait in the system's queue.
    pub connections: usize,
    /// How long a connection may take from one request (or its beginning) to the complete head of the
    /// next.
    pub idle: Duration,
    /// How long a peer may not take anything of an answer.
    pub stall: Duration,
    /// How long requests in progress may go on after the stop.
    pub drain: Duration,
}

impl Limits {
    /// 1024 connections, 30 seconds for the next request, 30 for a peer that does not read, and `drain`.
    pub fn draining_for(drain: Duration) -> Self {
        Self { connections: 1024, idle: Duration::from_secs(30), stall: Duration::from_secs(30), drain }
    }
}

/// Serves `endpoint` to whoever connects until `stop` resolves; then accepts no more and returns when the
/// requests in progress have been answered, or when `limits.drain` is over and they have been cut off.
///
/// `name` tells this listener from others in the log and in metrics.
pub async fn serve<E>(
    name: &'static str,
    listener: TcpListener,
    endpoint: E,
    limits: Limits,
    stop: impl Future<Output = ()>,
) where
    E: IntoEndpoint,
    E::Endpoint: 'static,
{
    let endpoint = Arc::new(endpoint.into_endpoint());
    let permits = Arc::new(Semaphore::new(limits.connections));
    let (stopping, stopped) = watch::channel(false);
    let mut connections = JoinSet::new();
    let mut stop = pin!(stop);
    loop {
        let next = async {
            let permit = permits.clone().acquire_owned().await;
            (permit, accept::accept(name, || listener.accept()).await)
        };
        metrics::gauge!("natter_connections", "listener" => name).set(connections.len() as f64);
        tokio::select! {
            () = &mut stop => break,
            Some(ended) = connections.join_next() => {
                if ended.is_err() {
                    tracing::error!(listener = name, "a connection panicked");
                }
            }
            (permit, (stream, peer)) = next => {
                let connection = connection::serve(stream, peer, endpoint.clone(), limits, stopped.clone());
                connections.spawn(async move {
                    let _permit = permit;
                    connection.await;
                });
            }
        }
    }
    drop(listener);
    stopping.send_replace(true);
    let drained = time::timeout(limits.drain, async { while connections.join_next().await.is_some() {} });
    if drained.await.is_err() {
        tracing::warn!(listener = name, connections = connections.len(), "cut off at the end of the drain");
    }
}
