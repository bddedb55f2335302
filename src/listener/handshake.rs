//! The TLS handshake, within its deadline.

use std::{sync::Arc, time::Duration};

use rustls::{Error, ServerConfig};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    time::timeout,
};
use tokio_rustls::{TlsAcceptor, server::TlsStream};

/// Shakes hands; `None` where that fails or takes longer than `deadline`. The peer has heard an alert by then, or is
/// silent itself.
pub(super) async fn shake_hands<S: AsyncRead + AsyncWrite + Unpin>(
    name: &'static str,
    config: Arc<ServerConfig>,
    stream: S,
    deadline: Duration,
) -> Option<TlsStream<S>> {
    let (why, error) = match timeout(deadline, TlsAcceptor::from(config).accept(stream)).await {
        Ok(Ok(stream)) => return Some(stream),
        Ok(Err(error)) => {
            let why = error.get_ref().and_then(|error| error.downcast_ref()).map_or("connection", reason);
            (why, error.to_string())
        }
        Err(_) => ("deadline", format!("not done within {deadline:?}")),
    };
    metrics::counter!("natter_tls_handshake_failures_total", "listener" => name, "reason" => why)
        .increment(1);
    tracing::debug!(listener = name, reason = why, error, "no TLS");
    None
}

/// A label for what is wrong: of few values, whatever strangers send.
fn reason(error: &Error) -> &'static str {
    match error {
        Error::NoCertificatesPresented => "no_client_certificate",
        Error::InvalidCertificate(_) => "client_certificate",
        Error::AlertReceived(_) => "alert",
        Error::InvalidMessage(_) | Error::InappropriateMessage { .. } => "no_tls",
        _ => "other",
    }
}
