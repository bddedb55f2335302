//! The worker and the API, unchanged, in a network that means harm.
//!
//! Every case is played in a network namespace of its own, in which every address of the Internet is
//! local: those of the case are its sites, all others are canaries that would answer. What is asserted is
//! the card or the refusal, the names that DNS was asked for, and by the packets on the only interface
//! that nobody else was dialled.

mod authority;
mod board;
mod capture;
mod case;
mod cases;
mod dns;
mod fetch_case;
mod http2;
mod namespace;
mod onslaught;
mod player;
mod program;
mod reply;
mod sites;
mod url_generator;
mod wire;
mod worker;
mod world;
mod zone;

#[path = "../it/process.rs"]
#[expect(dead_code, reason = "less of it is needed here than by the tests it was made for")]
mod process;

use std::{path::Path, process::ExitCode};

use libtest_mimic::{Arguments, Trial};

/// The worker, as built.
const WORKER: &str = env!("CARGO_BIN_EXE_natter-preview");

/// Cases mostly wait: for deadlines, and for programs to start.
const AT_ONCE: usize = 6;

fn main() -> ExitCode {
    if let Some(arguments) = namespace::inside() {
        return player::play_inside(&arguments);
    }
    let mut arguments = Arguments::from_args();
    arguments.test_threads.get_or_insert(AT_ONCE);
    let trials = cases::all().into_iter().map(|case| {
        let name = case.name;
        Trial::test(name.clone(), move || player::play(&name, Path::new(WORKER)).map_err(Into::into))
    });
    libtest_mimic::run(&arguments, trials.collect()).exit_code()
}
