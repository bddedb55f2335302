//! Accepting connections and serving them, within bounds.
//!
//! poem's own server waits for ever for the rest of a half-sent request, spins when the process has no
//! file descriptors left, and waits for ever for streams at shutdown; this one does not.

mod accept;
mod activity;
mod bind;
mod connection;
mod descriptors;
mod handshake;
#[cfg(test)]
mod tests;

use std::{future::Future, pin::pin, sync::Arc, time::Duration};

use poem::{Endpoint, IntoEndpoint};
use rustls::ServerConfig;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore, watch},
    task::JoinSet,
    time,
};

use self::connection::Common;
pub use self::{
    bind::{BindError, bind},
    descriptors::affordable,
};
use crate::tls::Followed;

/// TLS for a listener, as its files have it.
pub type Tls = Arc<Followed<ServerConfig>>;

/// The bounds of a listener.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Connections at once, those in their TLS handshake included; further ones wait in the system's queue.
    pub connections: usize,
    /// How long a TLS handshake may take.
    pub handshake: Duration,
    /// How long a connection may take from one request (or its beginning) to the complete head of the
    /// next.
    pub idle: Duration,
    /// How long a peer may not take anything of an answer.
    pub stall: Duration,
    /// How long requests in progress may go on after the stop.
    pub drain: Duration,
}

impl Limits {
    /// 1024 connections, 10 seconds for a handshake, 30 seconds for the next request, 30 for a peer that does not read,
    /// and `drain`.
    pub fn draining_for(drain: Duration) -> Self {
        Self {
            connections: 1024,
            handshake: Duration::from_secs(10),
            idle: Duration::from_secs(30),
            stall: Duration::from_secs(30),
            drain,
        }
    }
}

/// Serves `endpoint` to whoever connects until `stop` resolves; then accepts no more and returns when the
/// requests in progress have been answered, or when `limits.drain` is over and they have been cut off.
///
/// With `tls` it speaks nothing else. `name` tells this listener from others in the log and in metrics.
pub async fn serve<E>(
    name: &'static str,
    listener: TcpListener,
    tls: Option<Tls>,
    endpoint: E,
    limits: Limits,
    stop: impl Future<Output = ()>,
) where
    E: IntoEndpoint,
    E::Endpoint: 'static,
{
    let permits = Arc::new(Semaphore::new(limits.connections));
    let (stopping, stopped) = watch::channel(false);
    let common = Arc::new(Common { name, tls, endpoint: endpoint.into_endpoint(), limits, stopped });
    let mut connections = JoinSet::new();
    let mut stop = pin!(stop);
    loop {
        let next = async {
            let permit = permits.clone().acquire_owned().await.expect("nobody closes the semaphore");
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
                spawn(&mut connections, permit, connection::serve(stream, peer, Arc::clone(&common)));
            }
        }
    }
    stopping.send_replace(true);
    take_the_queue(listener, &permits, &mut connections, &common);
    let drained = time::timeout(limits.drain, async { while connections.join_next().await.is_some() {} });
    if drained.await.is_err() {
        tracing::warn!(listener = name, connections = connections.len(), "cut off at the end of the drain");
    }
}

/// Ends listening. Connections in the system's queue came before the stop, perhaps with a request, and closing the
/// listener would reset them: as many as there is room for are served still.
fn take_the_queue<E: Endpoint + 'static>(
    listener: TcpListener,
    permits: &Arc<Semaphore>,
    connections: &mut JoinSet<()>,
    common: &Arc<Common<E>>,
) {
    // Asked directly: the runtime may not know yet of who came last.
    let Ok(listener) = listener.into_std() else { return };
    while let Ok(permit) = permits.clone().try_acquire_owned() {
        let Ok((stream, peer)) = listener.accept() else { return };
        let Ok(stream) = stream.set_nonblocking(true).and_then(|()| TcpStream::from_std(stream)) else {
            continue;
        };
        spawn(connections, permit, connection::serve(stream, peer, Arc::clone(common)));
    }
}

/// A connection keeps its permit to the end.
fn spawn(
    connections: &mut JoinSet<()>,
    permit: OwnedSemaphorePermit,
    connection: impl Future<Output = ()> + Send + 'static,
) {
    connections.spawn(async move {
        let _permit = permit;
        connection.await;
    });
}
