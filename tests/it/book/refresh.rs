//! Cards are fetched again by a schedule, and never because somebody reads.

use std::{
    io::Write,
    net::TcpListener,
    sync::mpsc::{Receiver, channel},
    thread,
    time::Instant,
};

use serde_json::{Value, json};

use crate::{
    client::{Session, path, text},
    process::PATIENCE,
    server::Server,
    wire,
};

/// A worker that gives these answers one after the other, and the last one from then on; and the tags that it is asked
/// with.
fn worker(answers: &'static [(&'static str, &'static str)]) -> (String, Receiver<Option<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let (asked, tags) = channel();
    thread::spawn(move || {
        for (number, stream) in listener.incoming().enumerate() {
            let Ok(mut stream) = stream else { continue };
            let head = wire::head(&stream);
            let tag = head.iter().find_map(|line| line.strip_prefix("if-none-match: ")).map(str::to_owned);
            let (status, body) = answers[number.min(answers.len() - 1)];
            let _ = write!(
                stream,
                "HTTP/1.1 {status}\r\nETag: \"{number}\"\r\nCache-Control: private, max-age=1\r\n\
                 Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
                body.len()
            );
            if asked.send(tag).is_err() {
                break;
            }
        }
    });
    (url, tags)
}

const FIRST: (&str, &str) = ("200 OK", r#"{"url": "http://a.example.com/", "title": "First"}"#);
const SECOND: (&str, &str) = ("200 OK", r#"{"url": "http://a.example.com/", "title": "Second"}"#);
const UNCHANGED: (&str, &str) = ("304 Not Modified", "");
const NONE: (&str, &str) = ("502 Bad Gateway", r#"{"type": "/docs/problems#no-preview"}"#);

/// Reads the message until the card of its link has this title.
async fn until_title(alice: &Session, uri: &Value, title: &str) {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let message = alice.client.get(path(uri)).await.expect(200).json();
        if message["links"][0]["title"] == json!(title) {
            return;
        }
        assert!(Instant::now() < deadline, "{message}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_that_is_not_fresh_is_asked_for_again_and_the_old_one_shown_until_then() {
    let (worker, tags) = worker(&[FIRST, UNCHANGED, SECOND, NONE]);
    let server = Server::start_with(&[
        ("NATTER_PREVIEW__SERVICE_URL", &worker),
        ("NATTER_PREVIEW__FRESH_MIN_SECONDS", "1"),
        ("NATTER_PREVIEW__FRESH_MAX_SECONDS", "1"),
    ]);
    let alice = server.user("alice").await;
    let messages = path(&alice.create_space("plans").await["messages-rwd"]).to_owned();
    let uri = alice.post(&messages, "see http://a.example.com/").await["uri"].clone();
    let next = || tags.recv_timeout(PATIENCE).expect("it is asked");
    assert_eq!(next(), None);
    until_title(&alice, &uri, "First").await;
    assert_eq!(next().as_deref(), Some("\"0\""));
    let message = alice.client.get(path(&uri)).await.expect(200).json();
    assert_eq!(text(&message["links"][0]["title"]), "First");
    assert_eq!(next().as_deref(), Some("\"0\""), "the card is still the first one");
    until_title(&alice, &uri, "Second").await;
    assert_eq!(next().as_deref(), Some("\"2\""));
    // The site is gone: what was known is shown.
    let message = alice.client.get(path(&uri)).await.expect(200).json();
    assert_eq!(text(&message["links"][0]["title"]), "Second");
}

#[tokio::test(flavor = "multi_thread")]
async fn reading_fetches_nothing() {
    let (worker, tags) = worker(&[FIRST]);
    let server = Server::start_with(&[("NATTER_PREVIEW__SERVICE_URL", &worker)]);
    let alice = server.user("alice").await;
    let messages = path(&alice.create_space("plans").await["messages-rwd"]).to_owned();
    let uri = alice.post(&messages, "see http://a.example.com/").await["uri"].clone();
    until_title(&alice, &uri, "First").await;
    for _ in 0..50 {
        until_title(&alice, &uri, "First").await;
    }
    // What is asked for now comes after anything that the reading may have caused.
    alice.post(&messages, "see http://b.example.com/").await;
    let asked = [tags.recv_timeout(PATIENCE), tags.recv_timeout(PATIENCE)];
    assert_eq!(asked, [Ok(None), Ok(None)]);
    assert!(tags.try_recv().is_err());
}
