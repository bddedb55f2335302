//! `cargo bench --bench figures -- postgresql`: docs/postgresql.md's figures.
//!
//! The database has one processor of its own, and whoever asks it the other: natter-api with its clients, or pgbench with
//! the statements that one request makes. `FIGURES_MESSAGES` says how many messages the filled database has (2 million).

mod cluster;

use std::{
    env,
    process::Command,
    time::{Duration, Instant},
};

use tempfile::TempDir;

use self::cluster::{ASKING, Cluster};
use crate::{
    board::Board,
    connection::Connection,
    load::{self, Request},
    program::{Audit, Program},
};

const FILL: &str = include_str!("../../board/fill.sql");

/// What of pgbench's rate the API has to reach.
const OF_PGBENCH: f64 = 0.7;
/// How much slower reads may be on the filled database.
const SLOWER: f64 = 1.3;

/// Requests whose middle is taken.
const ASKED: usize = 500;

/// Measures; whether every target was reached.
pub fn measure(each: Duration) -> bool {
    let cluster = Cluster::start();
    let directory = tempfile::tempdir().expect("a temporary directory");
    let migrate = Command::new(env!("CARGO_BIN_EXE_natter-api"))
        .arg("migrate")
        .current_dir(directory.path())
        .env("NATTER_DATABASE__URL", cluster.url("natter_migrate"))
        .status();
    assert!(migrate.expect("it runs").success(), "the schema cannot be made");

    let api = start(&directory, &cluster, Audit::Durable);
    let mut board = Board::fill(api.address);
    let before = board.reads().map(|(_, request)| middle(&api, &request));
    let values = values(&cluster);
    let mut reached = true;
    let scripts = [include_str!("get.sql"), include_str!("post.sql")];
    println!("| request | clients | natter-api /s | pgbench /s | ratio |\n|---|---|---|---|---|");
    for ((name, request), script) in get_and_post(&board).into_iter().zip(scripts) {
        let rate = load::measure(&api, &request, each).per_second;
        let bare = cluster.pgbench(script, request.clients, each.as_secs_f64(), &values);
        let ratio = rate / bare;
        println!("| {name} | {} | {rate:.0} | {bare:.0} | {:.0} % |", request.clients, ratio * 100.0);
        reached &= ratio >= OF_PGBENCH;
    }
    drop(api);

    println!("\n| audit | request | natter-api /s | requests per commit | CPU ms per 1,000: API, database |");
    println!("|---|---|---|---|---|");
    let audits = [("durable", Audit::Durable), ("relaxed", Audit::Relaxed), ("none", Audit::Nothing)];
    for (said, audit) in audits {
        let api = start(&directory, &cluster, audit);
        board = board.at(api.address);
        for (name, request) in get_and_post(&board) {
            let (commits, cpu) = (api.commits(), cluster.cpu_seconds());
            let rate = load::measure(&api, &request, each);
            let database = (cluster.cpu_seconds() - cpu) * 1e6 / rate.answers;
            let commits = api.commits() - commits;
            let together = if commits > 0.0 { format!("{:.1}", rate.answers / commits) } else { "-".into() };
            println!(
                "| {said} | {name} | {:.0} | {together} | {:.0}, {database:.0} |",
                rate.per_second, rate.cpu_ms_per_1000
            );
        }
    }

    let api = start(&directory, &cluster, Audit::Durable);
    board = board.at(api.address);
    let messages = env::var("FIGURES_MESSAGES")
        .map_or(2_000_000, |text| text.parse().expect("FIGURES_MESSAGES is a number"));
    let begun = Instant::now();
    let sizes = [(":messages", messages), (":spaces", messages / 200), (":accounts", messages / 20)];
    cluster.sql(
        "natter",
        &sizes.iter().fold(FILL.to_owned(), |sql, (name, size)| sql.replace(name, &size.to_string())),
    );
    cluster.sql("natter", "VACUUM ANALYZE; CHECKPOINT");
    println!("\nfilled with {messages} messages in {:.0} s\n", begun.elapsed().as_secs_f64());
    println!("| request | almost empty, p50 ms | filled | ratio |\n|---|---|---|---|");
    for ((name, request), before) in board.reads().into_iter().zip(before) {
        let after = middle(&api, &request);
        println!("| {name} | {before:.2} | {after:.2} | {:.2} |", after / before);
        reached &= after / before <= SLOWER;
    }
    reached
}

fn get_and_post(board: &Board) -> [(&'static str, Request); 2] {
    let [get, _, post, ..] = board.requests();
    [get, post]
}

fn start(directory: &TempDir, cluster: &Cluster, audit: Audit) -> Program {
    Program::pinned(directory.path(), audit, &cluster.url("natter_api_user"), ASKING)
}

/// What a request on the board names, as pgbench's variables.
fn values(cluster: &Cluster) -> Vec<(&'static str, String)> {
    let text = |query: &str| cluster.sql("natter", &format!("SET search_path = natter; {query}"));
    vec![
        ("hash", text("SELECT encode(hash, 'hex') FROM session LIMIT 1")),
        ("session", text("SELECT id FROM session LIMIT 1")),
        ("account", text("SELECT id FROM account LIMIT 1")),
        ("space", text("SELECT id FROM space LIMIT 1")),
        ("message", text("SELECT id FROM message LIMIT 1")),
        ("capability", text("SELECT id FROM capability WHERE target = 1 LIMIT 1")),
    ]
}

/// The middle of how many milliseconds answers take, one request after the other.
fn middle(api: &Program, request: &Request) -> f64 {
    let mut connection = Connection::open(api.address).expect("it listens");
    let mut took: Vec<f64> = (0..ASKED)
        .map(|_| {
            let asked = Instant::now();
            let (status, body) = connection.ask(&request.bytes).expect("an answer");
            assert_eq!(status, request.status, "{body}");
            asked.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    took.sort_by(f64::total_cmp);
    took[took.len() / 2]
}
