//! Asking one thing over and over.

use std::{
    thread,
    time::{Duration, Instant},
};

use crate::{connection::Connection, program::Program};

/// How fast a program answered.
pub struct Rate {
    /// Answers in all.
    pub answers: f64,
    /// Answers a second.
    pub per_second: f64,
    /// Milliseconds of the program's processor time for a thousand answers.
    pub cpu_ms_per_1000: f64,
}

/// A request and the status that its every answer has to have.
pub struct Request {
    pub bytes: Vec<u8>,
    pub status: u16,
    /// Clients that ask at once.
    pub clients: usize,
}

/// Asks `program` for `request` from all its clients, as fast as it answers, for `duration`.
pub fn measure(program: &Program, request: &Request, duration: Duration) -> Rate {
    let (start, cpu) = (Instant::now(), program.cpu_seconds());
    let answers: u64 = thread::scope(|scope| {
        let clients: Vec<_> =
            (0..request.clients).map(|_| scope.spawn(|| ask(program, request, start + duration))).collect();
        clients.into_iter().map(|client| client.join().expect("no client fails")).sum()
    });
    let answers = answers as f64;
    Rate {
        answers,
        per_second: answers / start.elapsed().as_secs_f64(),
        cpu_ms_per_1000: (program.cpu_seconds() - cpu) * 1e6 / answers,
    }
}

fn ask(program: &Program, request: &Request, end: Instant) -> u64 {
    let mut connection = Connection::open(program.address).expect("it listens");
    let mut answers = 0;
    while Instant::now() < end {
        let (status, body) = connection.ask(&request.bytes).expect("an answer");
        assert_eq!(status, request.status, "{body}");
        answers += 1;
    }
    answers
}
