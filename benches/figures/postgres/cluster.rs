//! A PostgreSQL server on one processor, with its data on the disk.

use std::{
    fs,
    io::Write,
    net::TcpListener,
    os::unix::fs::{MetadataExt, chown},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

use tempfile::TempDir;

const ROLES: &str = include_str!("../../../src/store/engine/roles.sql");

/// Nobody: the server refuses to be run by root.
const UNPRIVILEGED: u32 = 65534;

/// The processor of the server; whoever asks it has [`ASKING`].
const SERVING: &str = "0";
/// The processor of whoever asks the server.
pub const ASKING: &str = "1";

/// A running server. It ends with this value.
pub struct Cluster {
    directory: TempDir,
    port: u16,
    server: Child,
}

impl Cluster {
    /// A new one, with Natter's database in it.
    pub fn start() -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory");
        if is_root() {
            chown(directory.path(), Some(UNPRIVILEGED), Some(UNPRIVILEGED)).expect("root may");
        }
        let data = directory.path().join("data");
        let mut make = unprivileged(&[], "initdb");
        make.arg("-D").arg(&data).args([
            "--username=postgres",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C",
        ]);
        finish(&mut make);
        let port =
            TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a free port").port();
        let mut command = unprivileged(&["taskset", "-c", SERVING], "postgres");
        command.arg("-D").arg(&data).arg("-k").arg(directory.path()).args(["-p", &port.to_string()]);
        command.args(["-c", "listen_addresses=127.0.0.1", "-c", "max_connections=200"]);
        command.args([
            "-c",
            "shared_buffers=512MB",
            "-c",
            "max_wal_size=8GB",
            "-c",
            "log_min_messages=fatal",
        ]);
        let server = command.current_dir("/").stderr(Stdio::null()).spawn().expect("it starts");
        let cluster = Self { directory, port, server };
        let mut tries = 0..300;
        while !cluster.psql("postgres", "SELECT 1").0 {
            assert!(tries.next().is_some(), "PostgreSQL does not come up");
            thread::sleep(Duration::from_millis(100));
        }
        cluster.sql("postgres", "CREATE DATABASE natter");
        cluster.sql("natter", ROLES);
        cluster
    }

    /// The URL of the database for a role.
    pub fn url(&self, role: &str) -> String {
        format!("postgres://{role}@127.0.0.1:{}/natter", self.port)
    }

    /// Runs statements as the superuser; what they print.
    pub fn sql(&self, database: &str, statements: &str) -> String {
        let (well, said) = self.psql(database, statements);
        assert!(well, "{said}");
        said.trim().to_owned()
    }

    fn psql(&self, database: &str, statements: &str) -> (bool, String) {
        let mut command = program("psql");
        command.args(["-XqAt", "-v", "ON_ERROR_STOP=1", "-U", "postgres", "-d", database, "-h"]);
        command.arg(self.directory.path()).args(["-p", &self.port.to_string(), "-f", "-"]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("psql runs");
        // It says itself why it does not read.
        let _ = child.stdin.take().expect("it is piped").write_all(statements.as_bytes());
        let output = child.wait_with_output().expect("psql ends");
        let said = if output.status.success() { output.stdout } else { output.stderr };
        (output.status.success(), String::from_utf8(said).expect("UTF-8"))
    }

    /// How often a second pgbench gets through this script, from so many clients, with these values for its variables.
    pub fn pgbench(&self, script: &str, clients: usize, seconds: f64, values: &[(&str, String)]) -> f64 {
        let file = self.directory.path().join("script.sql");
        fs::write(&file, script).expect("written");
        let mut command = Command::new("taskset");
        command.args(["-c", ASKING]).arg(program("pgbench").get_program());
        command.args(["--no-vacuum", "-M", "prepared", "-h", "127.0.0.1", "-p", &self.port.to_string()]);
        command.args([
            "-U",
            "natter_api_user",
            "-c",
            &clients.to_string(),
            "-j",
            "1",
            "-T",
            &seconds.ceil().to_string(),
        ]);
        for (name, value) in values {
            command.arg("-D").arg(format!("{name}={value}"));
        }
        let said = finish(command.arg("-f").arg(&file).arg("natter"));
        let rate = said.lines().find_map(|line| line.strip_prefix("tps = ")).expect("pgbench says it");
        rate.split(' ').next().and_then(|rate| rate.parse().ok()).expect("a number")
    }

    /// The processor time that the server has used, in seconds.
    pub fn cpu_seconds(&self) -> f64 {
        // Field 16 and 17 of proc(5) count children that have ended; those that run are found by their parent.
        let of = |stat: String, fields: &[usize]| -> f64 {
            let rest = stat.rsplit_once(") ").map(|(_, rest)| rest.to_owned()).unwrap_or_default();
            let all: Vec<&str> = rest.split(' ').collect();
            fields.iter().filter_map(|field| all.get(*field)?.parse::<f64>().ok()).sum::<f64>() / 100.0
        };
        let own = self.server.id();
        let stat = |id: &str| fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
        let children = fs::read_to_string(format!("/proc/{own}/task/{own}/children")).unwrap_or_default();
        let running: f64 = children.split_whitespace().map(|id| of(stat(id), &[11, 12])).sum();
        running + of(stat(&own.to_string()), &[11, 12, 13, 14])
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let _ = Command::new("kill").args(["-INT", &self.server.id().to_string()]).status();
        let _ = self.server.wait();
    }
}

fn is_root() -> bool {
    fs::metadata("/proc/self").expect("/proc is mounted").uid() == 0
}

/// A program of the server's behind these words, run by a user that is not root.
fn unprivileged(before: &[&str], name: &str) -> Command {
    let id = UNPRIVILEGED.to_string();
    let drop = ["setpriv", "--reuid", &id, "--regid", &id, "--clear-groups", "--"];
    let words = before.iter().chain(if is_root() { &drop[..] } else { &[] });
    let mut words =
        words.map(Path::new).map(Path::to_owned).chain([PathBuf::from(program(name).get_program())]);
    let mut command = Command::new(words.next().expect("there is one"));
    command.args(words).current_dir("/");
    command
}

fn program(name: &str) -> Command {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut found: Vec<PathBuf> =
        versions.map(|version| version.path().join("bin").join(name)).filter(|path| path.is_file()).collect();
    found.sort();
    let newest = found.pop();
    assert!(newest.is_some(), "{name} is missing: apt-get install postgresql (.ci/install does)");
    Command::new(newest.as_deref().unwrap_or(Path::new(name)))
}

fn finish(command: &mut Command) -> String {
    let output = command.output().expect("it runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {said}");
    String::from_utf8(output.stdout).expect("UTF-8")
}
