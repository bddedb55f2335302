//! Two hundred hostile fetches at once, and what they cost: the worker's memory, and ordinary readers' time.

use std::{
    fs,
    path::Path,
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    thread,
    time::Duration,
};

use crate::{
    cases::resource::{brotli, gzip, zstd},
    namespace,
    reply::{HTML, Reply, Step, body, html, open_page, raw},
    worker::Worker,
    world::{OTHER, World},
};

/// Hostile fetches at once.
pub const AT_ONCE: usize = 200;

/// The worker's deadline.
pub const DEADLINE: Duration = Duration::from_secs(2);

/// How often each hostile caller asks.
const ROUNDS: usize = 3;

/// Ordinary readers, and how often each asks at least.
const READERS: usize = 4;
const READS: usize = 50;

/// Bytes that an endless site sends at a time: many, since it shares the processors with the worker.
const PIECE: usize = 64 * 1024;

/// What was measured.
#[derive(Debug)]
#[allow(dead_code, reason = "some of it is only printed, by the bench or by a case that failed")]
pub struct Figures {
    /// Bytes of memory of the worker before the first request.
    pub idle_bytes: u64,
    /// The most that it had.
    pub peak_bytes: u64,
    /// The longest that any request took.
    pub longest: Duration,
    /// Hostile requests that were answered.
    pub hostile: usize,
    /// The time that 99 of 100 ordinary requests took at most, alone and amid the others.
    pub alone_p99: Duration,
    pub amid_p99: Duration,
    /// Ordinary requests amid the others, and those that came to nothing.
    pub ordinary: usize,
    pub ordinary_missed: usize,
}

impl Figures {
    /// Megabytes (10^6 bytes) that the onslaught took.
    pub fn megabytes_over_idle(&self) -> f64 {
        self.peak_bytes.saturating_sub(self.idle_bytes) as f64 / 1e6
    }
}

/// What hostile sites answer, one kind for each address.
pub fn kinds() -> Vec<Reply> {
    let page = |bytes: usize| format!("<html><head><!--{}--><title>Late</title></head>", " ".repeat(bytes));
    let coded = |coding: &str, bytes: &[u8]| body(&[HTML, &format!("Content-Encoding: {coding}")], bytes);
    let bomb = page(8 << 20);
    vec![
        coded("gzip", &gzip(bomb.as_bytes())),
        coded("br", &brotli(bomb.as_bytes())),
        coded("zstd", &zstd(bomb.as_bytes())),
        coded("gzip, gzip", &gzip(&gzip(bomb.as_bytes()))),
        open_page("<title>Early</title>").repeat(&"x".repeat(PIECE)),
        open_page("<title>Early</title><meta content='").repeat(&"a".repeat(PIECE)),
        raw("").hold(),
        raw("HTTP/1.1 200 OK\r\nContent-Ty").hold(),
        open_page("<title>Slow").hold(),
        raw("HTTP/1.1 200 OK\r\n").repeat("X-Header: more and more of the same\r\n"),
        html(&"<meta name=a content=b>".repeat(1_000_000)),
        html(&"<div><b>".repeat(100_000)),
    ]
}

/// What sites answer that are sound as far as it goes, and stop short of the end: what has come is held until the deadline.
#[allow(dead_code, reason = "it is the bench's")]
pub fn stopping_short() -> Vec<Reply> {
    let text = page_of_words();
    let coded = |coding: &str, bytes: &[u8]| {
        let head = format!("HTTP/1.1 200 OK\r\n{HTML}\r\nContent-Encoding: {coding}\r\n\r\n");
        let begun = &bytes[..bytes.len() - 8];
        Reply(vec![Step::Send([head.as_bytes(), begun].concat().into())]).hold()
    };
    vec![
        coded("gzip", &gzip(text.as_bytes())),
        coded("br", &brotli(text.as_bytes())),
        coded("zstd", &zstd(text.as_bytes())),
        open_page(&format!("<meta content='{}", "a".repeat(250 * 1024))).hold(),
        raw(&format!("HTTP/1.1 200 OK\r\n{HTML}\r\nX: {}", "x".repeat(30 * 1024))).hold(),
    ]
}

/// Two megabytes of text in a page's head, which compress about as well as text does.
fn page_of_words() -> String {
    let mut state = 1_u32;
    let mut text = String::from("<html><head><!--");
    while text.len() < 2_000_000 {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        text.push_str(&format!("{:x} ", (state >> 20) * 7919));
    }
    text
}

/// Plays it with this worker and sites that answer so.
pub fn run(world: &World, worker: &Path, kinds: Vec<Reply>) -> Figures {
    namespace::show_processes();
    let addresses = kinds.len();
    for (number, reply) in kinds.into_iter().enumerate() {
        world.page(&format!("93.184.217.{number}"), "*", reply);
    }
    for number in 0..AT_ONCE {
        world.record(&format!("h{number}.hostile.example.org A 93.184.217.{}", number % addresses));
    }
    world.record(&format!("*.ordinary.example.org A {OTHER}"));
    let head = "<title>Ordinary</title><meta property=og:title content=Ordinary><meta property=og:description content=d>";
    world.page(OTHER, "*", html(&format!("{head}{}", "<p>text</p>".repeat(1000))));

    let deadline = DEADLINE.as_secs().to_string();
    let settings = [
        ("deadline_seconds", deadline.as_str()),
        ("per_second_per_destination", "1000"),
        ("concurrent_per_destination", "32"),
    ];
    let worker = Worker::start_for(world, worker, &settings, AT_ONCE * 2);
    let idle_bytes = worker.memory("VmRSS");
    worker.forget_peak();

    let alone = readers(&worker, "alone", &AtomicBool::new(true));
    let (under_way, left) = (AtomicBool::new(false), AtomicUsize::new(AT_ONCE));
    let (hostile, amid) = thread::scope(|scope| {
        let callers: Vec<_> = (0..AT_ONCE)
            .map(|caller| {
                let (worker, under_way, left) = (&worker, &under_way, &left);
                scope.spawn(move || {
                    let took = hostile_caller(worker, caller);
                    if left.fetch_sub(1, Ordering::SeqCst) == 1 {
                        under_way.store(true, Ordering::SeqCst);
                    }
                    took
                })
            })
            .collect();
        let amid = readers(&worker, "amid", &under_way);
        let hostile: Vec<_> =
            callers.into_iter().flat_map(|caller| caller.join().expect("it is answered")).collect();
        (hostile, amid)
    });
    let longest = hostile.iter().chain(amid.iter().map(|read| &read.took)).max().copied().unwrap_or_default();
    Figures {
        idle_bytes,
        peak_bytes: worker.memory("VmHWM"),
        longest,
        hostile: hostile.len(),
        alone_p99: p99(&alone),
        ordinary: amid.len(),
        ordinary_missed: amid.iter().filter(|read| !read.has_card).count(),
        amid_p99: p99(&amid),
    }
}

/// An ordinary request.
struct Read {
    has_card: bool,
    took: Duration,
}

fn hostile_caller(worker: &Worker, caller: usize) -> Vec<Duration> {
    let ask = |round| worker.preview(&format!("http://h{caller}.hostile.example.org/{round}"));
    (0..ROUNDS).map(|round| ask(round).took).collect()
}

/// Readers that ask for one page after another, each its own and not yet known, until `enough` and [`READS`] of them.
fn readers(worker: &Worker, name: &str, enough: &AtomicBool) -> Vec<Read> {
    thread::scope(|scope| {
        let readers: Vec<_> = (0..READERS)
            .map(|reader| {
                scope.spawn(move || {
                    let mut took = Vec::new();
                    while took.len() < READS || !enough.load(Ordering::SeqCst) {
                        let host = format!("{name}-{reader}.ordinary.example.org");
                        let answer = worker.preview(&format!("http://{host}/{}", took.len()));
                        took.push(Read { has_card: answer.json()["title"] == "Ordinary", took: answer.took });
                    }
                    took
                })
            })
            .collect();
        readers.into_iter().flat_map(|reader| reader.join().expect("they are answered")).collect()
    })
}

fn p99(reads: &[Read]) -> Duration {
    let mut took: Vec<_> = reads.iter().map(|read| read.took).collect();
    took.sort_unstable();
    took.get(took.len() * 99 / 100).or(took.last()).copied().unwrap_or_default()
}

/// A line of `/proc/PID/status` in bytes.
pub fn status(process: u32, line: &str) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).expect("a running process");
    let value = status.lines().find_map(|found| found.strip_prefix(line)?.strip_prefix(':'));
    let value = value.expect("Linux has it").trim().trim_end_matches(" kB");
    value.parse::<u64>().expect("a number") * 1024
}
