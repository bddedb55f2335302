//! A program under test: its log, and its end.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, ExitStatus, Stdio},
    sync::{Arc, Condvar, Mutex},
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;

/// Longer than anything here takes on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// A running program, whose log is read as it is written. It ends with this value.
pub struct Process {
    child: Child,
    log: Arc<Log>,
}

#[derive(Default)]
struct Log {
    state: Mutex<State>,
    grown: Condvar,
}

#[derive(Default)]
struct State {
    lines: Vec<String>,
    ended: bool,
}

impl Process {
    /// Starts `command` with its standard error as the log.
    pub fn start(command: &mut Command) -> Self {
        let mut child = command.stdin(Stdio::null()).stderr(Stdio::piped()).spawn().expect("it starts");
        let log = Arc::new(Log::default());
        let (stderr, written) = (child.stderr.take().expect("it is piped"), log.clone());
        thread::spawn(move || {
            for line in BufReader::new(stderr).lines() {
                let line = line.unwrap_or_else(|error| format!("the log cannot be read: {error}"));
                written.change(|state| state.lines.push(line));
            }
            written.change(|state| state.ended = true);
        });
        Self { child, log }
    }

    /// Waits for a line of the log that bears this message, and gives it.
    pub fn logged(&self, message: &str) -> Value {
        let deadline = Instant::now() + PATIENCE;
        let mut state = self.log.state.lock().expect("no reader panics");
        loop {
            let lines = state.lines.iter().filter_map(|line| serde_json::from_str::<Value>(line).ok());
            if let Some(line) = lines.into_iter().find(|line| line["message"] == message) {
                return line;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(
                !state.ended && !left.is_zero(),
                "{message} is not in the log:\n{}",
                state.lines.join("\n")
            );
            state = self.log.grown.wait_timeout(state, left).expect("no reader panics").0;
        }
    }

    /// Everything logged so far.
    pub fn log(&self) -> String {
        self.log.state.lock().expect("no reader panics").lines.join("\n")
    }

    /// The process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Asks it to stop, and does not wait.
    pub fn terminate(&self) {
        signal(&self.child, "TERM");
    }

    /// Asks it to stop and waits until it has; its status and its whole log.
    pub fn stop(self) -> (ExitStatus, String) {
        self.terminate();
        self.end()
    }

    /// Waits until it has ended by itself; its status and its whole log.
    pub fn end(mut self) -> (ExitStatus, String) {
        let deadline = Instant::now() + PATIENCE;
        let mut state = self.log.state.lock().expect("no reader panics");
        while !state.ended {
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "it goes on:\n{}", state.lines.join("\n"));
            state = self.log.grown.wait_timeout(state, left).expect("no reader panics").0;
        }
        drop(state);
        let status = self.child.wait().expect("it is ours");
        (status, self.log())
    }
}

impl Log {
    fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.state.lock().expect("no reader panics"));
        self.grown.notify_all();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn signal(child: &Child, name: &str) {
    let kill = format!("kill -{name} {}", child.id());
    assert!(Command::new("sh").args(["-c", &kill]).status().expect("sh runs").success());
}
