//! `natter-api` from end to end: a message with links is posted and read back.

use std::{
    collections::BTreeSet,
    path::Path,
    thread,
    time::{Duration, Instant},
};

use serde_json::json;

use crate::{
    board::Board,
    case::{Case, Outcome, ensure},
    process::PATIENCE,
    reply::{page, redirect},
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

/// What is asked for while links are judged: nothing of what the URL alone shows.
const ASKED: [&str; 4] =
    ["2130706433.example.org", "evil.example.org", "news.example.com", "other.example.net"];

/// Whom honest links lead to, and one that is then redirected.
const DIALLED: [&str; 2] = ["93.184.216.34:80", "93.184.216.35:80"];

pub fn cases() -> Vec<Case> {
    vec![
        Case::story("board: a message's card, and forbidden links leave no packet", in_process),
        Case::story("board: the same by way of a worker", by_worker),
        Case::story(
            "board: nothing is fetched from a network that translates with an unknown prefix",
            translated,
        ),
    ]
}

fn in_process(world: &World, _: &Path) -> Outcome {
    cards_and_forbidden_links(world, &Board::start(world, &[]), &[])
}

fn by_worker(world: &World, worker: &Path) -> Outcome {
    let worker = Worker::start(world, worker, &[("deadline_seconds", "1")]);
    let url = format!("http://{}", worker.address());
    let board = Board::start(world, &[("service_url", &url)]);
    cards_and_forbidden_links(world, &board, &[worker.address()])
}

fn translated(world: &World, worker: &Path) -> Outcome {
    let prefix = "2606:4700:64::/96";
    world.record("ipv4only.arpa AAAA 2606:4700:64::192.0.0.170");
    world.record("evil.example.org AAAA 2606:4700:64::10.0.0.1");
    let board = Board::start(world, &[]);
    until("the prefix is found", || board.ready().text.contains(prefix));
    ensure(board.ready().status == 200, || format!("links are not all there is: {:?}", board.ready()))?;
    board.post("Look: http://evil.example.org/");
    // A second, in which a worker that knows the prefix is through with the link.
    let deadline = ("deadline_seconds", "1");
    let worker = Worker::start(world, worker, &[deadline, ("nat64_prefixes", &format!("[\"{prefix}\"]"))]);
    worker.preview("http://evil.example.org/").expect(502);
    ensure(board.settled() == 0, || "the link is settled".to_owned())?;
    let own = [board.addresses().as_slice(), &[worker.address()]].concat();
    let dialled = world.dialled();
    ensure(dialled.iter().all(|place| own.contains(&place.as_str())), || format!("dialled: {dialled:?}"))
}

fn cards_and_forbidden_links(world: &World, board: &Board, own: &[&str]) -> Outcome {
    world.record("evil.example.org A 10.0.0.1");
    world.record("2130706433.example.org A 127.0.0.1");
    world.page(NEWS, "/story", page("A story"));
    world.page(OTHER, "/inside", redirect(302, "http://169.254.169.254/"));
    // The server's own host is not even queued.
    board.post("Look: http://127.0.0.1/");
    for link in FORBIDDEN {
        board.post(&format!("Look: {link}"));
    }
    let message = board.post("Read http://news.example.com/story today");
    until("every link is settled", || board.settled() > FORBIDDEN.len() as u64);
    let links = board.links(&message);
    let expected = json!([{"url": "http://news.example.com/story", "title": "A story"}]);
    ensure(links == expected, || format!("links: {links}"))?;
    let (asked, dialled) = (world.asked(), world.dialled());
    ensure(asked == ASKED.map(str::to_owned).into(), || format!("asked: {asked:?}"))?;
    let allowed: BTreeSet<_> =
        board.addresses().into_iter().chain(DIALLED).chain(own.iter().copied()).collect();
    ensure(dialled.iter().all(|place| allowed.contains(place.as_str())), || format!("dialled: {dialled:?}"))
}

/// Looks again and again until something is so.
fn until(what: &str, is_so: impl Fn() -> bool) {
    let given_up = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < given_up, "not yet: {what}");
        thread::sleep(Duration::from_millis(50));
    }
}
