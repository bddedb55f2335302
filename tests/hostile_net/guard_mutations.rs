//! Each guard of the worker switched off in turn, in a copy of its source: cases of the hostile net have to
//! fail, and to show what the guard keeps from happening.

mod authority;
mod board;
mod capture;
mod case;
mod cases;
mod dns;
mod fetch_case;
mod guards;
mod http2;
mod mutation;
mod namespace;
mod onslaught;
mod player;
mod program;
mod reply;
mod sites;
mod source_tree;
mod url_generator;
mod wire;
mod worker;
mod world;
mod zone;

#[path = "../it/process.rs"]
#[expect(dead_code, reason = "less of it is needed here than by the tests it was made for")]
mod process;

use std::{
    process::ExitCode,
    sync::{Arc, LazyLock},
};

use libtest_mimic::{Arguments, Trial};

use self::source_tree::SourceTree;

fn main() -> ExitCode {
    if let Some(arguments) = namespace::inside() {
        return player::play_inside(&arguments);
    }
    let mut arguments = Arguments::from_args();
    // There is one copy of the source, and one guard is off at a time.
    arguments.test_threads = Some(1);
    let tree = Arc::new(LazyLock::new(SourceTree::copy as fn() -> SourceTree));
    let unchanged = Arc::clone(&tree);
    let unchanged = Trial::test("every guard is on: the cases go well", move || {
        let worker = unchanged.build()?;
        Ok(mutation::play_unchanged(&guards::all(), &worker)?)
    });
    let mutated = guards::all().into_iter().map(|mutation| {
        let tree = Arc::clone(&tree);
        Trial::test(format!("off: {}", mutation.guard), move || Ok(mutation.try_out(&tree)?))
    });
    libtest_mimic::run(&arguments, std::iter::once(unchanged).chain(mutated).collect()).exit_code()
}
