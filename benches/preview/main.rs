//! The worker's figures, measured on the release build in a network namespace of their own:
//! `cargo bench --bench preview`, or with `-- onslaught`, `-- stopping-short`, `-- cold` or `-- hot` one of them.
//!
//! `PREVIEW_SECONDS` sets how long the hot card is asked for (3 by default). Exits with 1 when a target is missed.

#![allow(clippy::print_stdout, reason = "the figures are the result")]

#[path = "../figures/bare.rs"]
mod bare;
mod cold;
#[path = "../figures/connection.rs"]
mod connection;
mod delay;
mod hot;

/// The hostile net is where all of it happens.
#[path = "../../tests/hostile_net/authority.rs"]
mod authority;
#[path = "../../tests/hostile_net/board.rs"]
#[allow(dead_code, reason = "it is of the cases, which lend their bombs")]
mod board;
#[path = "../../tests/hostile_net/capture.rs"]
mod capture;
#[path = "../../tests/hostile_net/case.rs"]
#[allow(dead_code, reason = "no case is played here")]
mod case;
#[path = "../../tests/hostile_net/cases/mod.rs"]
#[allow(dead_code, reason = "no case is played here")]
mod cases;
#[path = "../../tests/hostile_net/dns.rs"]
mod dns;
#[path = "../../tests/hostile_net/fetch_case.rs"]
#[allow(dead_code, reason = "no case is played here")]
mod fetch_case;
#[path = "../../tests/hostile_net/http2.rs"]
#[allow(dead_code, reason = "less of it is needed here")]
mod http2;
#[path = "../../tests/hostile_net/namespace.rs"]
mod namespace;
#[path = "../../tests/hostile_net/onslaught.rs"]
mod onslaught;
#[path = "../../tests/it/process.rs"]
#[allow(dead_code, reason = "less of it is needed here")]
mod process;
#[path = "../../tests/hostile_net/program.rs"]
#[allow(dead_code, reason = "less of it is needed here")]
mod program;
#[path = "../../tests/hostile_net/reply.rs"]
mod reply;
#[path = "../../tests/hostile_net/sites.rs"]
mod sites;
#[path = "../../tests/hostile_net/url_generator.rs"]
#[allow(dead_code, reason = "no case is played here")]
mod url_generator;
#[path = "../../tests/hostile_net/wire.rs"]
mod wire;
#[path = "../../tests/hostile_net/worker.rs"]
mod worker;
#[path = "../../tests/hostile_net/world.rs"]
#[allow(dead_code, reason = "less of it is needed here")]
mod world;
#[path = "../../tests/hostile_net/zone.rs"]
mod zone;

use std::{
    env,
    path::Path,
    process::ExitCode,
    thread,
    time::{Duration, Instant},
};

use crate::world::World;

/// The worker, as cargo built it for benches.
const WORKER: &str = env!("CARGO_BIN_EXE_natter-preview");

/// Longest that everything may take.
const PATIENCE: Duration = Duration::from_secs(300);

/// Prints figures of this worker, and says whether their targets are met.
type Measure = fn(&World, &Path) -> bool;

/// What is measured, by its name.
const FIGURES: [(&str, Measure); 4] = [
    ("onslaught", onslaught_figures),
    ("stopping-short", stopping_short_figures),
    ("cold", cold::figures),
    ("hot", hot::figures),
];

fn main() -> ExitCode {
    if let Some(address) = env::var_os(bare::ADDRESS) {
        return bare::serve(&address.to_string_lossy());
    }
    if let Some(arguments) = namespace::inside() {
        return inside(&arguments[0]);
    }
    let wanted: Vec<_> = env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let mut met = true;
    for (name, _) in FIGURES {
        if wanted.is_empty() || wanted.iter().any(|wanted| wanted == name) {
            println!("\n{name}");
            let output = namespace::run(&[name]);
            print!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
            met &= output.status.success();
        }
    }
    if met { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn inside(name: &str) -> ExitCode {
    let begun = Instant::now();
    thread::spawn(move || {
        while begun.elapsed() < PATIENCE {
            thread::sleep(Duration::from_secs(1));
        }
        println!("it goes on and on");
        std::process::exit(1);
    });
    let (_, figures) = FIGURES.into_iter().find(|(known, _)| *known == name).expect("a known figure");
    if figures(&World::make(), Path::new(WORKER)) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn onslaught_figures(world: &World, worker: &Path) -> bool {
    let figures = onslaught::run(world, worker, onslaught::kinds());
    println!(
        "{} hostile fetches, {} at once, {} ordinary ones amid them",
        figures.hostile,
        onslaught::AT_ONCE,
        figures.ordinary
    );
    let late = figures.longest.saturating_sub(onslaught::DEADLINE).as_secs_f64();
    let slower = figures.amid_p99.as_secs_f64() / figures.alone_p99.as_secs_f64();
    let p99s = (figures.alone_p99.as_secs_f64() * 1e3, figures.amid_p99.as_secs_f64() * 1e3);
    println!("ordinary p99: {:.1} ms alone, {:.1} ms amid them", p99s.0, p99s.1);
    let memory = at_most("memory over idle", figures.megabytes_over_idle(), 64.0, "MB");
    let time = at_most("the last answer after the deadline", late, 0.5, "s");
    let ordinary = at_most("ordinary p99, beside alone", slower, 2.0, "times");
    let missed = at_most("ordinary requests without a card", figures.ordinary_missed as f64, 0.0, "");
    memory && time && ordinary && missed
}

/// The most that two hundred fetches can be made to hold.
fn stopping_short_figures(world: &World, worker: &Path) -> bool {
    let figures = onslaught::run(world, worker, onslaught::stopping_short());
    at_most("memory over idle", figures.megabytes_over_idle(), 160.0, "MB")
}

/// Prints a figure beside its target.
fn at_most(what: &str, measured: f64, most: f64, unit: &str) -> bool {
    let verdict = if measured <= most { "" } else { ", MISSED" };
    println!("{what}: {measured:.2} {unit} (target: at most {most} {unit}{verdict})");
    measured <= most
}
