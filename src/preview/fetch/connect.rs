//! A client for one hop, which can reach the judged addresses and nothing else.

use std::{
    io,
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use reqwest::{
    Client, Response,
    dns::{Addrs, Name, Resolve, Resolving},
    redirect, retry,
};
use rustls::ClientConfig;

use crate::preview::refusal::FetchError;

/// What every client of every hop has in common.
#[derive(Clone, Debug)]
pub struct Connecting {
    /// TLS, with the trusted roots.
    pub tls: ClientConfig,
    /// Time for connecting, over all addresses.
    pub timeout: Duration,
    /// Most bytes of an answer's header fields.
    pub max_header_bytes: u32,
    /// Most header fields of an answer.
    pub max_header_fields: usize,
}

impl Connecting {
    /// A client that dials `addresses` when asked for `name`, and no other name.
    ///
    /// It is made for one request and keeps nothing: no pooled connection outlives the judgement of
    /// its address, no cookie and no Alt-Svc of one site meets another.
    pub fn client(&self, name: Option<&str>, addresses: &[IpAddr]) -> Result<Client, FetchError> {
        let judged = Judged { name: name.map(Into::into), addresses: addresses.into() };
        Client::builder()
            .tls_backend_preconfigured(self.tls.clone())
            .dns_resolver(judged)
            .redirect(redirect::Policy::none())
            .retry(retry::never())
            .no_proxy()
            .referer(false)
            .pool_max_idle_per_host(0)
            .connect_timeout(self.timeout)
            .http1_max_headers(self.max_header_fields)
            .http2_max_header_list_size(self.max_header_bytes)
            .build()
            .map_err(|error| FetchError::Exchange(causes(&error)))
    }
}

/// Answers with the judged addresses of one name. Any other name is an error, so that nothing falls
/// back to the system's resolver. (For a literal address the connector asks nobody.)
struct Judged {
    name: Option<Box<str>>,
    addresses: Arc<[IpAddr]>,
}

impl Resolve for Judged {
    fn resolve(&self, name: Name) -> Resolving {
        let answer = if self.name.as_deref() == Some(name.as_str()) {
            // Port 0 stands for the port of the URL.
            let addresses: Vec<_> =
                self.addresses.iter().map(|address| SocketAddr::new(*address, 0)).collect();
            Ok(Box::new(addresses.into_iter()) as Addrs)
        } else {
            Err(io::Error::other("a name that was not judged").into())
        };
        Box::pin(async move { answer })
    }
}

/// The last word: the connection really goes to an address that was judged.
pub fn assert_peer(response: &Response, judged: &[IpAddr]) -> Result<(), FetchError> {
    match response.remote_addr() {
        Some(peer) if judged.contains(&peer.ip()) => Ok(()),
        _ => Err(FetchError::PeerNotJudged),
    }
}

/// An error with its causes, outermost first.
pub fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        next = cause.source();
    }
    text
}
