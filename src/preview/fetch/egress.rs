//! Out through a proxy that the operator names, and never around it.
//!
//! The proxy is asked (CONNECT, RFC 9110, section 9.3.6) for the address that was judged, never for a name, so that what
//! it reaches is what was judged. TLS and HTTP are spoken with the site, through the tunnel.

use std::{
    io,
    net::{IpAddr, SocketAddr},
    pin::pin,
    sync::Arc,
};

use hyper::client::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use poem::http::{HeaderMap, HeaderValue, Request, header::HOST, uri::Authority};
use reqwest::{Body, Response};
use rustls::pki_types::ServerName;
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::TlsConnector;

use super::{connect::Connecting, resolve::Resolver};
use crate::preview::{refusal::FetchError, target::Target};

/// The most bytes of the proxy's own answer.
const MAX_HEAD: usize = 8 * 1024;

/// A proxy that everything goes out through.
#[derive(Clone, Debug)]
pub struct Egress(Authority);

impl Egress {
    /// The proxy at this host and port.
    pub fn new(proxy: Authority) -> Self {
        Self(proxy)
    }

    /// One request to the target, at one of the judged addresses.
    ///
    /// # Errors
    /// If the proxy cannot be reached or refuses, or the site cannot be spoken with. Nothing is dialled then.
    pub async fn get(
        &self,
        connecting: &Connecting,
        resolver: &Resolver,
        (target, addresses): (&Target, &[IpAddr]),
        fields: HeaderMap,
    ) -> Result<Response, FetchError> {
        let failed =
            |error: &dyn std::fmt::Display| FetchError::Exchange(format!("through the proxy: {error}"));
        let tunnel = async {
            let proxies = self.addresses(resolver).await?;
            let mut last = io::Error::other("nowhere to go");
            for address in addresses {
                match tunnel(&proxies, SocketAddr::new(*address, target.port())).await {
                    Ok(stream) => return Ok(stream),
                    Err(error) => last = error,
                }
            }
            Err(failed(&last))
        };
        let late = |_| failed(&"the time for connecting is over");
        let stream = timeout(connecting.timeout, tunnel).await.map_err(late)??;
        if target.url().scheme() != "https" {
            return speak_http1(stream, connecting, target, fields).await.map_err(|error| failed(&error));
        }
        let host = target.url().host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned();
        let name = ServerName::try_from(host).map_err(|error| failed(&error))?;
        let tls = TlsConnector::from(Arc::new(connecting.tls.clone())).connect(name, stream);
        let stream = timeout(connecting.timeout, tls).await.map_err(late)?.map_err(|error| failed(&error))?;
        let spoken = if stream.get_ref().1.alpn_protocol() == Some(b"h2") {
            speak_http2(stream, connecting, target, fields).await
        } else {
            speak_http1(stream, connecting, target, fields).await
        };
        spoken.map_err(|error| failed(&error))
    }

    /// Where the proxy is. It is the operator's, so no policy judges it.
    async fn addresses(&self, resolver: &Resolver) -> Result<Vec<SocketAddr>, FetchError> {
        let (host, port) = (self.0.host().trim_matches(['[', ']']), self.0.port_u16().unwrap_or_default());
        let addresses = match host.parse() {
            Ok(address) => vec![address],
            Err(_) => resolver.addresses(host).await?,
        };
        Ok(addresses.into_iter().map(|address| SocketAddr::new(address, port)).collect())
    }
}

/// A tunnel to this address through the first proxy that answers.
async fn tunnel(proxies: &[SocketAddr], to: SocketAddr) -> io::Result<TcpStream> {
    let mut stream = TcpStream::connect(proxies).await?;
    stream.set_nodelay(true)?;
    stream.write_all(format!("CONNECT {to} HTTP/1.1\r\nHost: {to}\r\n\r\n").as_bytes()).await?;
    let mut head = Vec::new();
    // Byte by byte: what follows the head is the site's.
    while !head.ends_with(b"\r\n\r\n") {
        if head.len() == MAX_HEAD {
            return Err(io::Error::other("its answer is too long"));
        }
        head.push(stream.read_u8().await?);
    }
    let status = head.strip_prefix(b"HTTP/1.1 ").or(head.strip_prefix(b"HTTP/1.0 ")).unwrap_or_default();
    match status {
        [b'2', b'0'..=b'9', b'0'..=b'9', ..] => Ok(stream),
        _ => Err(io::Error::other("it refuses")),
    }
}

async fn speak_http1(
    stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
    connecting: &Connecting,
    target: &Target,
    fields: HeaderMap,
) -> Result<Response, hyper::Error> {
    let mut builder = http1::Builder::new();
    builder.max_headers(connecting.max_header_fields);
    let (mut sender, connection) = builder.handshake(TokioIo::new(stream)).await?;
    let url = target.url();
    let path = &url[url::Position::BeforePath..url::Position::AfterQuery];
    let mut request = request(path, fields);
    let host = &url[url::Position::BeforeHost..url::Position::AfterPort];
    request.headers_mut().extend(HeaderValue::from_str(host).ok().map(|host| (HOST, host)));
    exchange(sender.send_request(request), connection).await
}

async fn speak_http2(
    stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
    connecting: &Connecting,
    target: &Target,
    fields: HeaderMap,
) -> Result<Response, hyper::Error> {
    let mut builder = http2::Builder::new(TokioExecutor::new());
    builder.max_header_list_size(connecting.max_header_bytes);
    let (mut sender, connection) = builder.handshake(TokioIo::new(stream)).await?;
    let url = target.url();
    exchange(sender.send_request(request(&url[..url::Position::AfterQuery], fields)), connection).await
}

fn request(uri: &str, fields: HeaderMap) -> Request<Body> {
    let mut request = Request::new(Body::from(""));
    // A URL that the URL standard writes is one to this parser too; if not, the site gets `/` and no more.
    *request.uri_mut() = uri.parse().unwrap_or_default();
    *request.headers_mut() = fields;
    request
}

/// Drives the connection until the answer's head is there, and from then on behind its body.
async fn exchange(
    response: impl Future<Output = hyper::Result<poem::http::Response<hyper::body::Incoming>>>,
    connection: impl Future<Output = hyper::Result<()>> + Send + 'static,
) -> hyper::Result<Response> {
    let mut response = pin!(response);
    let mut connection = Box::pin(connection);
    let response = tokio::select! {
        biased;
        response = &mut response => {
            tokio::spawn(connection);
            response?
        }
        // An answer that came with the end is here by now.
        _ = &mut connection => response.await?,
    };
    Ok(response.map(Body::wrap).into())
}
