//! Connections on which nothing happens.

use std::{
    net::TcpStream,
    process::{self, Command},
    time::Instant,
};

use super::{kilobytes, sent};
use crate::{client::Client, process::PATIENCE, server::Server, tls::metric};

const CONNECTIONS: &str = r#"natter_connections{listener="public"}"#;

/// As many descriptors as this process may have; raises it to that.
fn descriptors() -> usize {
    let shell = |script: &str| {
        let output = Command::new("sh").args(["-c", script]).output().expect("sh runs");
        String::from_utf8(output.stdout).expect("UTF-8").trim().to_owned()
    };
    shell(&format!("prlimit --pid {} --nofile=$(ulimit -Hn):", process::id()));
    shell("ulimit -n").parse().unwrap_or(1_000_000)
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_idle_connections_are_kept_and_keep_nobody_waiting() {
    // Other tests have theirs beside these.
    let number = 10_000.min(descriptors().saturating_sub(1_000));
    assert!(number >= 1_000, "raise the limit of open files (ulimit -n)");
    let server = Server::start_with(&[
        ("NATTER_HTTP__MAX_CONNECTIONS", "20000"),
        ("NATTER_HTTP__IDLE_SECONDS", "600"),
    ]);
    let alice = server.user("alice").await;
    let admin = Client::new(&server.admin);
    let before = kilobytes(server.id(), "VmRSS");
    let connect = |index: usize| {
        if index.is_multiple_of(2) {
            TcpStream::connect(&server.address).expect("taken")
        } else {
            sent(&server, b"GET /")
        }
    };
    let idle: Vec<TcpStream> = (0..number).map(connect).collect();
    let deadline = Instant::now() + PATIENCE;
    while (metric(&admin, CONNECTIONS).await as usize) < number {
        assert!(Instant::now() < deadline, "not all are taken");
    }
    let begun = Instant::now();
    alice.create_space("plans").await;
    let (answered, peak) = (begun.elapsed(), kilobytes(server.id(), "VmHWM"));
    let each = (peak - before) / number as u64;
    println!(
        "{number} idle connections: {peak} kB at most, {each} kB for each; a POST beside them took {answered:?}"
    );
    assert!(each < 48, "{each} kB for each connection");

    drop(idle);
    while metric(&admin, CONNECTIONS).await > 100 {
        assert!(Instant::now() < deadline, "they are not given back");
        // What counts connections counts at the next one.
        drop(server.visitor().get("/docs").await);
    }
}

#[tokio::test]
async fn beyond_the_cap_a_connection_waits_for_an_idle_one_to_end() {
    let server =
        Server::start_with(&[("NATTER_HTTP__MAX_CONNECTIONS", "8"), ("NATTER_HTTP__IDLE_SECONDS", "1")]);
    let idle: Vec<TcpStream> =
        (0..64).map(|_| TcpStream::connect(&server.address).expect("queued")).collect();
    server.visitor().get("/docs").await.expect(200);
    assert!(metric(&Client::new(&server.admin), CONNECTIONS).await <= 8);
    drop(idle);
}
