//! How hard a destination is asked, whoever wants it asked.

use std::{
    path::Path,
    thread,
    time::{Duration, Instant},
};

use crate::{
    case::{Case, Outcome, ensure},
    reply::{answer, page},
    wire::Answer,
    worker::Worker,
    world::{NEWS, World},
};

pub fn cases() -> Vec<Case> {
    vec![
        Case::story("manners: requests at once to one host", at_once),
        Case::story("manners: requests a second to one host", a_second),
        Case::story("manners: a host that asks to be left alone", left_alone),
    ]
}

/// Asks for so many pages of the news at once.
fn ask_all(worker: &Worker, pages: usize) -> Vec<Answer> {
    thread::scope(|scope| {
        let asked: Vec<_> = (0..pages)
            .map(|number| scope.spawn(move || worker.preview(&format!("http://news.example.com/{number}"))))
            .collect();
        asked.into_iter().map(|answer| answer.join().expect("an answer")).collect()
    })
}

fn at_once(world: &World, worker: &Path) -> Outcome {
    for number in 0..6 {
        world.page(NEWS, &format!("/{number}"), page("News").late());
    }
    let settings = [("concurrent_per_destination", "2"), ("deadline_seconds", "20")];
    let worker = Worker::start(world, worker, &settings);
    let answers = ask_all(&worker, 6);
    ensure(answers.iter().all(|answer| answer.status == 200), || format!("{answers:?}"))?;
    ensure(world.most_open() == 2, || format!("{} requests at once", world.most_open()))
}

fn a_second(world: &World, worker: &Path) -> Outcome {
    for number in 0..13 {
        world.page(NEWS, &format!("/{number}"), page("News"));
    }
    let settings = [("per_second_per_destination", "1"), ("deadline_seconds", "20")];
    let worker = Worker::start(world, worker, &settings);
    let begun = Instant::now();
    let answers = ask_all(&worker, 13);
    let took = begun.elapsed();
    ensure(answers.iter().all(|answer| answer.status == 200), || format!("{answers:?}"))?;
    // Ten may follow each other at once, and one is due.
    ensure(took >= Duration::from_millis(1900), || format!("13 requests within {took:?}"))
}

fn left_alone(world: &World, worker: &Path) -> Outcome {
    world.page(NEWS, "/0", answer("429 Too Many Requests", &["Retry-After: 60"]));
    world.page(NEWS, "/1", page("News"));
    let worker = Worker::start(world, worker, &[("deadline_seconds", "1")]);
    for path in ["/0", "/1"] {
        let answer = worker.preview(&format!("http://news.example.com{path}"));
        ensure(answer.status == 502, || format!("{path}: {answer:?}"))?;
    }
    let requests = world.requests();
    ensure(requests.len() == 1, || format!("{} requests", requests.len()))
}
