//! The preview worker as an HTTP service.

mod document;
mod get_preview;
mod guard;
mod settings;

#[cfg(test)]
mod tests;

use std::io;

use poem::{Endpoint, IntoEndpoint, Response, Route, Server, listener::TcpAcceptor};
use tokio::net::TcpListener;

pub use self::{document::document, settings::Settings};
use self::{document::open_api, get_preview::Api, guard::Guarded};
use super::{Previewer, StartError, fetch::seconds};

/// Why the service cannot run, or stopped.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// Fetching cannot begin.
    #[error(transparent)]
    Start(#[from] StartError),
    /// The listener failed.
    #[error("the listener failed: {0}")]
    Listener(#[from] io::Error),
}

/// Serves previews on `listener` until `shutdown` is over; requests under way are then given
/// `grace_seconds`.
///
/// # Errors
/// If the settings cannot be used, the system lacks what fetching needs, or the listener fails.
pub async fn serve(
    listener: TcpListener,
    fetching: &super::Settings,
    service: &Settings,
    shutdown: impl Future<Output = ()>,
) -> Result<(), ServeError> {
    let grace = seconds("grace_seconds", service.grace_seconds)?;
    let hosts = service.hosts_for(listener.local_addr()?);
    let endpoint = endpoint(Previewer::new(fetching)?, service.max_concurrent, hosts);
    let acceptor = TcpAcceptor::from_tokio(listener)?;
    Server::new_with_acceptor(acceptor).run_with_graceful_shutdown(endpoint, shutdown, Some(grace)).await?;
    Ok(())
}

/// The service without a listener.
pub fn endpoint(
    previewer: Previewer,
    max_concurrent: usize,
    hosts: Vec<String>,
) -> impl Endpoint<Output = Response> {
    let api = Api::new(previewer, max_concurrent);
    Guarded::new(Route::new().nest("/", open_api(api)).into_endpoint(), hosts)
}
