//! SIGTERM in the midst of work.

use std::{
    io::{Read, Write},
    net::TcpStream,
    sync::Arc,
    time::{Duration, Instant},
};

use reqwest::StatusCode;
use serde_json::json;
use tempfile::TempDir;

use super::{head, sent};
use crate::{
    authority::Authority,
    client::{Client, Session},
    process::PATIENCE,
    server::Server,
    tls::settings,
    wire,
};

/// A request that was sent: when it began, and what came back.
type Sent = (Instant, Result<StatusCode, String>);

/// Creates spaces on ever new connections, or on the same one, until it gets no answer.
async fn create_spaces(session: Session, worker: usize) -> Vec<Sent> {
    let mut all = Vec::new();
    for number in 0.. {
        let body = json!({"name": format!("space {number} of {worker}"), "owner": session.name});
        let begun = Instant::now();
        let answer = async {
            let answer = session.client.post_request("/spaces", body.to_string()).send().await?;
            let status = answer.status();
            answer.bytes().await.map(|_| status)
        };
        let outcome = answer.await.map_err(|error| format!("{error:?}"));
        let has_failed = outcome.is_err();
        all.push((begun, outcome));
        if has_failed {
            break;
        }
    }
    all
}

async fn every_request_is_answered(server: Server, clients: Vec<Session>) {
    let alice = clients[0].clone();
    let load: Vec<_> = clients
        .into_iter()
        .enumerate()
        .map(|(worker, session)| tokio::spawn(create_spaces(session, worker)))
        .collect();
    let deadline = Instant::now() + PATIENCE;
    while alice.client.get("/spaces?limit=200").await.expect(200).json().as_array().map_or(0, Vec::len) < 100
    {
        assert!(Instant::now() < deadline, "there is no load");
    }
    let address = server.address.clone();
    let signalled = Instant::now();
    let (directory, log) = tokio::task::spawn_blocking(move || server.stop()).await.expect("it stops");
    let took = signalled.elapsed();

    let (mut before, mut after, mut created, mut cut) = (0, 0, 0, Vec::new());
    for worker in load {
        for (begun, outcome) in worker.await.expect("it ends") {
            if begun < signalled {
                before += 1
            } else {
                after += 1
            }
            match outcome {
                Ok(status) => {
                    assert_eq!(status, 201);
                    created += 1;
                }
                Err(error) if begun < signalled => cut.push(error),
                Err(_) => {}
            }
        }
    }
    println!("{before} requests began before the signal and {after} after it; it took {took:?} to stop");
    assert!(cut.is_empty(), "{} requests were cut: {cut:#?}", cut.len());
    assert!(!log.contains("cut off"), "{log}");
    TcpStream::connect(address).expect_err("nobody listens any more");

    // What was acknowledged is there.
    let server = Server::start_in(directory, &[]);
    let alice = server.visitor().log_in("alice").await;
    let mut path = "/spaces?limit=1000".to_owned();
    let mut kept = 0;
    loop {
        let answer = alice.client.get(&path).await.expect(200);
        kept += answer.json().as_array().map_or(0, Vec::len);
        let next = answer.header("link").and_then(|link| link.split(['<', '>']).nth(1)).map(str::to_owned);
        match next {
            Some(next) => path = next,
            None => break,
        }
    }
    assert!(kept >= created, "{created} were acknowledged and {kept} are there");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_request_that_began_before_the_signal_is_answered() {
    let server = Server::start();
    let alice = server.user("alice").await;
    let with = |client: Client| Session { client: client.with_token(&alice.token), ..alice.clone() };
    // Half of them make a connection for each request, which then waits in the system's queue for a while.
    let clients = (0_usize..24).map(|number| {
        with(if number.is_multiple_of(2) {
            Client::new(&server.address)
        } else {
            Client::without_reuse(&server.address)
        })
    });
    let clients = clients.collect();
    every_request_is_answered(server, clients).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn so_it_is_over_tls() {
    let authority = Arc::new(Authority::new());
    let home = TempDir::new().expect("a temporary directory");
    let files = authority.loopback().write(home.path(), "server");
    let server = Server::start_with(&settings(&files));
    let client = Client::secure(&server.address, authority.client(None));
    client.register("alice").await;
    let alice = client.log_in("alice").await;
    let clients = (0..12).map(|_| alice.clone()).collect();
    every_request_is_answered(server, clients).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_is_half_sent_at_the_signal_is_answered_within_the_bound() {
    let server = Server::start();
    let alice = server.user("alice").await;
    let body = json!({"name": "plans", "owner": "alice"}).to_string();
    let (first, second) = body.split_at(10);
    let framing = format!("Content-Length: {}", body.len());
    let mut stream = sent(&server, (head(&server, &alice, "/spaces", &framing) + first).as_bytes());
    stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
    // Taken, because later ones are.
    alice.client.get("/spaces").await.expect(200);
    let (address, begun) = (server.address.clone(), Instant::now());
    server.terminate();
    while TcpStream::connect(&address).is_ok() {
        assert!(begun.elapsed() < PATIENCE, "it goes on listening");
    }
    tokio::time::sleep(Duration::from_millis(500)).await;
    stream.write_all(second.as_bytes()).expect("it is read");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("an answer, and then the end");
    let answer = wire::parse(&answer).expect(201);
    assert_eq!(answer.header("connection"), Some("close"));
    let (_, log) = server.stop();
    assert!(!log.contains("cut off"), "{log}");
    assert!(begun.elapsed() < Duration::from_secs(9), "it did not wait for the bound");
}
