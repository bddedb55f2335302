//! Several servers on one database.

use std::{
    collections::BTreeSet,
    io::Write,
    net::TcpListener,
    sync::mpsc::{Sender, channel},
    thread,
    time::{Duration, Instant},
};

use reqwest::{RequestBuilder, StatusCode};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::{Cluster, directory_with, name, shared, write_password};
use crate::{
    client::{Client, Session, path, send, text, try_send},
    process::PATIENCE,
    server::Server,
    wire,
};

/// One more server on the database of `first`, with its keys and these settings besides.
fn beside(first: &Server, settings: &[(&str, &str)]) -> Server {
    let directory = directory_with(&name(first.directory()).expect("it has one"));
    let keys = first.directory().join("data/keys").display().to_string();
    Server::start_in(directory, &[&[("NATTER_KEYS__DIRECTORY", keys.as_str())], settings].concat())
}

/// A worker on a port of its own that has one card, which it gives when it is told to.
fn slow_worker() -> (String, Sender<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let (give, given) = channel();
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("it is asked");
        wire::head(&stream);
        given.recv().expect("it is told");
        let card = r#"{"url":"https://slow.example/","title":"Slow"}"#;
        let length = card.len();
        write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{card}")
    });
    (url, give)
}

fn with_key(client: &Client, path: &str, key: &str, body: &Value) -> RequestBuilder {
    client.post_request(path, body.to_string()).header("Idempotency-Key", key)
}

#[tokio::test]
async fn what_one_revokes_all_refuse_at_once() {
    let one = Server::start_in(super::fresh_directory(), &[]);
    let other = beside(&one, &[]);
    let alice = one.user("alice").await;
    let space = alice.create_space("plans").await;
    let there = Session { client: other.visitor().with_token(&alice.token), ..alice.clone() };
    there.post(text(&space["messages-rw"]), "from the other").await;
    for (from, at) in [(&one, &other), (&other, &one)] {
        let alice = from.visitor().log_in("alice").await;
        let at = at.visitor().with_token(&alice.token);
        at.get("/spaces").await.expect(200);
        alice.client.delete("/sessions").await.expect(200);
        at.get("/spaces").await.expect(401);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_reads_at_one_has_the_card_that_another_was_fetching() {
    let (worker, give) = slow_worker();
    let one = Server::start_in(super::fresh_directory(), &[("NATTER_PREVIEW__SERVICE_URL", &worker)]);
    // It has long until it gives up, and would be told of the card by nobody.
    let other = beside(&one, &[("NATTER_PREVIEW__WAIT_MS", "10000")]);
    let alice = one.user("alice").await;
    let messages = path(&alice.create_space("plans").await["messages-rw"]).to_owned();
    let uri = alice.post(&messages, "https://slow.example/").await["uri"].clone();
    let there = other.visitor().with_token(&alice.token);
    let begun = Instant::now();
    let reading = tokio::spawn({
        let (there, uri) = (there.clone(), path(&uri).to_owned());
        async move { there.get(&uri).await.expect(200).json() }
    });
    // By the time that this is answered, that one waits.
    there.get("/spaces").await.expect(200);
    give.send(()).expect("the worker is there");
    assert_eq!(reading.await.expect("no panic")["links"][0]["title"], "Slow");
    assert!(begun.elapsed() < Duration::from_secs(9), "it read only when it gave up: {:?}", begun.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn one_key_has_one_effect_wherever_and_whenever_it_is_sent() {
    let one = Server::start_in(super::fresh_directory(), &[]);
    let other = beside(&one, &[]);
    let alice = one.user("alice").await;
    let messages = path(&alice.create_space("plans").await["messages-rw"]).to_owned();
    let clients = [one.visitor().with_token(&alice.token), other.visitor().with_token(&alice.token)];
    for round in 0..10 {
        let key = format!("key-{round}");
        let body = json!({"author": "alice", "message": format!("round {round}")});
        let sent = clients.iter().cycle().take(8).map(|client| {
            let (client, messages, key, body) = (client.clone(), messages.clone(), key.clone(), body.clone());
            tokio::spawn(
                async move { send(with_key(&client, &messages, &key, &body)).await.expect(201).json() },
            )
        });
        let mut answers = BTreeSet::new();
        for answer in sent.collect::<Vec<_>>() {
            answers.insert(answer.await.expect("no panic").to_string());
        }
        assert_eq!(answers.len(), 1, "{answers:?}");
    }
    let there =
        shared().sql(&name(one.directory()).expect("it has one"), "SELECT count(*) FROM natter.message");
    assert_eq!(there.trim(), "10");
}

/// Posts messages, each with a key and again until it is acknowledged, to one server after the other.
async fn post_until_acknowledged(servers: Vec<Client>, path: String, marks: Vec<String>) -> usize {
    let mut unanswered = 0;
    for mark in marks {
        let body = json!({"author": "alice", "message": &mark});
        let deadline = Instant::now() + PATIENCE * 2;
        for server in servers.iter().cycle() {
            match try_send(with_key(server, &path, &mark, &body)).await {
                Ok(answer) if answer.status == StatusCode::CREATED => break,
                Ok(answer) => assert!(answer.status == StatusCode::SERVICE_UNAVAILABLE, "{}", answer.text),
                Err(_) => {}
            }
            unanswered += 1;
            assert!(Instant::now() < deadline, "{mark} is not taken");
        }
    }
    unanswered
}

/// The database goes away and comes back, both ways, while messages are posted through two servers.
#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_restarts_loses_nothing_and_doubles_nothing() {
    let mut cluster = Cluster::start();
    assert!(cluster.migrate("natter").0);
    let directories: [TempDir; 2] = std::array::from_fn(|_| crate::server::fresh_directory());
    directories.iter().for_each(|directory| write_password(directory.path()));
    let keys = directories[0].path().join("keys").display().to_string();
    let url = cluster.url("natter_api_user", "natter");
    let settings = [
        ("NATTER_KEYS__DIRECTORY", keys.as_str()),
        ("NATTER_DATABASE__URL", &url),
        ("NATTER_DATABASE__PASSWORD_FILE", "password"),
    ];
    let servers = directories.map(|directory| Server::start_in(directory, &settings));
    let alice = servers[0].user("alice").await;
    let messages = path(&alice.create_space("plans").await["messages-rw"]).to_owned();
    let clients: Vec<_> = servers.iter().map(|server| server.visitor().with_token(&alice.token)).collect();
    let marks = |writer: usize| (0..200).map(|n| format!("message-{writer}.{n}")).collect::<Vec<_>>();
    let writers: Vec<_> = (0..4)
        .map(|writer| {
            let mut clients = clients.clone();
            clients.rotate_left(writer % 2);
            tokio::spawn(post_until_acknowledged(clients, messages.clone(), marks(writer)))
        })
        .collect();
    for signal in ["-INT", "-QUIT", "-INT"] {
        let before = cluster.sql("natter", "SELECT count(*) FROM natter.message");
        let deadline = Instant::now() + PATIENCE;
        while cluster.sql("natter", "SELECT count(*) FROM natter.message") == before
            && Instant::now() < deadline
        {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        cluster.restart(signal);
    }
    let mut unanswered = 0;
    for writer in writers {
        unanswered += writer.await.expect("no panic");
    }
    println!("{unanswered} requests were answered with 503 or not at all");
    let there = cluster.sql("natter", "SELECT text FROM natter.message ORDER BY text");
    let mut sent: Vec<_> = (0..4).flat_map(marks).collect();
    sent.sort();
    assert_eq!(there.lines().map(str::to_owned).collect::<Vec<_>>(), sent);
    for server in &servers {
        let (status, output, said) = server.command_with(&["admin", "verify-audit"], &settings);
        assert!(status.success(), "{output}{said}");
    }
}
