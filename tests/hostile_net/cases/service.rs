//! `natter-preview serve`: what a caller who means harm learns from it.

use std::{collections::BTreeMap, path::Path, thread, time::Duration};

use serde_json::Value;

use crate::{
    case::{Case, Outcome, ensure},
    reply::{body, page, raw, redirect},
    wire::Answer,
    worker::Worker,
    world::{NEWS, World},
};

/// The worker's deadline in these cases, and how late a failure may show on a busy machine.
const DEADLINE: (&str, &str) = ("deadline_seconds", "2");
const SHOWN_FROM: Duration = Duration::from_secs(2);
const SHOWN_UNTIL: Duration = Duration::from_secs(6);

/// What fails for different reasons.
const FAILURES: [&str; 9] = [
    "http://nowhere.example.com/",
    "http://evil.example.org/",
    "http://silent.example.org/",
    "http://news.example.com/missing",
    "http://news.example.com/text",
    "http://news.example.com/inside",
    "http://news.example.com/broken",
    "http://news.example.com/slow",
    "https://wrong-certificate.example.com/",
];

/// What the URL alone shows.
const REFUSALS: [&str; 6] = [
    "http://127.0.0.1/",
    "http://[::ffff:169.254.169.254]/",
    "http://metadata.google.internal/",
    "http://user@news.example.com/",
    "http://news.example.com:6379/",
    "file:///etc/passwd",
];

pub fn cases() -> Vec<Case> {
    vec![
        Case::story("service: a card", card),
        Case::story(
            "service: every failure looks the same and shows at the deadline",
            failures_look_the_same,
        ),
        Case::story("service: what the URL alone shows is refused at once", refused_at_once),
        Case::story("service: two URLs in one request", two_urls),
        Case::story("service: a request of our own fetch goes round in circles", own_fetch),
        Case::story("service: another Host", another_host),
    ]
}

fn card(world: &World, worker: &Path) -> Outcome {
    world.page(NEWS, "/", page("News"));
    let worker = Worker::start(world, worker, &[]);
    let answer = worker.preview("http://news.example.com/");
    ensure(answer.status == 200 && answer.json()["title"] == "News", || format!("{answer:?}"))?;
    let sent = world.requests().concat().to_lowercase();
    ensure(sent.contains("\r\nvia: 1.1 natter-preview\r\n"), || format!("no Via: {sent}"))?;
    dialled_only(world, &worker, &["93.184.216.34:80"])
}

fn failures_look_the_same(world: &World, worker: &Path) -> Outcome {
    world.record("evil.example.org A 169.254.169.254");
    world.record("silent.example.org SILENT");
    world.page(NEWS, "/text", body(&["Content-Type: text/plain"], b"x"));
    world.page(NEWS, "/inside", redirect(302, "http://10.0.0.1/"));
    world.page(NEWS, "/broken", raw("nonsense\r\n\r\n"));
    world.page(NEWS, "/slow", raw("").hold());
    let worker = Worker::start(world, worker, &[DEADLINE]);
    let answers: Vec<Answer> = thread::scope(|scope| {
        let asked = FAILURES.map(|url| scope.spawn(|| worker.preview(url)));
        asked.into_iter().map(|answer| answer.join().expect("an answer")).collect()
    });
    let first = likeness(&answers[0]);
    ensure(first.0 == 502, || format!("{first:?}"))?;
    for (answer, url) in answers.into_iter().zip(FAILURES) {
        ensure((SHOWN_FROM..SHOWN_UNTIL).contains(&answer.took), || format!("{url}: {:?}", answer.took))?;
        let same = likeness(&answer);
        ensure(same == first, || format!("{url}: {same:?} instead of {first:?}"))?;
    }
    dialled_only(world, &worker, &["93.184.216.34:80", "93.184.216.34:443"])
}

fn refused_at_once(world: &World, worker: &Path) -> Outcome {
    world.record(&format!("metadata.google.internal A {NEWS}"));
    let worker = Worker::start(world, worker, &[("deadline_seconds", "20")]);
    for url in REFUSALS {
        let answer = worker.preview(url);
        ensure(answer.status == 400 && answer.took < Duration::from_secs(10), || {
            format!("{url}: {answer:?}")
        })?;
    }
    nothing_left(world, &worker)
}

fn two_urls(world: &World, worker: &Path) -> Outcome {
    let worker = Worker::start(world, worker, &[]);
    let path = "/preview?url=http://news.example.com/&url=http://127.0.0.1/";
    let answer = worker.get(path, worker.address(), &[]);
    ensure(answer.status == 400, || format!("{answer:?}"))?;
    nothing_left(world, &worker)
}

fn own_fetch(world: &World, worker: &Path) -> Outcome {
    let worker = Worker::start(world, worker, &[]);
    let path = "/preview?url=http://news.example.com/";
    let via = "Via: 1.0 somebody, 1.1 natter-preview";
    let answer = worker.get(path, worker.address(), &[via]);
    ensure(answer.status == 400, || format!("{answer:?}"))?;
    nothing_left(world, &worker)
}

fn another_host(world: &World, worker: &Path) -> Outcome {
    let worker = Worker::start(world, worker, &[]);
    let answer = worker.get("/preview?url=http://news.example.com/", "rebound.example.org", &[]);
    ensure(answer.status == 400, || format!("{answer:?}"))?;
    nothing_left(world, &worker)
}

fn nothing_left(world: &World, worker: &Worker) -> Outcome {
    let asked = world.asked();
    ensure(asked.is_empty(), || format!("asked: {asked:?}"))?;
    dialled_only(world, worker, &[])
}

fn dialled_only(world: &World, worker: &Worker, sites: &[&str]) -> Outcome {
    let dialled = world.dialled_beside(worker.address());
    let others: Vec<_> = dialled.iter().filter(|address| !sites.contains(&address.as_str())).collect();
    ensure(others.is_empty(), || format!("dialled: {others:?}"))
}

/// An answer without what is another in every one.
fn likeness(answer: &Answer) -> (u16, BTreeMap<String, String>, Value) {
    let (mut fields, mut body) = (answer.fields.clone(), answer.json());
    for name in ["date", "x-request-id"] {
        fields.remove(name);
    }
    if let Some(body) = body.as_object_mut() {
        body.remove("request_id");
    }
    (answer.status, fields, body)
}
