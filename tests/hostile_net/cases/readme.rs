//! The walkthroughs of the README and of the worker's page: their very lines are run, and have to print what is said that
//! they print.

use std::{path::Path, process::Stdio};

use regex::Regex;

use crate::{
    case::{Case, Outcome, ensure},
    process::Process,
    reply::{HTML, body, page},
    world::{NEWS, World},
};

const README: &str = include_str!("../../../README.md");
const WORKER: &str = include_str!("../../../docs/preview.md");
/// Printed after each command, to tell the outputs apart.
const MARK: &str = "\u{1e}";

/// What differs from run to run, and what stands for it.
const VARYING: [(&str, &str); 4] = [
    (r"max-age=\d+", "max-age=SECONDS"),
    (r"ntr[sc]_[A-Za-z0-9_-]+", "TOKEN"),
    (r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "ID"),
    (r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z", "TIME"),
];

pub fn cases() -> Vec<Case> {
    vec![
        Case::story("readme: the walkthrough prints what it says", of_the_board),
        Case::story("readme: the walkthrough of the worker prints what it says", of_the_worker),
    ]
}

fn of_the_worker(world: &World, worker: &Path) -> Outcome {
    world.record(&format!("example.com A {NEWS}"));
    world.page(NEWS, "/", body(&[HTML, "Cache-Control: max-age=3600"], b"<title>Example Domain</title>"));
    let server = Process::start(world.command(worker).arg("serve"));
    server.logged("serving");
    walk(world, worker, &steps(WORKER, "\n## Run it\n"), 6)
}

fn of_the_board(world: &World, _: &Path) -> Outcome {
    world.record(&format!("example.com A {NEWS}"));
    world.page(NEWS, "/", page("Example Domain"));
    let api = Path::new(env!("CARGO_BIN_EXE_natter-api"));
    // On a busy machine a card takes longer than a reader waits.
    let server = Process::start(world.command(api).env("NATTER_PREVIEW__WAIT_MS", "10000"));
    server.logged("serving");

    walk(world, api, &steps(README, "\n## Walk through\n"), 15)
}

/// Runs the commands where `program` is to be found by its name.
fn walk(world: &World, program: &Path, steps: &[(String, String)], at_least: usize) -> Outcome {
    assert!(steps.len() >= at_least, "there is no walkthrough");
    let script: String = steps.iter().map(|(command, _)| format!("{command}\nprintf '{MARK}'\n")).collect();
    let path = format!("{}:/usr/local/bin:/usr/bin:/bin", program.parent().expect("a folder").display());
    let mut bash = world.command("bash");
    let bash = bash.args(["-c", &script]).env("PATH", path).stdin(Stdio::null()).output();
    let bash = bash.map_err(|error| format!("bash does not start: {error}"))?;
    let printed = String::from_utf8_lossy(&bash.stdout).into_owned();
    let errors = String::from_utf8_lossy(&bash.stderr).into_owned();
    ensure(errors.is_empty(), || format!("on standard error: {errors}"))?;
    for ((command, expected), printed) in steps.iter().zip(printed.split(MARK)) {
        let (expected, printed) = (constant(expected), constant(printed));
        ensure(printed == expected, || {
            format!("the documented\n$ {command}\nprints\n{printed}\nand not\n{expected}")
        })?;
    }
    Ok(())
}

/// Each command of a section's console blocks, and what it prints.
fn steps(page: &str, section: &str) -> Vec<(String, String)> {
    let (_, section) = page.split_once(section).expect("the page has the section");
    let section = section.split("\n## ").next().unwrap_or_default();
    let blocks = section.split("```console\n").skip(1).filter_map(|rest| rest.split("\n```").next());
    let mut steps: Vec<(String, String)> = Vec::new();
    for line in blocks.flat_map(str::lines) {
        match (line.strip_prefix("$ "), steps.last_mut()) {
            (Some(command), _) => steps.push((command.to_owned(), String::new())),
            (None, Some((_, output))) => *output += &format!("{line}\n"),
            (None, None) => panic!("a block begins with a command, not with {line}"),
        }
    }
    steps
}

fn constant(text: &str) -> String {
    let replaced = VARYING.iter().fold(text.to_owned(), |text, (varying, name)| {
        Regex::new(varying).expect("a pattern").replace_all(&text, *name).into_owned()
    });
    replaced.trim_end().to_owned()
}
