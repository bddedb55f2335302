//! A program under measurement.

use std::{
    env, fs,
    net::{SocketAddr, TcpListener},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use crate::{bare, connection::Connection, unaudited};

/// Clock ticks per second in /proc (`getconf CLK_TCK`): 100 on every Linux of today.
const TICKS: f64 = 100.0;

/// What rows of the audit are waited for.
#[derive(Clone, Copy, PartialEq)]
pub enum Audit {
    Durable,
    Relaxed,
    /// There are none.
    Nothing,
}

/// A running program, killed at the end of this value.
pub struct Program {
    child: Child,
    /// Where it listens.
    pub address: SocketAddr,
    /// From the start to the first answer.
    pub first_answer: Duration,
    admin: SocketAddr,
}

impl Program {
    /// `natter-api` on the data in `directory`, without limits that would stop a single client.
    pub fn api(directory: &Path, audit: Audit) -> Self {
        Self::of(Command::new(serving(audit)), directory, audit)
    }

    /// The same on one processor, with a database on a server.
    pub fn pinned(directory: &Path, audit: Audit, database: &str, processor: &str) -> Self {
        let mut command = Command::new("taskset");
        command.args(["-c", processor]).arg(serving(audit));
        command.env("NATTER_DATABASE__URL", database);
        Self::of(command, directory, audit)
    }

    fn of(mut command: Command, directory: &Path, audit: Audit) -> Self {
        let (address, admin) = (free_address(), free_address());
        match audit {
            Audit::Durable => command.env("NATTER_AUDIT__MODE", "durable"),
            Audit::Relaxed => command.env("NATTER_AUDIT__MODE", "relaxed"),
            Audit::Nothing => command.env(unaudited::SERVES, ""),
        };
        command
            .current_dir(directory)
            .env("NATTER_HTTP__LISTEN", address.to_string())
            .env("NATTER_ADMIN__LISTEN", admin.to_string())
            // Whoever logs in before the load starts is to be logged in at its end.
            .env("NATTER_SESSIONS__LIFETIME_SECONDS", "86400")
            .env("NATTER_LIMITS__ACCOUNT_REQUESTS_PER_SECOND", "1000000")
            .env("NATTER_LIMITS__REFUSALS_PER_ADDRESS", "1000000")
            .env("NATTER_LIMITS__REFUSAL_REFILL_PER_SECOND", "1000000");
        Self::start(command, address, admin)
    }

    /// The bare poem handler.
    pub fn bare() -> Self {
        let address = free_address();
        let mut command = Command::new(env::current_exe().expect("this program"));
        command.env(bare::ADDRESS, address.to_string());
        Self::start(command, address, address)
    }

    fn start(mut command: Command, address: SocketAddr, admin: SocketAddr) -> Self {
        let start = Instant::now();
        let child = command.stdin(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts");
        let mut program = Self { child, address, first_answer: Duration::ZERO, admin };
        let request = format!("GET / HTTP/1.1\r\nHost: {address}\r\n\r\n");
        while Connection::open(address).and_then(|mut open| open.ask(request.as_bytes())).is_err() {
            assert!(start.elapsed() < Duration::from_secs(30), "{command:?} does not answer");
        }
        program.first_answer = start.elapsed();
        program
    }

    /// Its resident memory.
    pub fn resident_bytes(&self) -> u64 {
        let status = self.proc("status");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("a running process");
        line.trim().trim_end_matches(" kB").parse::<u64>().expect("a number") * 1024
    }

    /// The processor time it has used, user and system.
    pub fn cpu_seconds(&self) -> f64 {
        let stat = self.proc("stat");
        // After the name in parentheses, fields 14 and 15 of the line are 11 and 12 (proc(5)).
        let (_, rest) = stat.rsplit_once(") ").expect("proc(5)");
        let ticks: f64 =
            rest.split(' ').skip(11).take(2).map(|field| field.parse::<f64>().expect("a number")).sum();
        ticks / TICKS
    }

    /// How often it has committed, by its own account.
    pub fn commits(&self) -> f64 {
        let request = format!("GET /metrics HTTP/1.1\r\nHost: {}\r\n\r\n", self.admin);
        let asked = Connection::open(self.admin).and_then(|mut open| open.ask(request.as_bytes()));
        let (_, metrics) = asked.expect("the admin listener answers");
        let count =
            metrics.lines().find_map(|line| line.strip_prefix("natter_store_transactions_per_commit_count "));
        count.and_then(|count| count.parse().ok()).unwrap_or_default()
    }

    fn proc(&self, file: &str) -> String {
        fs::read_to_string(format!("/proc/{}/{file}", self.child.id())).expect("Linux's /proc")
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The program that serves so.
fn serving(audit: Audit) -> PathBuf {
    match audit {
        Audit::Durable | Audit::Relaxed => env!("CARGO_BIN_EXE_natter-api").into(),
        Audit::Nothing => env::current_exe().expect("this program"),
    }
}

fn free_address() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("it is bound")
}
