//! Somebody with the database's file, and the server stopped, changes the audit log: `admin verify-audit --anchor` says
//! where.
//!
//! Without an anchor a tail that is cut off is not found, nor a log that is removed altogether, if the chain's known end
//! is adjusted or removed with it, nor a chain made anew by somebody who has the audit ring. With one, what is not found
//! is the loss of what was written after the last checkpoint (a second's worth, and nothing after a clean stop), and
//! everything, for somebody who can shorten the anchor as well: it belongs where nobody can.

mod anchor;
mod ends;
mod persons;
mod rows;

use std::{fs, path::Path};

use natter::store::Store;
use serde_json::json;
use tempfile::TempDir;

use crate::{
    client::{path, text},
    database::Database,
    postgres,
    server::{Server, run},
};

/// A log as a server leaves it that was stopped three times, which made three checkpoints.
pub struct Evidence(TempDir);

/// A copy of it that is somebody's to change.
pub struct Copy {
    directory: TempDir,
    pub database: Database,
}

impl Evidence {
    pub async fn new() -> Self {
        let mut directory = TempDir::new().expect("a temporary directory");
        for round in 0..3 {
            let server = Server::start_in(directory, &[]);
            let user = server.user(&format!("user{round}")).await;
            let space = user.create_space(&format!("space {round}")).await;
            let posted = user.post(text(&space["messages-rw"]), "hello").await;
            user.client.get(text(&posted["uri"])).await.expect(200);
            server.visitor().get("/spaces").await.expect(401);
            user.client.post(path(&space["messages-rw"]), &json!({})).await.expect(400);
            directory = server.stop().0;
        }
        Self(directory)
    }

    pub async fn copy(&self) -> Copy {
        let directory = TempDir::new().expect("a temporary directory");
        copy(&self.0.path().join("data"), &directory.path().join("data"));
        postgres::copy(self.0.path(), directory.path());
        Copy { database: Database::open(directory.path()).await, directory }
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir(to).expect("made");
    let mode = fs::metadata(from).expect("it is there").permissions();
    fs::set_permissions(to, mode).expect("set");
    for entry in fs::read_dir(from).expect("readable").map(|entry| entry.expect("an entry").path()) {
        let target = to.join(entry.file_name().expect("a name"));
        if entry.is_dir() {
            copy(&entry, &target);
        } else {
            fs::copy(&entry, &target).expect("copied");
        }
    }
}

impl Copy {
    pub fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// The database as the server's own code opens it.
    pub async fn store(&self) -> Store {
        let store = match postgres::settings(self.directory()) {
            Some(settings) => Store::of(&settings).await,
            None => Store::open(&format!("sqlite:{}/data/natter.db", self.directory().display())).await,
        };
        store.expect("the server's")
    }

    /// The same directory for a server to run in.
    pub fn into_directory(self) -> TempDir {
        self.directory
    }

    /// The lines of the anchor.
    pub fn anchor(&self) -> Vec<String> {
        let text = fs::read_to_string(self.anchor_file()).expect("readable");
        text.lines().map(str::to_owned).collect()
    }

    pub fn write_anchor(&self, lines: &[String]) {
        fs::write(self.anchor_file(), lines.join("\n") + "\n").expect("writable");
    }

    fn anchor_file(&self) -> std::path::PathBuf {
        self.directory().join("data/audit-checkpoints.jsonl")
    }

    /// The last place of the chain.
    pub async fn last(&self) -> i64 {
        self.database.number("SELECT max(position) FROM audit").await
    }

    /// Makes row `last` the last one, and says so where the chain's end is known.
    pub async fn cut_after(&self, last: i64) {
        self.database
            .execute(&format!(
                "DELETE FROM audit_subject WHERE seq IN (SELECT seq FROM audit WHERE position > {last})"
            ))
            .await;
        self.database.execute(&format!("DELETE FROM audit WHERE position > {last}")).await;
        let mac = format!("SELECT mac FROM audit WHERE position = {last}");
        self.database.execute(&format!("UPDATE audit_chain SET position = {last}, mac = ({mac})")).await;
    }
}

/// What verifying says, and whether it is content.
pub fn verify(directory: &Path, anchored: bool) -> (bool, String) {
    let anchor = ["admin", "verify-audit", "--anchor", "data/audit-checkpoints.jsonl"];
    let (status, output, errors) = run(directory, &anchor[..if anchored { 4 } else { 2 }]);
    assert!(matches!(status.code(), Some(0 | 1)), "{status} {errors}");
    (status.success(), output + &errors)
}

/// Panics unless the change is found, and said to be there.
#[track_caller]
pub fn found(copy: &Copy, what: &str, there: &str) {
    let (content, said) = verify(copy.directory(), true);
    assert!(!content && said.contains(there), "{what}: not found at {there}\n{said}");
}

/// Panics unless verifying is content.
#[track_caller]
pub fn not_found(copy: &Copy, what: &str, anchored: bool) -> String {
    let (content, said) = verify(copy.directory(), anchored);
    assert!(content, "{what}\n{said}");
    said
}
