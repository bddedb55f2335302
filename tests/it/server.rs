//! A running `natter-api`.

use std::{
    env,
    ffi::OsStr,
    io::Write,
    os::unix::fs::MetadataExt,
    path::{self, Path, PathBuf},
    process::{Command, ExitStatus, Output, Stdio},
    sync::LazyLock,
};

use serde_json::Value;
use tempfile::TempDir;

use crate::{
    client::{Client, Session},
    postgres,
    process::Process,
};

/// A running `natter-api` with a directory of its own.
pub struct Server {
    process: Process,
    client: Client,
    directory: TempDir,
    /// `127.0.0.1:PORT` of the public listener.
    pub address: String,
    /// `127.0.0.1:PORT` of the admin listener.
    pub admin: String,
}

/// A `natter-api` that does not serve yet.
pub struct Starting {
    process: Process,
    directory: TempDir,
}

impl Starting {
    /// Why it does not, as `/ready` says.
    pub async fn reason(&self) -> Value {
        let waiting = self.process.logged("not serving yet");
        let admin = waiting["admin"].as_str().expect("an address");
        Client::new(admin).get("/ready").await.expect(503).json()
    }

    /// Waits until it serves.
    pub fn serving(self) -> Server {
        Server::running(self.directory, self.process)
    }
}

/// What every server under test is started with: nothing is fetched from strangers, hashing is cheap, ports are
/// free ones.
pub const SETTINGS: [(&str, &str); 7] = [
    PORTS[0],
    PORTS[1],
    ("NATTER_PASSWORDS__MEMORY_KIB", "7168"),
    ("NATTER_PASSWORDS__ITERATIONS", "1"),
    ("NATTER_LIMITS__REGISTRATIONS_PER_ADDRESS", "1000"),
    ("NATTER_LIMITS__REFUSALS_PER_ADDRESS", "1000000"),
    ("NATTER_LIMITS__ACCOUNT_REQUESTS_PER_SECOND", "1000000"),
];

const PORTS: [(&str, &str); 2] =
    [("NATTER_HTTP__LISTEN", "127.0.0.1:0"), ("NATTER_ADMIN__LISTEN", "127.0.0.1:0")];

impl Server {
    /// One with the defaults, made fit for tests.
    pub fn start() -> Self {
        Self::start_with(&[])
    }

    /// One with these settings besides, as environment variables.
    pub fn start_with(settings: &[(&str, &str)]) -> Self {
        let directory = fresh_directory();
        Self::start_in(directory, settings)
    }

    /// One on the data that an earlier one left.
    pub fn start_in(directory: TempDir, settings: &[(&str, &str)]) -> Self {
        let mut command = command(directory.path());
        command.envs(SETTINGS).envs(settings.iter().copied());
        Self::run(directory, &mut command)
    }

    /// One that may have this many file descriptors at most.
    pub fn start_with_descriptors(most: u32, settings: &[(&str, &str)]) -> Self {
        let directory = fresh_directory();
        let program = command(directory.path());
        let mut shell = command_of("sh".as_ref(), directory.path());
        shell.args(["-c", "ulimit -n $0 && exec \"$1\"", &most.to_string()]).arg(program.get_program());
        shell.envs(SETTINGS).envs(settings.iter().copied());
        Self::run(directory, &mut shell)
    }

    /// One with every default but the ports.
    pub fn start_as_shipped() -> Self {
        let directory = fresh_directory();
        let mut command = command(directory.path());
        command.envs(PORTS);
        Self::run(directory, &mut command)
    }

    /// One whose data are on a disk of this many bytes, which only its own process sees.
    pub fn start_on_small_disk(bytes: u64) -> Self {
        let directory = TempDir::new().expect("a temporary directory");
        let script =
            format!("mkdir data && mount -t tmpfs -o size={bytes},mode=700 tmpfs data && exec \"$0\"");
        let mut command = Command::new("unshare");
        if !is_root() {
            command.args(["--user", "--map-root-user"]);
        }
        command.args(["--mount", "--", "sh", "-c", &script]).arg(program());
        prepare(&mut command, directory.path());
        command.envs(SETTINGS);
        Self::run(directory, &mut command)
    }

    /// One that may have to wait for something before it serves.
    pub fn begin_in(directory: TempDir, settings: &[(&str, &str)]) -> Starting {
        let mut command = command(directory.path());
        command.envs(SETTINGS).envs(settings.iter().copied());
        Starting { process: Process::start(&mut command), directory }
    }

    fn run(directory: TempDir, command: &mut Command) -> Self {
        Self::running(directory, Process::start(command))
    }

    fn running(directory: TempDir, process: Process) -> Self {
        let serving = process.logged("serving");
        let text = |member: &str| serving[member].as_str().expect("an address").to_owned();
        let address = text("address");
        Self { client: Client::new(&address), address, admin: text("admin"), process, directory }
    }

    /// A client without credentials.
    pub fn visitor(&self) -> Client {
        self.client.clone()
    }

    /// Registers an account and logs in, with every scope.
    pub async fn user(&self, name: &str) -> Session {
        self.visitor().register(name).await;
        self.visitor().log_in(name).await
    }

    /// Runs another command of the program on the same data; its status, output and error output.
    pub fn command(&self, arguments: &[&str]) -> (ExitStatus, String, String) {
        run(self.directory.path(), arguments)
    }

    /// The same with these settings besides.
    pub fn command_with(
        &self,
        arguments: &[&str],
        settings: &[(&str, &str)],
    ) -> (ExitStatus, String, String) {
        let mut command = command(self.directory.path());
        finish(command.envs(SETTINGS).envs(settings.iter().copied()).args(arguments))
    }

    /// The same with this text as standard input.
    pub fn command_with_input(&self, arguments: &[&str], input: &str) -> (ExitStatus, String, String) {
        let mut command = command(self.directory.path());
        command.envs(SETTINGS).args(arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("it runs");
        let mut stdin = child.stdin.take().expect("it is piped");
        // It may have refused its arguments and gone.
        let _ = stdin.write_all(input.as_bytes());
        drop(stdin);
        outcome(child.wait_with_output().expect("it ends"))
    }

    /// The same where the server [sees](Self::start_on_small_disk) what others do not.
    pub fn command_inside(&self, arguments: &[&str]) -> (ExitStatus, String, String) {
        let mut command = Command::new("nsenter");
        if !is_root() {
            command.args(["--user", "--preserve-credentials"]);
        }
        command.args(["--target", &self.process.id().to_string(), "--mount", "--wd", "--"]).arg(program());
        finish(command.args(arguments))
    }

    /// A path of the server's directory as the server sees it.
    pub fn inside(&self, path: &str) -> PathBuf {
        let root = PathBuf::from(format!("/proc/{}/root", self.process.id()));
        root.join(self.directory.path().strip_prefix("/").expect("an absolute path")).join(path)
    }

    /// The directory that the server runs in: its data are below it.
    pub fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// Waits for a line of the log that bears this message.
    pub fn logged(&self, message: &str) {
        self.process.logged(message);
    }

    /// The process id.
    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// Asks it to stop, and does not wait.
    pub fn terminate(&self) {
        self.process.terminate();
    }

    /// Everything logged so far.
    pub fn log(&self) -> String {
        self.process.log()
    }

    /// Ends it with SIGKILL; the data it leaves.
    pub fn kill(self) -> TempDir {
        let Self { process, directory, .. } = self;
        drop(process);
        directory
    }

    /// Asks it to stop and waits until it has; the data it leaves, and its whole log.
    pub fn stop(self) -> (TempDir, String) {
        let (status, log) = self.process.stop();
        assert!(status.success(), "{status}\n{log}");
        (self.directory, log)
    }
}

/// A directory for data: in memory, where the machine has such a place, so that hundreds of servers do not wait for
/// one disk. What a process wrote before it was killed is there all the same.
pub fn fresh_directory() -> TempDir {
    let memory = Path::new("/dev/shm");
    let directory = if memory.is_dir() { TempDir::new_in(memory) } else { TempDir::new() };
    directory.expect("a temporary directory")
}

/// Runs a command of the program that ends by itself, in `directory`; its status, output and error output.
pub fn run(directory: &Path, arguments: &[&str]) -> (ExitStatus, String, String) {
    finish(command(directory).envs(SETTINGS).args(arguments))
}

fn finish(command: &mut Command) -> (ExitStatus, String, String) {
    outcome(command.output().expect("it runs"))
}

fn outcome(output: Output) -> (ExitStatus, String, String) {
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    (output.status, text(output.stdout), text(output.stderr))
}

/// Starts a server that must not come up; its status and what it said.
pub fn refuses_to_start(directory: &Path, settings: &[(&str, &str)]) -> (ExitStatus, String) {
    Process::start(command(directory).envs(SETTINGS).envs(settings.iter().copied())).end()
}

/// The program that is tested: cargo's, or the one at the path in `NATTER_TEST_PROGRAM`, such as the one that is shipped.
pub fn program() -> &'static Path {
    static PROGRAM: LazyLock<PathBuf> = LazyLock::new(|| match env::var_os("NATTER_TEST_PROGRAM") {
        // It is started in other directories than this.
        Some(path) => path::absolute(&path).expect("NATTER_TEST_PROGRAM holds a path"),
        None => env!("CARGO_BIN_EXE_natter-api").into(),
    });
    &PROGRAM
}

/// Whether it is built as it is shipped, and not a debug build.
pub fn is_shipped() -> bool {
    env::var_os("NATTER_TEST_PROGRAM").is_some() || !cfg!(debug_assertions)
}

/// The program, to be run in `directory`.
fn command(directory: &Path) -> Command {
    command_of(program().as_ref(), directory)
}

fn command_of(program: &OsStr, directory: &Path) -> Command {
    let mut command = Command::new(program);
    prepare(&mut command, directory);
    command
}

/// Has a command run in `directory`, with none of the settings of whoever runs the tests.
fn prepare(command: &mut Command, directory: &Path) {
    command.current_dir(directory);
    remove_settings(command);
    if postgres::is_used() || postgres::name(directory).is_some() {
        postgres::connect(command, directory);
    }
}

/// The program, to be run in `directory` with nothing set.
pub fn bare_command(directory: &Path) -> Command {
    let mut command = Command::new(program());
    command.current_dir(directory);
    remove_settings(&mut command);
    command
}

fn remove_settings(command: &mut Command) {
    for (name, _) in env::vars().filter(|(name, _)| name.starts_with("NATTER_")) {
        command.env_remove(name);
    }
}

/// Whether the tests are run by root.
pub fn is_root() -> bool {
    std::fs::metadata("/proc/self").expect("/proc is mounted").uid() == 0
}
