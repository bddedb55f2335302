//! `kill -9` under load, again and again on the same data: nothing acknowledged is lost or doubled, nothing else is half
//! there, and the audit log tells all of it.
//!
//! `KILL_ROUNDS` says how often (15), `KILL_SEED` with which moments and requests (0).

mod ledger;
mod load;
mod remains;

use std::env;

use natter::random::Random;
use tokio::{sync::watch, task::JoinSet};

use self::load::Worker;
use crate::{database::Database, server::Server};

const WORKERS: usize = 6;

/// Answers before the kill at most; at least, none.
const ANSWERS: u64 = 60;

#[tokio::test(flavor = "multi_thread")]
async fn what_is_acknowledged_is_there_once_and_what_is_not_is_whole_or_absent() {
    let (rounds, seed) = (setting("KILL_ROUNDS", 15), setting("KILL_SEED", 0));
    let mut server = Server::start();
    let mut workers = Vec::new();
    for number in 0..WORKERS {
        workers.push(Worker::new(&server, number).await);
    }
    let (mut answered, mut cut_off, mut had_effect) = (0, 0, 0);
    for round in 0..rounds {
        let moment = Random::seeded(seed << 32 | round);
        let kill_after = u64::from_be_bytes(moment.bytes()) % ANSWERS;
        let (answers, mut seen) = watch::channel(0_u64);
        let mut running = JoinSet::new();
        for mut worker in workers.drain(..) {
            let answers = answers.clone();
            let choices = Random::seeded(u64::from_be_bytes(moment.bytes()));
            running.spawn(async move {
                worker.run(&answers, &choices).await;
                worker
            });
        }
        seen.wait_for(|count| *count >= kill_after).await.expect("they go on until the server ends");
        let directory = server.kill();
        workers = running.join_all().await;
        workers.sort_by_key(Worker::number);
        answered += *answers.borrow();
        cut_off += workers.iter().filter(|worker| worker.was_cut_off()).count();

        remains::verify(directory.path(), round);
        remains::nothing_is_half_there(&Database::open(directory.path()).await).await;

        server = Server::start_in(directory, &[]);
        let database = Database::open(server.directory()).await;
        let records = async || database.number("SELECT count(*) FROM idempotency").await;
        had_effect += records().await - keys(&workers);
        for worker in &mut workers {
            worker.reconnect(&server).await;
            worker.check(&database).await;
        }
        // One for each that had its effect, and none for others.
        assert_eq!(records().await, keys(&workers), "round {round}");
    }
    let (directory, log) = server.stop();
    remains::verify(directory.path(), rounds);
    assert!(!log.contains("ERROR") && !log.contains("panicked"), "{log}");
    println!(
        "{rounds} kills: {answered} requests answered, {cut_off} cut off; of those with a key, {had_effect} had had their \
         effect and were answered from the record"
    );
    assert!(cut_off > 0, "no kill hit a request");
}

/// How many requests with keys had their effect, as far as their clients know.
fn keys(workers: &[Worker]) -> i64 {
    workers.iter().map(|worker| worker.keys() as i64).sum()
}

fn setting(name: &str, default: u64) -> u64 {
    env::var(name).map_or(default, |text| text.parse().unwrap_or_else(|_| panic!("{name} is a number")))
}
