//! `natter-api` from end to end: a message with links is posted and read back.

use std::{
    collections::BTreeSet,
    path::Path,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::{
    case::{Case, Outcome, ensure},
    client::{Client, Session, path},
    process::PATIENCE,
    reply::{page, redirect},
    server::Server,
    worker::Worker,
    world::{NEWS, OTHER, World},
};

/// Links that lead to forbidden places, at once or later.
const FORBIDDEN: [&str; 8] = [
    "http://127.0.0.2/",
    "http://169.254.169.254/latest/meta-data/",
    "http://192.168.0.1/",
    "http://2130706433.example.org/",
    "http://evil.example.org/",
    "http://metadata.google.internal/",
    "http://other.example.net/inside",
    "http://other.example.net:6379/",
];

/// What is asked for while they are judged: nothing of what the URL alone shows.
const ASKED: [&str; 3] = ["2130706433.example.org", "evil.example.org", "other.example.net"];

pub fn cases() -> Vec<Case> {
    vec![
        Case::story("board: a message's card, and forbidden links leave no packet", in_process),
        Case::story("board: the same by way of a worker", by_worker),
    ]
}

fn in_process(world: &World, _: &Path) -> Outcome {
    let server = Server::start_with(&[world.trust()]);
    cards_and_forbidden_links(world, &server, &[])
}

fn by_worker(world: &World, worker: &Path) -> Outcome {
    let worker = Worker::start(world, worker, &[("deadline_seconds", "1")]);
    let url = format!("http://{}", worker.address());
    let server = Server::start_with(&[world.trust(), ("NATTER_PREVIEW__SERVICE_URL", &url)]);
    cards_and_forbidden_links(world, &server, &[worker.address().to_string()])
}

fn cards_and_forbidden_links(world: &World, server: &Server, own: &[String]) -> Outcome {
    world.record("evil.example.org A 10.0.0.1");
    world.record("2130706433.example.org A 127.0.0.1");
    world.page(NEWS, "/story", page("A story"));
    world.page(OTHER, "/inside", redirect(302, "http://169.254.169.254/"));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let links = runtime.block_on(async {
        let alice = server.user("alice").await;
        let space = alice.create_space("links").await;
        let messages = path(&space["messages-rwd"]).to_owned();
        // The server's own host is not even queued.
        alice.post(&messages, "Look: http://127.0.0.1/").await;
        for link in FORBIDDEN {
            alice.post(&messages, &format!("Look: {link}")).await;
        }
        let links = card_of(&alice, &messages, "http://news.example.com/story").await;
        settled(server, FORBIDDEN.len() as u64 + 1).await;
        links
    });
    ensure(links[0]["title"] == "A story", || format!("{links}"))?;
    let asked = world.asked();
    let expected: BTreeSet<_> =
        ASKED.iter().chain(&["news.example.com"]).map(|name| (*name).to_owned()).collect();
    ensure(asked == expected, || format!("asked: {asked:?}"))?;
    let sites = [&server.address, &server.admin].map(String::as_str);
    let sites = sites.into_iter().chain(["93.184.216.34:80", "93.184.216.35:80"]);
    let allowed: BTreeSet<_> = sites.chain(own.iter().map(String::as_str)).collect();
    let dialled = world.dialled();
    ensure(dialled.iter().all(|place| allowed.contains(place.as_str())), || format!("dialled: {dialled:?}"))
}

/// Posts a link and reads the message until its card is there; a read waits for it a little by itself.
async fn card_of(session: &Session, messages: &str, link: &str) -> Value {
    let posted = session.post(messages, &format!("Read {link} today")).await;
    let uri = path(&posted["uri"]);
    loop {
        let links = session.client.get(uri).await.expect(200).json()["links"].clone();
        if links != json!([]) {
            return links;
        }
    }
}

/// Until so many links were fetched or refused.
async fn settled(server: &Server, links: u64) {
    let admin = Client::new(&server.admin);
    let mut finished = 0;
    let given_up = Instant::now() + PATIENCE;
    while finished < links {
        assert!(Instant::now() < given_up, "{finished} of {links} links are settled");
        let metrics = admin.get("/metrics").await.expect(200).text;
        let counts = metrics.lines().filter(|line| line.starts_with("natter_previews_total{"));
        finished = counts.filter_map(|line| line.rsplit(' ').next()?.parse::<u64>().ok()).sum();
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
