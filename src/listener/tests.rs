use std::{net::SocketAddr, time::Instant};

use poem::{Body, Endpoint, Response, endpoint};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::{Notify, mpsc, oneshot},
    task::JoinHandle,
};

use super::*;
use crate::{admin, allowed_hosts::AllowedHosts, readiness::Readiness, telemetry};

const SHORT: Duration = Duration::from_millis(200);
const LONG: Duration = Duration::from_secs(20);
const GET: &[u8] = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";

/// A listener on a free port, which stops when `stop` is dropped or sent to.
struct Running {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    served: JoinHandle<()>,
}

async fn run<E>(endpoint: E, limits: Limits) -> Running
where
    E: IntoEndpoint + Send + 'static,
    E::Endpoint: 'static,
{
    let listener = bind("http.listen", ([127, 0, 0, 1], 0).into()).expect("a free port");
    let address = listener.local_addr().expect("it is bound");
    let (stop, stopped) = oneshot::channel::<()>();
    let served = tokio::spawn(async move {
        serve("test", listener, None, endpoint, limits, async { drop(stopped.await) }).await;
    });
    Running { address, stop, served }
}

fn limits(idle: Duration, drain: Duration) -> Limits {
    Limits { connections: 8, handshake: LONG, idle, stall: LONG, drain }
}

async fn connected(address: SocketAddr, bytes: &[u8]) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.expect("it listens");
    stream.write_all(bytes).await.expect("the bytes are sent");
    stream
}

async fn rest(mut stream: TcpStream) -> String {
    let mut bytes = Vec::new();
    // A reset ends a connection as well as a close does.
    let _ = stream.read_to_end(&mut bytes).await;
    String::from_utf8(bytes).expect("text")
}

fn greeting() -> impl Endpoint {
    endpoint::make_sync(|_| "hello")
}

/// An endpoint that says that a request has come and answers when it is told to.
fn waiting() -> (impl Endpoint, mpsc::UnboundedReceiver<()>, Arc<Notify>) {
    let (came, coming) = mpsc::unbounded_channel();
    let go = Arc::new(Notify::new());
    let gate = go.clone();
    let endpoint = endpoint::make(move |_| {
        let (came, gate) = (came.clone(), gate.clone());
        async move {
            came.send(()).expect("the test waits for it");
            gate.notified().await;
            Ok::<_, poem::Error>(Response::from("done"))
        }
    });
    (endpoint, coming, go)
}

#[tokio::test]
async fn a_half_sent_request_is_closed_when_its_time_is_over() {
    let running = run(greeting(), limits(SHORT, LONG)).await;
    for half in [&b""[..], b"PRI * HTTP/2.0\r\n", b"GET / HTTP/1.1\r\nHost: loc"] {
        let start = Instant::now();
        let answer = time::timeout(LONG, rest(connected(running.address, half).await)).await;
        assert!(!answer.expect("it is closed").contains("200"));
        assert!(start.elapsed() >= SHORT, "closed too early");
    }
}

#[tokio::test]
async fn bytes_now_and_then_do_not_keep_a_connection() {
    let running = run(greeting(), limits(SHORT, LONG)).await;
    let (mut reader, mut writer) = connected(running.address, b"GET / HTTP/1.1\r\n").await.into_split();
    let trickle = async {
        let mut ticks = time::interval(SHORT / 10);
        loop {
            ticks.tick().await;
            if writer.write_all(b"a: b\r\n").await.is_err() {
                return;
            }
        }
    };
    let mut answer = Vec::new();
    let closed = async { while matches!(reader.read_buf(&mut answer).await, Ok(1..)) {} };
    time::timeout(LONG, async { tokio::join!(trickle, closed) }).await.expect("it is closed");
}

#[tokio::test]
async fn an_answer_may_take_longer_than_the_next_request() {
    let (endpoint, mut came, go) = waiting();
    let running = run(endpoint, limits(SHORT, LONG)).await;
    let stream = connected(running.address, GET).await;
    came.recv().await.expect("the request arrives");
    time::sleep(SHORT * 3).await;
    go.notify_one();
    let answer = time::timeout(LONG, rest(stream)).await.expect("closed when idle after the answer");
    assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("done"), "{answer}");
}

#[tokio::test]
async fn a_stream_is_in_progress_until_its_last_byte() {
    let (chunks, receiver) = mpsc::unbounded_channel::<&str>();
    let receiver = std::sync::Mutex::new(Some(receiver));
    let endpoint = endpoint::make_sync(move |_| {
        let receiver = receiver.lock().expect("no test panics").take().expect("one request");
        let stream = futures_util::stream::unfold(receiver, async |mut receiver| {
            receiver.recv().await.map(|chunk| (Ok::<_, std::io::Error>(chunk), receiver))
        });
        Body::from_bytes_stream(stream)
    });
    let running = run(endpoint, limits(SHORT, LONG)).await;
    let stream = connected(running.address, GET).await;
    chunks.send("first").expect("the stream is open");
    time::sleep(SHORT * 3).await;
    chunks.send("last").expect("the stream is open");
    drop(chunks);
    let answer = time::timeout(LONG, rest(stream)).await.expect("closed when idle after the stream");
    assert!(answer.contains("first") && answer.contains("last"), "{answer}");
}

#[tokio::test]
async fn a_request_in_progress_is_answered_after_the_stop_and_no_more_are_taken() {
    let (endpoint, mut came, go) = waiting();
    let running = run(endpoint, limits(LONG, LONG)).await;
    let idle = connected(running.address, b"").await;
    let busy = connected(running.address, GET).await;
    came.recv().await.expect("the request arrives");
    running.stop.send(()).expect("it runs");
    assert_eq!(rest(idle).await, "", "an idle connection is closed");
    TcpStream::connect(running.address).await.expect_err("nothing listens any more");
    go.notify_one();
    assert!(rest(busy).await.ends_with("done"));
    time::timeout(LONG, running.served).await.expect("it returns").expect("it does not panic");
}

/// Whoever has sent a request before the stop is answered, though the server has seen nothing of it yet: what is done
/// here without waiting, this one thread's server has no time to see.
#[tokio::test]
async fn a_request_that_is_on_its_way_at_the_stop_is_answered() {
    let running = run(greeting(), Limits { connections: 32, ..limits(LONG, LONG) }).await;
    let mut streams = Vec::new();
    for _ in 0..8 {
        let mut stream = connected(running.address, GET).await;
        let mut answer = Vec::new();
        while !answer.ends_with(b"hello") {
            stream.read_buf(&mut answer).await.expect("an answer");
        }
        streams.push(stream.into_std().expect("it is a socket"));
    }
    let in_the_queue = |_| std::net::TcpStream::connect(running.address).expect("it listens");
    streams.extend((0..8).map(in_the_queue));
    for stream in &mut streams {
        std::io::Write::write_all(stream, GET).expect("sent");
    }
    running.stop.send(()).expect("it runs");
    for stream in streams {
        stream.set_nonblocking(true).expect("as the runtime needs it");
        let answer = rest(TcpStream::from_std(stream).expect("it is a socket")).await;
        assert!(answer.contains("connection: close") && answer.ends_with("hello"), "{answer:?}");
    }
    time::timeout(LONG, running.served).await.expect("it returns").expect("it does not panic");
}

#[tokio::test]
async fn the_drain_is_bounded() {
    let (endpoint, mut came, _go) = waiting();
    let running = run(endpoint, limits(LONG, SHORT)).await;
    let busy = connected(running.address, GET).await;
    came.recv().await.expect("the request arrives");
    running.stop.send(()).expect("it runs");
    let start = Instant::now();
    time::timeout(LONG, running.served).await.expect("it returns").expect("it does not panic");
    assert!(start.elapsed() >= SHORT, "cut off too early");
    assert_eq!(rest(busy).await, "");
}

#[tokio::test]
async fn connections_beyond_the_limit_wait_for_a_place() {
    let running = run(greeting(), Limits { connections: 1, ..limits(SHORT, LONG) }).await;
    let first = connected(running.address, b"").await;
    let second = connected(running.address, GET).await;
    let answer = time::timeout(LONG, rest(second)).await.expect("it gets the place of the first");
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    drop(first);
}

#[tokio::test]
async fn a_panic_ends_its_connection_alone() {
    let endpoint = endpoint::make_sync(|request| {
        assert_eq!(request.uri().path(), "/", "as meant by the test");
        "hello"
    });
    let running = run(endpoint, limits(SHORT, LONG)).await;
    let panicked = connected(running.address, b"GET /panic HTTP/1.1\r\nHost: localhost\r\n\r\n").await;
    assert_eq!(rest(panicked).await, "");
    assert!(rest(connected(running.address, GET).await).await.starts_with("HTTP/1.1 200"));
}

#[tokio::test]
async fn http_2_is_spoken_by_prior_knowledge() {
    // reqwest builds a TLS set-up for every client.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let running = run(greeting(), limits(LONG, LONG)).await;
    let client = reqwest::Client::builder().http2_prior_knowledge().build().expect("a client");
    let answer = client.get(format!("http://{}/", running.address)).send().await.expect("an answer");
    assert_eq!(answer.version(), poem::http::Version::HTTP_2);
    assert_eq!(answer.text().await.expect("a body"), "hello");
    running.stop.send(()).expect("it runs");
    time::timeout(LONG, running.served).await.expect("it returns").expect("it does not panic");
}

#[tokio::test]
async fn the_health_check_tells_ready_from_not_ready_from_absent() {
    let readiness = Readiness::default();
    let store = readiness.component("store", "is being opened");
    let (_, metrics) = telemetry::metrics::recorder();
    let endpoint = admin::endpoint(readiness, metrics, AllowedHosts::admin(&[]));
    let running = run(endpoint, limits(LONG, LONG)).await;
    let error = admin::check(running.address, "/ready").await.expect_err("not ready").to_string();
    assert!(error.contains("503") && error.contains("is being opened"), "{error}");
    admin::check(running.address, "/live").await.expect("it lives");
    store.ready();
    admin::check(running.address, "/ready").await.expect("it is ready");

    running.stop.send(()).expect("it runs");
    running.served.await.expect("it does not panic");
    let error = admin::check(running.address, "/ready").await.expect_err("it is gone");
    assert!(matches!(error, admin::Unhealthy::Unreachable(..)), "{error}");
}
