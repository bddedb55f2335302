//! One connection: HTTP/1.1, or HTTP/2 by prior knowledge or by ALPN.

use std::{
    convert::Infallible,
    io,
    net::SocketAddr,
    pin::{Pin, pin},
    sync::Arc,
    time::Duration,
};

use hyper::{Response, body::Incoming, service::service_fn};
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto::Builder,
};
use poem::{
    Endpoint, Request,
    http::{
        self, HeaderValue, Version,
        header::{CONNECTION, STRICT_TRANSPORT_SECURITY},
        uri::Scheme,
    },
    web::{LocalAddr, RemoteAddr},
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    sync::watch,
    time::sleep,
};
use tokio_io_timeout::TimeoutStream;

use super::{
    Limits, Tls,
    activity::{Activity, AnswerBody},
    handshake::shake_hands,
};

/// The head of a request, in bytes.
const LONGEST_HEAD: u32 = 64 * 1024;
const MOST_HEADERS: usize = 100;
/// HTTP/2 requests at once on one connection.
const MOST_STREAMS: u32 = 100;
/// How long after the stop a connection goes on taking requests: what was sent before it may still be on its way.
const LINGER: Duration = Duration::from_millis(300);
/// How long a connection without a request may take to say goodbye, and after the stop a handshake to end.
const GOODBYE: Duration = Duration::from_secs(2);
/// A year, as RFC 6797 suggests; what is below this host decides for itself.
const STRICT_TRANSPORT: HeaderValue = HeaderValue::from_static("max-age=31536000");

/// What all connections of a listener have in common.
pub(super) struct Common<E> {
    pub(super) name: &'static str,
    pub(super) tls: Option<Tls>,
    pub(super) endpoint: E,
    pub(super) limits: Limits,
    pub(super) stopped: watch::Receiver<bool>,
}

/// Serves one connection until the peer ends it, until it was idle or its peer did not read for too long, or, after
/// `stopped`, until its requests in progress have been answered.
pub(super) async fn serve<E: Endpoint + 'static>(
    stream: TcpStream,
    peer: SocketAddr,
    common: Arc<Common<E>>,
) {
    // This fails only when the peer is gone already.
    let (Ok(local), Ok(stream)) = (stream.local_addr(), prepare(stream, common.limits.stall)) else { return };
    let ends = (local, peer);
    match &common.tls {
        None => converse(stream, ends, Scheme::HTTP, &common).await,
        Some(tls) => {
            let handshake = shake_hands(common.name, tls.get(), stream, common.limits.handshake);
            let stream = tokio::select! {
                stream = handshake => stream,
                () = since_stop(&common.stopped, GOODBYE) => None,
            };
            if let Some(stream) = stream {
                converse(stream, ends, Scheme::HTTPS, &common).await;
            }
        }
    }
}

/// A peer that takes nothing for as long as `stall` is an error; what is written is sent at once, without waiting for
/// more (Nagle's algorithm).
fn prepare(stream: TcpStream, stall: Duration) -> io::Result<Pin<Box<TimeoutStream<TcpStream>>>> {
    stream.set_nodelay(true)?;
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(stall));
    Ok(Box::pin(stream))
}

/// One rule bounds a half-sent head, an idle connection and an unfinished preface alike: from one request
/// to the next complete head, no longer than `idle`.
async fn converse<E: Endpoint + 'static>(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    (local, peer): (SocketAddr, SocketAddr),
    scheme: Scheme,
    common: &Arc<Common<E>>,
) {
    let activity = Activity::new();
    let service = service_fn(|request: http::Request<Incoming>| {
        let (local, remote) = (LocalAddr(local.into()), RemoteAddr(peer.into()));
        let (scheme, version) = (scheme.clone(), request.version());
        let request = Request::from((request, local, remote, scheme.clone()));
        let (common, in_progress) = (Arc::clone(common), activity.begin());
        async move {
            let mut response: Response<_> = common.endpoint.get_response(request).await.into();
            if scheme == Scheme::HTTPS {
                response.headers_mut().insert(STRICT_TRANSPORT_SECURITY, STRICT_TRANSPORT);
            }
            if *common.stopped.borrow() && version < Version::HTTP_2 {
                response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
            }
            Ok::<_, Infallible>(response.map(|body| AnswerBody { body, _in_progress: in_progress }))
        }
    });
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().max_buf_size(LONGEST_HEAD as usize).max_headers(MOST_HEADERS);
    builder.http2().max_header_list_size(LONGEST_HEAD).max_concurrent_streams(MOST_STREAMS);
    let mut connection = pin!(builder.serve_connection(TokioIo::new(stream), service));
    // How a connection failed is the peer's affair: nothing is answered to nobody.
    tokio::select! {
        _ = connection.as_mut() => return,
        () = activity.idle_for(common.limits.idle) => {}
        () = since_stop(&common.stopped, LINGER) => {}
    }
    connection.as_mut().graceful_shutdown();
    tokio::select! {
        _ = connection => {}
        () = activity.idle_for(GOODBYE) => {}
    }
}

/// Waits until the listener was stopped, and `pause` longer.
async fn since_stop(stopped: &watch::Receiver<bool>, pause: Duration) {
    // An error would mean that the listener is gone, and with it everything of it.
    let _ = stopped.clone().wait_for(|stopped| *stopped).await;
    sleep(pause).await;
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    #[tokio::test]
    async fn small_answers_are_sent_at_once() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("it is bound");
        let _client = TcpStream::connect(address).await.expect("it listens");
        let (stream, _) = listener.accept().await.expect("somebody comes");
        let stream = prepare(stream, Duration::from_secs(1)).expect("it is prepared");
        assert!(stream.get_ref().nodelay().expect("it is known"));
        assert_eq!(stream.write_timeout(), Some(Duration::from_secs(1)));
    }
}
