//! The README's figures, measured on the release binaries: `cargo bench --bench figures`.
//!
//! Everything runs on this machine: one server, 64 clients on loopback (4 that log in), and a bare poem handler for comparison in
//! the same run. `FIGURES_SECONDS` sets how long each operation is asked (3 by default). Exits with 1 when a target
//! is missed.

#![allow(clippy::print_stdout, reason = "the figures are the result")]

mod bare;
mod board;
mod connection;
mod load;
mod postgres;
mod program;
mod unaudited;

use std::{
    collections::HashMap,
    env,
    path::{Path, PathBuf},
    process::{Command, ExitCode},
    thread,
    time::Duration,
};

use mimalloc::MiMalloc;

use crate::{
    board::{ALONE, Board, POST},
    load::Rate,
    program::{Audit, Program},
};

/// Most milliseconds from the start to the first answer, with an existing database.
const START_MS: f64 = 100.0;
/// Most megabytes (10^6 bytes) of memory at idle.
const IDLE_MB: f64 = 20.0;
/// Least part of the bare handler's requests/s, in percent.
const READ_PART: f64 = 40.0;
/// Most processor time of a durable audit, as a multiple of a relaxed one's.
const DURABLE_COST: f64 = 2.0;
/// Least requests for a commit, as a multiple of one client's.
const TOGETHER: f64 = 20.0;
/// Most megabytes of each program.
const API_MB: f64 = 25.0;
const PREVIEW_MB: f64 = 12.0;

/// As in `natter-api`, for this program serves in its place where there is no audit.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// How often what has a target is asked in turns with the bare handler.
const TURNS: usize = 7;

/// The worker as it is shipped, without what only the API has; cargo built it with that beside the API.
fn shipped_worker() -> PathBuf {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("worker");
    let mut build = Command::new(env!("CARGO"));
    build.current_dir(env!("CARGO_MANIFEST_DIR")).arg("build").arg("--target-dir").arg(&target);
    build.args([
        "--quiet",
        "--profile",
        "worker",
        "--locked",
        "--no-default-features",
        "--bin",
        "natter-preview",
    ]);
    assert!(build.status().expect("cargo runs").success(), "the worker cannot be built");
    target.join("worker/natter-preview")
}

fn main() -> ExitCode {
    if let Some(address) = env::var_os(bare::ADDRESS) {
        return bare::serve(&address.to_string_lossy());
    }
    if env::var_os(unaudited::SERVES).is_some() {
        return unaudited::serve();
    }
    let seconds = env::var("FIGURES_SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(3.0);
    let each = Duration::from_secs_f64(seconds);
    if env::args().any(|argument| argument == "postgresql") {
        return if postgres::measure(each) { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    }
    let mut targets = Targets::default();

    let megabytes = |path: &Path| std::fs::metadata(path).expect("cargo built it").len() as f64 / 1e6;
    targets.check("size of natter-api", megabytes(env!("CARGO_BIN_EXE_natter-api").as_ref()), API_MB, "MB");
    targets.check("size of natter-preview", megabytes(&shipped_worker()), PREVIEW_MB, "MB");

    let directory = tempfile::tempdir().expect("a temporary directory");
    // The first start makes keys and database; the starts after it are what is measured.
    drop(Program::api(directory.path(), Audit::Durable));
    let mut starts: Vec<f64> = (0..5)
        .map(|_| Program::api(directory.path(), Audit::Durable).first_answer.as_secs_f64() * 1e3)
        .collect();
    starts.sort_by(f64::total_cmp);
    targets.check("start to first answer (median of 5)", starts[2], START_MS, "ms");

    let api = Program::api(directory.path(), Audit::Durable);
    // Idle is what is left once the work of the start is over.
    thread::sleep(Duration::from_secs(2));
    targets.check("memory at idle", api.resident_bytes() as f64 / 1e6, IDLE_MB, "MB");

    let board = Board::fill(api.address);
    let bare = Program::bare();
    let unit = load::measure(&bare, &board.bare_request(), each);
    println!("\n| operation | requests/s | CPU ms per 1,000 | CPU beside bare | requests per commit |");
    println!("|---|---|---|---|---|");
    print_row("bare poem handler", &unit, &unit, None);
    let mut durable = HashMap::new();
    for (name, request) in board.requests() {
        let (rate, together) = measure(&api, &request, each);
        print_row(name, &rate, &unit, Some(together));
        durable.insert(name, (rate, together));
    }
    let [(_, read), ..] = board.requests();
    let (_, durable_cost) = beside((&api, &read), (&bare, &board.bare_request()), each);
    println!("\nmemory after the load: {:.1} MB", api.resident_bytes() as f64 / 1e6);
    drop(api);

    println!("\nWith audit.mode = \"relaxed\":\n");
    let api = Program::api(directory.path(), Audit::Relaxed);
    let board = board.at(api.address);
    for (name, request) in board.requests() {
        let (rate, together) = measure(&api, &request, each);
        print_row(name, &rate, &unit, Some(together));
    }
    println!();
    let [(_, read), ..] = board.requests();
    let (part, relaxed_cost) = beside((&api, &read), (&bare, &board.bare_request()), each);
    targets.check_least(
        "GET message, relaxed, beside the bare handler",
        100.0 * part,
        READ_PART,
        "% of its requests/s",
    );
    let cost = durable_cost / relaxed_cost;
    targets.check("processor time of GET message, durable", cost, DURABLE_COST, "times relaxed");
    // A client by itself has each of a request's two commits to itself.
    let fewer = durable[POST].1 / durable[ALONE].1;
    targets.check_least(
        "POST message, durable, requests that share a commit",
        fewer,
        TOGETHER,
        "times one client's",
    );
    let faster = durable[POST].0.per_second / durable[ALONE].0.per_second;
    println!("POST message, durable, requests/s: {faster:.1} times one client's");
    targets.verdict()
}

/// The requests/s and the processor time of one, each as a multiple of the bare handler's: asked in turns, since the speed of
/// a machine is not the same from one minute to the next, and the middle of [`TURNS`] each.
fn beside(api: (&Program, &load::Request), bare: (&Program, &load::Request), each: Duration) -> (f64, f64) {
    let mut turns: Vec<[f64; 2]> = (0..TURNS)
        .map(|_| {
            let [unit, rate] =
                [bare, api].map(|(program, request)| load::measure(program, request, each / 2));
            [rate.per_second / unit.per_second, rate.cpu_ms_per_1000 / unit.cpu_ms_per_1000]
        })
        .collect();
    let mut middle = |which: usize| {
        turns.sort_by(|a, b| a[which].total_cmp(&b[which]));
        turns[TURNS / 2][which]
    };
    (middle(0), middle(1))
}

/// The rate, and how many answers shared a commit.
fn measure(api: &Program, request: &load::Request, each: Duration) -> (Rate, f64) {
    let before = api.commits();
    let rate = load::measure(api, request, each);
    let together = rate.answers / (api.commits() - before).max(1.0);
    (rate, together)
}

fn print_row(name: &str, rate: &Rate, unit: &Rate, together: Option<f64>) {
    let ratio = rate.cpu_ms_per_1000 / unit.cpu_ms_per_1000;
    let together = together.map(|together| format!("{together:.1}")).unwrap_or_default();
    println!("| {name} | {:.0} | {:.0} | {ratio:.1} | {together} |", rate.per_second, rate.cpu_ms_per_1000);
}

/// What was measured against what was aimed at.
#[derive(Default)]
struct Targets {
    missed: bool,
}

impl Targets {
    fn check(&mut self, what: &str, measured: f64, most: f64, unit: &str) {
        let verdict = if measured <= most { "" } else { ", MISSED" };
        println!("{what}: {measured:.1} {unit} (target: at most {most} {unit}{verdict})");
        self.missed |= measured > most;
    }

    fn check_least(&mut self, what: &str, measured: f64, least: f64, unit: &str) {
        let verdict = if measured >= least { "" } else { ", MISSED" };
        println!("{what}: {measured:.1} {unit} (target: at least {least}{verdict})");
        self.missed |= measured < least;
    }

    fn verdict(self) -> ExitCode {
        if self.missed { ExitCode::FAILURE } else { ExitCode::SUCCESS }
    }
}
