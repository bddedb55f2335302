//! A cluster: a server with its data, on a free port of 127.0.0.1, run by an unprivileged user.

use std::{
    fs,
    io::Write,
    net::TcpListener,
    os::unix::fs::{PermissionsExt, chown},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{Mutex, OnceLock},
    thread,
    time::{Duration, Instant},
};

use tempfile::TempDir;

use super::{PASSWORD, write_password};
use crate::{process::PATIENCE, server};

const ROLES: &str = include_str!("../../../src/store/engine/roles.sql");

const FILL: &str = include_str!("../../../benches/board/fill.sql");

const WORDS: &str = include_str!("words.sql");

/// The database that the others are copies of.
const TEMPLATE: &str = "natter_template";

/// Nobody: the server refuses to be run by root.
const UNPRIVILEGED: u32 = 65534;

/// What makes a server of tests fast, and loses nothing unless the machine itself goes down.
const SETTINGS: [&str; 6] = [
    "fsync=off",
    "max_connections=300",
    "shared_buffers=64MB",
    "max_wal_size=4GB",
    "log_min_messages=fatal",
    "wal_level=replica",
];

/// A running server. It ends with this value, or with this process.
pub struct Cluster {
    directory: TempDir,
    port: u16,
    // Ends the server when its standard input is closed.
    keeper: Child,
    template: OnceLock<()>,
    roles: Mutex<()>,
}

impl Cluster {
    /// A new one with Natter's roles.
    pub fn start() -> Self {
        Self::make(None)
    }

    /// One whose data are on a disk of this many megabytes, which only its own processes see.
    pub fn start_on_small_disk(megabytes: u32) -> Self {
        Self::make(Some(megabytes))
    }

    fn make(disk: Option<u32>) -> Self {
        let directory = own_directory();
        // Roles have their passwords from the start of the cluster on; the superuser comes by the socket only.
        let data = directory.path().join("data");
        finish(unprivileged("initdb").arg("-D").arg(&data).args([
            "--username=postgres",
            "--auth-local=trust",
            "--auth-host=scram-sha-256",
            "--encoding=UTF8",
            "--locale=C",
            "--no-sync",
        ]));
        let cluster = Self::run(directory, disk);
        cluster.create("natter");
        for role in ["natter_migrate", "natter_api_user", "natter_retention"] {
            cluster.sql("postgres", &format!("ALTER ROLE {role} PASSWORD '{PASSWORD}'"));
        }
        cluster
    }

    /// A standby of this one, which waits for it with each commit.
    pub fn standby(&self) -> Self {
        let directory = own_directory();
        let (data, socket) = (directory.path().join("data"), self.directory.path().display().to_string());
        let mut copy = unprivileged("pg_basebackup");
        copy.args(["-U", "postgres", "-h", &socket, "-p", &self.port.to_string(), "-c", "fast", "-R", "-D"]);
        finish(copy.arg(&data));
        let standby = Self::run(directory, None);
        self.sql("postgres", "ALTER SYSTEM SET synchronous_standby_names = '*'");
        self.sql("postgres", "SELECT pg_reload_conf()");
        let deadline = Instant::now() + PATIENCE;
        while self
            .sql("postgres", "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'")
            .trim()
            != "1"
        {
            assert!(Instant::now() < deadline, "the standby does not follow");
            thread::sleep(Duration::from_millis(20));
        }
        standby
    }

    /// Takes all that is left of its disk; the file that does.
    pub fn fill(&self) -> PathBuf {
        let data = self.directory.path().join("data").display().to_string();
        let filler = PathBuf::from(format!("/proc/{}/root{data}/filler", self.keeper.id()));
        let mut file = fs::File::create(&filler).expect("made");
        // To the last byte.
        while file.write(&[1; 4096]).is_ok_and(|written| written > 0) {}
        filler
    }

    fn run(directory: TempDir, disk: Option<u32>) -> Self {
        let port = free_port();
        let keeper = keep(&directory, port, disk);
        let cluster = Self { directory, port, keeper, template: OnceLock::new(), roles: Mutex::new(()) };
        cluster.wait();
        cluster
    }

    /// What the server has logged.
    pub fn log(&self) -> String {
        fs::read_to_string(self.directory.path().join("log")).expect("it logs there")
    }

    /// Fills a database with what has piled up over the years.
    pub fn fill_with(&self, database: &str, messages: u32, spaces: u32, accounts: u32) {
        let fill = FILL
            .replace(":messages", &messages.to_string())
            .replace(":spaces", &spaces.to_string())
            .replace(":accounts", &accounts.to_string());
        self.sql(database, &fill);
    }

    /// The port of 127.0.0.1 that it listens on.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The URL of a database for a role.
    pub fn url(&self, role: &str, database: &str) -> String {
        format!("postgres://{role}@127.0.0.1:{}/{database}", self.port)
    }

    /// The URL of a database for the superuser, by the socket.
    pub fn superuser_url(&self, database: &str) -> String {
        let socket = self.directory.path().display().to_string().replace('/', "%2F");
        format!("postgres://postgres@{socket}:{}/{database}", self.port)
    }

    /// Makes a database without a schema.
    pub fn create(&self, database: &str) {
        // Roles are the cluster's: two cannot be changing them.
        let _alone = self.roles.lock().expect("no other panics");
        self.sql("postgres", &format!("CREATE DATABASE {database}"));
        self.sql(database, ROLES);
    }

    /// Makes a database with the schema and nothing in it.
    pub fn copy_template(&self, database: &str) {
        self.template.get_or_init(|| {
            self.create(TEMPLATE);
            let (status, output, log) = self.migrate(TEMPLATE);
            assert!(status, "{output}\n{log}");
            self.sql(TEMPLATE, WORDS);
        });
        self.copy(TEMPLATE, database);
    }

    /// Copies a database that nobody uses.
    pub fn copy(&self, from: &str, to: &str) {
        self.sql("postgres", &format!("CREATE DATABASE {to} TEMPLATE {from}"));
        self.close_to_others(to);
    }

    fn close_to_others(&self, database: &str) {
        self.sql(
            "postgres",
            &format!(
                "REVOKE ALL ON DATABASE {database} FROM PUBLIC; \
                 GRANT CONNECT ON DATABASE {database} TO natter_migrate, natter_api_user, natter_retention"
            ),
        );
    }

    /// Runs `natter-api migrate`: whether it went well, its output and its log. The role has few connections, which is
    /// meant for one board: the tests' boards wait for each other.
    pub fn migrate(&self, database: &str) -> (bool, String, String) {
        let begun = Instant::now();
        loop {
            let outcome = self.try_to_migrate(database);
            let (went_well, _, log) = &outcome;
            if *went_well || !log.contains("too many connections for role") || begun.elapsed() > PATIENCE {
                return outcome;
            }
        }
    }

    fn try_to_migrate(&self, database: &str) -> (bool, String, String) {
        let directory = TempDir::new().expect("a temporary directory");
        write_password(directory.path());
        let mut command = server::bare_command(directory.path());
        command.arg("migrate").env("NATTER_DATABASE__URL", self.url("natter_migrate", database));
        let output = command.env("NATTER_DATABASE__PASSWORD_FILE", "password").output().expect("it runs");
        let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
        (output.status.success(), text(output.stdout), text(output.stderr))
    }

    /// Runs statements as the superuser; what they print.
    pub fn sql(&self, database: &str, statements: &str) -> String {
        finish(&mut self.psql("postgres", database, statements))
    }

    /// Tries statements as a role that logs in with its password: whether they went well, and what was said.
    pub fn try_as(&self, role: &str, database: &str, statements: &str) -> Result<String, String> {
        let output = self.psql(role, database, statements).output().expect("psql runs");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
        if output.status.success() { Ok(text(output.stdout)) } else { Err(text(output.stderr)) }
    }

    /// Has a session hold an advisory lock until the server, or the process that this gives, ends.
    pub fn hold_lock(&self, database: &str, lock: u32) -> Child {
        let hold = format!("SELECT pg_advisory_lock({lock}), pg_sleep(600)");
        let mut session = self.psql("postgres", database, &hold);
        session.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("psql runs")
    }

    fn psql(&self, role: &str, database: &str, statements: &str) -> Command {
        let mut command = program("psql");
        let host = if role == "postgres" {
            self.directory.path().display().to_string()
        } else {
            "127.0.0.1".to_owned()
        };
        command.args(["-XqAt", "-v", "ON_ERROR_STOP=1", "-U", role, "-d", database, "-h", &host]);
        command.args(["-p", &self.port.to_string(), "-c", statements]).env("PGPASSWORD", PASSWORD);
        command
    }

    /// Has the server take connections over TLS only, with this certificate and key.
    pub fn speak_tls(&self, certificate: &Path, key: &Path) {
        let data = self.directory.path().join("data");
        for (from, to) in [(certificate, "server.crt"), (key, "server.key")] {
            let to = data.join(to);
            fs::copy(from, &to).expect("copied");
            fs::set_permissions(&to, fs::Permissions::from_mode(0o600)).expect("chmod");
            if server::is_root() {
                chown(&to, Some(UNPRIVILEGED), Some(UNPRIVILEGED)).expect("root may");
            }
        }
        fs::write(
            data.join("pg_hba.conf"),
            "local all postgres trust\nhostssl all all 127.0.0.1/32 scram-sha-256\n",
        )
        .expect("written");
        self.sql("postgres", "ALTER SYSTEM SET ssl = on");
        self.sql("postgres", "SELECT pg_reload_conf()");
        let deadline = Instant::now() + PATIENCE;
        while self.sql("postgres", "SHOW ssl").trim() != "on" {
            assert!(Instant::now() < deadline, "TLS is not on");
        }
    }

    /// Ends the server with a signal, -INT (fast) or -QUIT (at once), and starts it again.
    pub fn restart(&mut self, signal: &str) {
        self.end(signal);
        self.order("start");
        self.wait();
    }

    /// Ends the server with a signal.
    pub fn end(&mut self, signal: &str) {
        self.order(signal);
    }

    fn order(&mut self, order: &str) {
        let keeper = self.keeper.stdin.as_mut().expect("it is piped");
        writeln!(keeper, "{order}").expect("the keeper reads");
    }

    fn wait(&self) {
        let deadline = Instant::now() + PATIENCE;
        while !self.psql("postgres", "postgres", "SELECT 1").output().expect("psql runs").status.success() {
            assert!(Instant::now() < deadline, "PostgreSQL does not come up");
            thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        let _ = self.keeper.wait();
    }
}

fn own_directory() -> TempDir {
    let directory = server::fresh_directory();
    if server::is_root() {
        chown(directory.path(), Some(UNPRIVILEGED), Some(UNPRIVILEGED)).expect("root may");
    }
    directory
}

/// Runs the server, and ends it when this process closes the pipe, as its end does.
fn keep(directory: &TempDir, port: u16, disk: Option<u32>) -> Child {
    let path = directory.path().display();
    let settings = SETTINGS.map(|setting| format!("-c {setting}")).join(" ");
    let server = unprivileged("postgres");
    let words: Vec<_> = std::iter::once(server.get_program()).chain(server.get_args()).collect();
    let words: Vec<_> = words.iter().map(|word| word.to_string_lossy()).collect();
    // On a disk of its own the log of changes has to be small, too.
    let (prepare, settings, away) = match disk {
        None => (String::new(), settings, ":".to_owned()),
        Some(megabytes) => (
            format!(
                "mv '{path}/data' '{path}/made' && mkdir '{path}/data' && \
                 mount -t tmpfs -o size={megabytes}m,mode=700,uid={UNPRIVILEGED},gid={UNPRIVILEGED} tmpfs '{path}/data' && \
                 cp -a '{path}/made/.' '{path}/data' || exit 1"
            ),
            format!("{settings} -c max_wal_size=32MB -c min_wal_size=32MB -c wal_recycle=off"),
            format!("umount '{path}/data'"),
        ),
    };
    let script = format!(
        "exec 3<&0
        {prepare}
        start() {{
          {} -D '{path}/data' -k '{path}' -p {port} -c listen_addresses=127.0.0.1 {settings} < /dev/null 2>> '{path}/log' & }}
        start
        while read -r order <&3; do
          if [ \"$order\" = start ]; then start; else kill \"$order\" $!; wait $!; fi
        done
        kill -QUIT $!; wait; {away}; rm -rf '{path}'",
        words.join(" ")
    );
    let mut shell = match disk {
        None => Command::new("sh"),
        Some(_) => {
            assert!(
                server::is_root(),
                "a disk for PostgreSQL is mounted by root only: run this test as root"
            );
            let mut unshare = Command::new("unshare");
            unshare.args(["--mount", "--", "sh"]);
            unshare
        }
    };
    shell.args(["-c", &script]).stdin(Stdio::piped()).spawn().expect("sh runs")
}

/// A program of the server's, to be run by a user that is not root.
fn unprivileged(name: &str) -> Command {
    let program = program(name);
    if !server::is_root() {
        return program;
    }
    let mut command = Command::new("setpriv");
    let id = UNPRIVILEGED.to_string();
    command.args(["--reuid", &id, "--regid", &id, "--clear-groups", "--"]).arg(program.get_program());
    command
}

/// A program of the newest PostgreSQL that is installed.
fn program(name: &str) -> Command {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut found: Vec<PathBuf> =
        versions.map(|version| version.path().join("bin").join(name)).filter(|path| path.is_file()).collect();
    found.sort_by_key(|path| path.iter().nth(4).and_then(|version| version.to_str()?.parse::<u32>().ok()));
    let newest = found.pop();
    assert!(newest.is_some(), "{name} is missing: apt-get install postgresql (.ci/install does)");
    Command::new(newest.as_deref().unwrap_or(Path::new(name)))
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("it has an address").port()
}

fn finish(command: &mut Command) -> String {
    let output = command.current_dir("/").output().expect("it runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {said}");
    String::from_utf8(output.stdout).expect("UTF-8")
}
