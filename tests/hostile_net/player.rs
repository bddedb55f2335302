//! Plays cases: outside by starting a namespace, inside by doing what the case says.

use std::{
    path::Path,
    process::{self, ExitCode},
    sync::mpsc,
    thread,
    time::Duration,
};

use crate::{cases, namespace};

/// Longer than any case takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// How a case ends whose worker did wrong, as opposed to a harness that failed.
const WRONG: u8 = 9;

/// Why a case did not end well.
#[derive(Debug, PartialEq, Eq)]
pub enum Failure {
    /// The worker did wrong.
    Wrong(String),
    /// The harness failed, so nothing is known about the worker.
    Harness(String),
}

impl From<Failure> for libtest_mimic::Failed {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Wrong(text) => text.into(),
            Failure::Harness(text) => format!("the case could not be played: {text}").into(),
        }
    }
}

/// Plays a case with this worker in a namespace of its own.
pub fn play(name: &str, worker: &Path) -> Result<(), Failure> {
    let output = namespace::run(&[name, worker.to_str().expect("paths are UTF-8")]);
    let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    match output.status.code() {
        Some(0) => Ok(()),
        Some(code) if code == i32::from(WRONG) => Err(Failure::Wrong(said)),
        _ => Err(Failure::Harness(format!("{}\n{said}", output.status))),
    }
}

/// Plays a case in the namespace that this process is in.
#[allow(clippy::print_stderr, reason = "the process outside reads it")]
pub fn play_inside(arguments: &[String]) -> ExitCode {
    let [name, worker] = arguments else { panic!("a case and a worker are needed") };
    let case = cases::all().into_iter().find(|case| case.name == *name).expect("a known case");
    let (end, ended) = mpsc::channel::<()>();
    thread::spawn(move || {
        if ended.recv_timeout(PATIENCE) == Err(mpsc::RecvTimeoutError::Timeout) {
            eprintln!("the case goes on and on");
            process::exit(1);
        }
    });
    let outcome = case.play(Path::new(worker));
    drop(end);
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(wrong) => {
            eprintln!("{wrong}");
            ExitCode::from(WRONG)
        }
    }
}
