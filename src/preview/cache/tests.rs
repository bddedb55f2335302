use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

use super::{CardCache, Kept, NoCard};
use crate::{preview::Previewer, settings::FetchSettings};

/// A site that answers with these fields, and 304 to who knows its tag; it counts requests and conditional ones.
struct Site {
    port: u16,
    requests: Arc<AtomicUsize>,
    unchanged: Arc<AtomicUsize>,
}

async fn site(status: &'static str, fields: &'static str) -> Site {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let port = listener.local_addr().expect("it is bound").port();
    let found = Site { port, requests: Arc::default(), unchanged: Arc::default() };
    let (requests, unchanged) = (Arc::clone(&found.requests), Arc::clone(&found.unchanged));
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                head.push(stream.read_u8().await.expect("a request"));
            }
            requests.fetch_add(1, Ordering::SeqCst);
            let head = String::from_utf8_lossy(&head).to_lowercase();
            let answer = if head.contains("if-none-match: \"x\"") {
                unchanged.fetch_add(1, Ordering::SeqCst);
                format!("HTTP/1.1 304 Same\r\n{fields}Connection: close\r\n\r\n")
            } else {
                format!(
                    "HTTP/1.1 {status}\r\nContent-Type: text/html\r\n{fields}Connection: close\r\n\r\n<title>t</title>"
                )
            };
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    found
}

fn cache(site: &Site) -> CardCache {
    let settings = FetchSettings {
        ports: vec![site.port],
        nameservers: vec![([127, 0, 0, 1], 1).into()],
        allow_for_development: vec!["127.0.0.0/8".parse().expect("a network")],
        ..FetchSettings::defaults()
    };
    CardCache::new(Previewer::new(&settings).expect("the system has roots"), 8, 1 << 20)
}

async fn ask(cache: &CardCache, site: &Site) -> Result<Kept, NoCard> {
    cache.card(&format!("http://127.0.0.1:{}/", site.port), None).await
}

#[tokio::test]
async fn a_card_is_fetched_once_however_many_ask() {
    let site = site("200 OK", "Cache-Control: max-age=600\r\n").await;
    let cache = cache(&site);
    let (first, second, third) = tokio::join!(ask(&cache, &site), ask(&cache, &site), ask(&cache, &site));
    for kept in [first, second, third, ask(&cache, &site).await] {
        let kept = kept.expect("a card");
        assert_eq!(kept.card.title.as_deref(), Some("t"));
        assert!((500..=600).contains(&kept.fresh_for.as_secs()));
    }
    assert_eq!(site.requests.load(Ordering::SeqCst), 1);
    let url = format!("http://127.0.0.1:{}/", site.port);
    cache.card(&url, Some("de".parse().expect("a value"))).await.expect("a card");
    assert_eq!(site.requests.load(Ordering::SeqCst), 2, "another language is another card");
}

#[tokio::test]
async fn what_may_not_be_kept_is_fetched_again() {
    let site = site("200 OK", "Cache-Control: no-store\r\n").await;
    let cache = cache(&site);
    for requests in 1..=2 {
        assert!(ask(&cache, &site).await.expect("a card").fresh_for.is_zero());
        assert_eq!(site.requests.load(Ordering::SeqCst), requests);
    }
}

#[tokio::test]
async fn a_failure_is_remembered() {
    let site = site("404 Not Found", "").await;
    let cache = cache(&site);
    for _ in 0..3 {
        assert!(matches!(ask(&cache, &site).await, Err(NoCard::Refused(_))));
    }
    assert_eq!(site.requests.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn an_old_card_is_asked_for_by_its_tag() {
    let site = site("200 OK", "Cache-Control: max-age=60\r\nETag: \"x\"\r\n").await;
    let cache = cache(&site);
    ask(&cache, &site).await.expect("a card");
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(7200)).await;
    tokio::time::resume();
    assert_eq!(ask(&cache, &site).await.expect("a card").card.title.as_deref(), Some("t"));
    assert_eq!(site.unchanged.load(Ordering::SeqCst), 1);
}
