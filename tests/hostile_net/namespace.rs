//! A network namespace of the test's own, entered by running this program again under `unshare`.

use std::{
    env, fs,
    io::{ErrorKind, Write},
    os::unix::fs::MetadataExt,
    path::Path,
    process::{Command, Output, Stdio},
};

/// The first argument of a program that runs inside.
const INSIDE: &str = "--inside-the-namespace";

/// What to do inside, if this process was started by [`run`].
pub fn inside() -> Option<Vec<String>> {
    let mut arguments = env::args().skip(1);
    (arguments.next().as_deref() == Some(INSIDE)).then(|| arguments.collect())
}

/// Runs this program again with `arguments` in a new namespace, where nothing is reachable but itself.
/// Whatever it started ends with it.
pub fn run(arguments: &[&str]) -> Output {
    let mut command = Command::new("unshare");
    if !is_root() {
        command.args(["--user", "--map-root-user"]);
    }
    command
        .args(["--net", "--mount", "--pid", "--fork", "--kill-child", "--"])
        .arg(env::current_exe().expect("the system knows this program"))
        .arg(INSIDE)
        .args(arguments)
        .stdin(Stdio::null());
    started("unshare", command.output())
}

/// Makes every address of the Internet local to this namespace, and puts `resolv_conf` and `hosts` in the
/// place of the system's.
pub fn prepare(resolv_conf: &Path, hosts: &Path) {
    // Outside of a namespace the routes would cut the machine off.
    let links = started("ip", Command::new("ip").args(["-oneline", "link"]).output());
    let links = String::from_utf8(links.stdout).expect("ip writes UTF-8");
    assert!(links.lines().count() == 1 && links.contains(" lo:"), "not in a namespace of its own:\n{links}");

    ip("link set lo up\nroute add local 0.0.0.0/0 dev lo\nroute add local ::/0 dev lo\n");
    bind(resolv_conf, "/etc/resolv.conf");
    bind(hosts, "/etc/hosts");
}

/// Shows at `/proc` the processes of this namespace, by the ids that they have here.
pub fn show_processes() {
    let status = started("mount", Command::new("mount").args(["-t", "proc", "proc", "/proc"]).status());
    assert!(status.success(), "/proc cannot be mounted: {status}");
}

fn is_root() -> bool {
    fs::metadata("/proc/self").expect("/proc is mounted").uid() == 0
}

fn ip(commands: &str) {
    let child = Command::new("ip").args(["-batch", "-"]).stdin(Stdio::piped()).spawn();
    let mut child = started("ip", child);
    let mut stdin = child.stdin.take().expect("it is piped");
    stdin.write_all(commands.as_bytes()).expect("ip reads its commands");
    drop(stdin);
    let status = child.wait().expect("it is ours");
    assert!(status.success(), "ip cannot set the namespace up: {status}");
}

fn bind(file: &Path, over: &str) {
    let status = started("mount", Command::new("mount").arg("--bind").arg(file).arg(over).status());
    assert!(status.success(), "{over} cannot be replaced: {status}");
}

/// What came of starting `program`; a program that is missing is named with its package.
fn started<T>(program: &str, result: std::io::Result<T>) -> T {
    let package = match program {
        "ip" => "iproute2",
        "mount" => "mount",
        _ => "util-linux",
    };
    match result {
        Ok(value) => value,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            panic!("`{program}` is missing: install the Debian package {package}")
        }
        Err(error) => panic!("`{program}` cannot be run: {error}"),
    }
}
