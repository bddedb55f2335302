//! One connection: HTTP/1.1, or HTTP/2 by prior knowledge.

use std::{convert::Infallible, net::SocketAddr, pin::pin, sync::Arc, time::Duration};

use hyper::{Response, body::Incoming, service::service_fn};
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto::Builder,
};
use poem::{
    Endpoint, Request,
    http::{self, uri::Scheme},
    web::{LocalAddr, RemoteAddr},
};
use tokio::{net::TcpStream, sync::watch};
use tokio_io_timeout::TimeoutStream;

use super::{
    Limits,
    activity::{Activity, AnswerBody},
};

/// The head of a request, in bytes.
const LONGEST_HEAD: u32 = 64 * 1024;
const MOST_HEADERS: usize = 100;
/// HTTP/2 requests at once on one connection.
const MOST_STREAMS: u32 = 100;
/// How long a connection without a request may take to say goodbye.
const GOODBYE: Duration = Duration::from_secs(2);

/// Serves one connection until the peer ends it, until it was idle or its peer did not read for too long, or, after `stopped`,
/// until its requests in progress have been answered.
///
/// One rule bounds a half-sent head, an idle connection and an unfinished preface alike: from one request
/// to the next complete head, no longer than `idle`.
pub(super) async fn serve<E: Endpoint + 'static>(
    stream: TcpStream,
    peer: SocketAddr,
    endpoint: Arc<E>,
    limits: Limits,
    mut stopped: watch::Receiver<bool>,
) {
    // Both fail only when the peer is gone already.
    let (Ok(local), Ok(())) = (stream.local_addr(), stream.set_nodelay(true)) else { return };
    let activity = Activity::default();
    let service = service_fn(|request: http::Request<Incoming>| {
        let (local, remote) = (LocalAddr(local.into()), RemoteAddr(peer.into()));
        let request = Request::from((request, local, remote, Scheme::HTTP));
        let (endpoint, in_progress) = (endpoint.clone(), activity.begin());
        async move {
            let response: Response<_> = endpoint.get_response(request).await.into();
            Ok::<_, Infallible>(response.map(|body| AnswerBody { body, _in_progress: in_progress }))
        }
    });
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().max_buf_size(LONGEST_HEAD as usize).max_headers(MOST_HEADERS);
    builder.http2().max_header_list_size(LONGEST_HEAD).max_concurrent_streams(MOST_STREAMS);
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(limits.stall));
    let mut connection = pin!(builder.serve_connection(TokioIo::new(Box::pin(stream)), service));
    // How a connection failed is the peer's affair: nothing is answered to nobody.
    tokio::select! {
        _ = connection.as_mut() => return,
        () = activity.idle_for(limits.idle) => {}
        _ = stopped.wait_for(|stopped| *stopped) => {}
    }
    connection.as_mut().graceful_shutdown();
    tokio::select! {
        _ = connection => {}
        () = activity.idle_for(GOODBYE) => {}
    }
}
