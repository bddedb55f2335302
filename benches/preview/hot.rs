//! A card that is in the cache, and a bare poem handler, asked by the same clients.

use std::{
    env,
    net::SocketAddr,
    path::Path,
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use crate::{
    bare,
    connection::Connection,
    process::Process,
    reply::{HTML, body},
    worker::Worker,
    world::{NEWS, World},
};

/// Clients that ask at once.
const CLIENTS: usize = 32;

/// Rounds in which the two are asked in turns; the best of each counts.
const ROUNDS: usize = 3;

/// Where the bare handler listens.
const BARE: &str = "127.9.0.1:4000";

/// Measures both.
pub fn figures(world: &World, worker: &Path) -> bool {
    let seconds = env::var("PREVIEW_SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(3.0);
    let each = Duration::from_secs_f64(seconds);
    world.page(NEWS, "/", body(&[HTML, "Cache-Control: max-age=86400"], b"<title>News</title><meta name=description content='Something new, said in a sentence of the usual length.'>"));
    let worker = Worker::start(world, worker, &[]);
    let path = "/preview?url=http://news.example.com/";
    worker.get(path, worker.address(), &[]).expect(200);
    let hot = format!("GET {path} HTTP/1.1\r\nHost: {}\r\n\r\n", worker.address());
    let mut command = Command::new(env::current_exe().expect("this program"));
    let _bare = Process::start(command.env(bare::ADDRESS, BARE).stdout(Stdio::null()));
    let plain = format!("GET / HTTP/1.1\r\nHost: {BARE}\r\n\r\n");
    let worker_address = worker.address().parse().expect("an address");
    let bare_address = BARE.parse().expect("an address");
    let begun = Instant::now();
    while Connection::open(bare_address).is_err() {
        assert!(begun.elapsed() < Duration::from_secs(10), "the bare handler does not listen");
        thread::yield_now();
    }
    let (mut bare, mut cards) = (0_f64, 0_f64);
    for _ in 0..ROUNDS {
        bare = bare.max(rate(bare_address, &plain, each));
        cards = cards.max(rate(worker_address, &hot, each));
    }
    let share = cards / bare * 100.0;
    println!("bare poem handler: {bare:.0} requests/s; hot cards: {cards:.0} requests/s");
    let verdict = if share >= 60.0 { "" } else { ", MISSED" };
    println!("hot cards beside the bare handler: {share:.0} % (target: at least 60 %{verdict})");
    share >= 60.0
}

fn rate(address: SocketAddr, request: &str, each: Duration) -> f64 {
    let begun = Instant::now();
    let answers: u64 = thread::scope(|scope| {
        let ask = || {
            let mut connection = Connection::open(address).expect("it listens");
            let mut answers = 0;
            while begun.elapsed() < each {
                let (status, body) = connection.ask(request.as_bytes()).expect("an answer");
                assert_eq!(status, 200, "{body}");
                answers += 1;
            }
            answers
        };
        let clients: Vec<_> = (0..CLIENTS).map(|_| scope.spawn(ask)).collect();
        clients.into_iter().map(|client| client.join().expect("no client fails")).sum()
    });
    answers as f64 / begun.elapsed().as_secs_f64()
}
