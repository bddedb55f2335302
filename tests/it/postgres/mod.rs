//! A real PostgreSQL of the test run's own, in which each server under test has a database.

mod chaos;
mod cluster;
mod crash;
mod deadline;
mod each_grant;
mod everything;
mod failover;
mod full_disk;
mod grants;
mod migrate;
mod moving;
mod plans;
mod proxy;
mod replicas;
mod retention;
mod silence;
mod tls;
mod writers;

use std::{
    fs::{self, OpenOptions},
    io::Write,
    os::unix::fs::OpenOptionsExt,
    path::Path,
    process::Command,
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    },
};

use natter::settings::DatabaseSettings;
use serde_json::json;
use tempfile::TempDir;

pub use self::cluster::Cluster;
use self::proxy::Proxy;
use crate::server;

/// The password of every role.
pub const PASSWORD: &str = "correct-horse-battery-staple";

/// Whether the servers under test keep what they have in PostgreSQL, and not in SQLite.
pub fn is_used() -> bool {
    match std::env::var("NATTER_TEST_DATABASE").as_deref() {
        Ok("postgresql") => true,
        Ok("sqlite") | Err(_) => false,
        Ok(other) => panic!("NATTER_TEST_DATABASE is {other:?}: expected sqlite or postgresql"),
    }
}

/// The cluster that all tests of this process share. It ends with the process.
pub fn shared() -> &'static Cluster {
    static SHARED: OnceLock<Cluster> = OnceLock::new();
    SHARED.get_or_init(Cluster::start)
}

/// Has a command use the database of the server in `directory`, which is made if there is none, with the schema.
pub fn connect(command: &mut Command, directory: &Path) {
    let (cluster, name) = (shared(), name(directory).unwrap_or_else(|| make(directory)));
    let url = cluster.url("natter_api_user", &name);
    command.env("NATTER_DATABASE__URL", url).env("NATTER_DATABASE__PASSWORD_FILE", "password");
}

/// The name of the database of the server in `directory`.
pub fn name(directory: &Path) -> Option<String> {
    fs::read_to_string(directory.join("database")).ok()
}

/// What the server in `directory` is told about its database.
pub fn settings(directory: &Path) -> Option<DatabaseSettings> {
    let settings = json!({
        "url": shared().url("natter_api_user", &name(directory)?),
        "password_file": directory.join("password"),
        "ca_file": "", "certificate_file": "", "key_file": "",
        "connections": 2,
    });
    Some(serde_json::from_value(settings).expect("settings"))
}

fn make(directory: &Path) -> String {
    let name = next(directory);
    shared().copy_template(&name);
    name
}

/// A directory for a server that uses the database `name`, whatever the others use.
pub fn directory_with(name: &str) -> TempDir {
    let directory = server::fresh_directory();
    assign(directory.path(), name);
    directory
}

/// A new database with the schema and nothing in it, and a directory for a server that uses it.
pub fn fresh_directory() -> TempDir {
    let directory = server::fresh_directory();
    make(directory.path());
    directory
}

/// The name of a database that is not there yet.
pub fn next_name() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    format!("natter_{}", NEXT.fetch_add(1, Ordering::Relaxed))
}

/// Copies the database of a server that does not run for one in another directory.
pub fn copy(from: &Path, to: &Path) {
    if let Some(original) = name(from) {
        shared().copy(&original, &next(to));
    }
}

fn next(directory: &Path) -> String {
    let name = next_name();
    assign(directory, &name);
    name
}

fn assign(directory: &Path, name: &str) {
    write_password(directory);
    fs::write(directory.join("database"), name).expect("the directory is writable");
}

/// Writes the password to a file in `directory`.
pub fn write_password(directory: &Path) {
    let mut options = OpenOptions::new();
    let file = options.write(true).create(true).truncate(true).mode(0o600).open(directory.join("password"));
    file.and_then(|mut file| writeln!(file, "{PASSWORD}")).expect("the directory is writable");
}
