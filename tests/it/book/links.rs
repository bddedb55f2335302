//! The `links` of a message, fetched by a worker that the test plays itself.

use std::{
    io::Write,
    net::TcpListener,
    thread,
    time::{Duration, Instant},
};

use crate::{
    client::{path, text},
    process::PATIENCE,
    server::Server,
    wire,
};

/// A worker on a port of its own that knows the pages whose URL holds `known`; for `silent` it never answers.
fn worker() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    thread::spawn(move || {
        let mut unanswered = Vec::new();
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { continue };
            let head = wire::head(&stream);
            let target = head.first().cloned().unwrap_or_default();
            let page =
                target.split("url=").nth(1).and_then(|rest| rest.split(' ').next()).unwrap_or_default();
            let page = percent_encoding::percent_decode_str(page).decode_utf8_lossy().into_owned();
            if page.contains("silent") {
                unanswered.push(stream);
                continue;
            }
            let (status, body) = if page.contains("known") {
                ("200 OK", serde_json::json!({"url": page, "title": format!("About {page}")}).to_string())
            } else {
                ("502 Bad Gateway", "{}".to_owned())
            };
            let _ = write!(
                stream,
                "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
                body.len()
            );
        }
    });
    url
}

#[tokio::test]
async fn links_stand_in_the_order_of_the_text_and_those_without_a_card_are_left_out() {
    let server = Server::start_with(&[("NATTER_PREVIEW__SERVICE_URL", &worker())]);
    let alice = server.user("alice").await;
    let messages = path(&alice.create_space("plans").await["messages-rwd"]).to_owned();
    let message = "z https://known.example/2 a https://gone.example/ b https://known.example/1 c";
    let uri = alice.post(&messages, message).await["uri"].clone();
    let deadline = Instant::now() + PATIENCE;
    let links = loop {
        let links = alice.client.get(path(&uri)).await.expect(200).json()["links"].clone();
        if links.as_array().is_some_and(|links| links.len() == 2) {
            break links;
        }
        assert!(Instant::now() < deadline, "{links}");
    };
    let urls: Vec<_> = links.as_array().expect("a list").iter().map(|card| text(&card["url"])).collect();
    assert_eq!(urls, ["https://known.example/2", "https://known.example/1"]);
}

#[tokio::test]
async fn neither_posting_nor_reading_waits_for_a_stranger() {
    let server = Server::start_with(&[("NATTER_PREVIEW__SERVICE_URL", &worker())]);
    let alice = server.user("alice").await;
    let messages = path(&alice.create_space("plans").await["messages-rwd"]).to_owned();
    let links: Vec<_> = (0..5).map(|number| format!("https://silent.example/{number}")).collect();
    let begun = Instant::now();
    let uri = alice.post(&messages, &links.join(" ")).await["uri"].clone();
    let message = alice.client.get(path(&uri)).await.expect(200).json();
    assert_eq!(message["links"], serde_json::json!([]));
    // One wait of 300 ms for all five, not ten seconds for each.
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
}
