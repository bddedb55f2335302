//! Backups beside a running server, and restoring one.

use std::{
    fs,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Instant,
};

use tempfile::TempDir;

use super::{admin, audited, refused};
use crate::{
    client::{bare, text},
    database::Database,
    process::PATIENCE,
    server::{Server, fresh_directory, run},
};

/// The files of the database: those in `data` whose name begins like its own.
fn files(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory.join("data")).expect("readable").flatten();
    let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
    let mut names: Vec<_> = names.filter(|name| name.starts_with("natter.db")).collect();
    names.sort();
    names
}

async fn messages(database: &Database) -> Vec<String> {
    database.texts("SELECT text FROM message ORDER BY id").await
}

/// A directory with the keys of another, where nothing was ever started.
fn elsewhere_with_keys(of: &Path) -> TempDir {
    let directory = fresh_directory();
    let keys = directory.path().join("data/keys");
    fs::create_dir_all(&keys).expect("made");
    for entry in fs::read_dir(of.join("data/keys")).expect("the keys").flatten() {
        fs::copy(entry.path(), keys.join(entry.file_name())).expect("copied");
    }
    directory
}

#[tokio::test(flavor = "multi_thread")]
async fn one_made_while_the_server_writes_has_all_that_was_answered_before() {
    let server = Server::start();
    let alice = server.user("alice").await;
    let uri = text(&alice.create_space("plans").await["messages-rw"]).to_owned();
    let (posted, done) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
    let writer = tokio::spawn({
        let (alice, uri, posted, done) = (alice.clone(), uri.clone(), posted.clone(), done.clone());
        async move {
            while !done.load(Ordering::SeqCst) {
                let number = posted.load(Ordering::SeqCst);
                alice.post(&uri, &format!("message {number}")).await;
                posted.fetch_add(1, Ordering::SeqCst);
            }
        }
    });
    let mut answered = 0;
    for number in 1..=3 {
        let deadline = Instant::now() + PATIENCE;
        while posted.load(Ordering::SeqCst) < answered + 10 {
            assert!(!writer.is_finished() && Instant::now() < deadline, "nothing is written any more");
            tokio::task::yield_now().await;
        }
        answered = posted.load(Ordering::SeqCst);
        admin(&server, &["backup", &format!("backup {number}'s.db")]);
    }
    done.store(true, Ordering::SeqCst);
    writer.await.expect("every post was answered");

    let backup = server.directory().join("backup 3's.db");
    assert_eq!(fs::metadata(&backup).expect("it is there").mode() & 0o777, 0o600);
    let before = fs::read(&backup).expect("readable");
    let complaint = refused(&server, &["backup", "backup 3's.db"]);
    assert!(complaint.contains("exists"), "{complaint}");
    assert_eq!(fs::read(&backup).expect("readable"), before);
    refused(&server, &["backup", "no/such/directory/backup.db"]);
    let statuses: Vec<_> = audited(&server, "backup").iter().map(|row| row.0).collect();
    assert_eq!(statuses, [0, 200, 0, 200, 0, 200, 0, 500, 0, 500]);

    let other = elsewhere_with_keys(server.directory());
    let (status, said, complaint) = run(other.path(), &["admin", "restore", backup.to_str().expect("UTF-8")]);
    assert!(status.success() && !said.contains("kept"), "{said}{complaint}");
    let restored = Server::start_in(other, &[]);
    let database = Database::open(restored.directory()).await;
    let there = messages(&database).await;
    assert!(there.len() >= answered, "{} of {answered}", there.len());
    assert!(there.iter().enumerate().all(|(number, text)| *text == format!("message {number}")), "{there:?}");
    // The session and the capability are good there as well: the keys are the same.
    alice.client.get("/spaces").await.expect(200);
    let elsewhere = restored.visitor().with_token(&alice.token);
    elsewhere.get(&uri).await.expect(200);
    assert_eq!(audited(&restored, "restore").iter().map(|row| row.0).collect::<Vec<_>>(), [0, 200]);
}

#[tokio::test]
async fn a_restore_asks_for_the_database_alone_and_keeps_it_beside() {
    let server = Server::start();
    let alice = server.user("alice").await;
    let uri = text(&alice.create_space("plans").await["messages-rw"]).to_owned();
    alice.post(&uri, "before").await;
    admin(&server, &["backup", "backup.db"]);
    alice.post(&uri, "after").await;
    let complaint = refused(&server, &["restore", "backup.db"]);
    assert!(complaint.contains("in use"), "{complaint}");
    alice.client.get(&uri).await.expect(200);

    let (directory, _) = server.stop();
    let (status, said, complaint) = run(directory.path(), &["admin", "restore", "backup.db"]);
    assert!(status.success(), "{complaint}");
    let kept: Vec<PathBuf> = said
        .split_whitespace()
        .filter(|word| word.contains(".replaced-"))
        .map(|word| word.trim_end_matches('.').into())
        .collect();
    let kept = directory.path().join(&kept[0]);
    assert_eq!(files(directory.path()).len(), 3, "{:?}", files(directory.path()));
    let database = Database::open_file(&kept).await;
    assert_eq!(messages(&database).await, ["before", "after"]);
    let commands = database.texts("SELECT path FROM audit WHERE method = 'ADMIN' ORDER BY seq").await;
    assert_eq!(commands, ["backup", "backup", "restore"]);
    database.close().await;

    let server = Server::start_in(directory, &[]);
    let database = Database::open(server.directory()).await;
    assert_eq!(messages(&database).await, ["before"]);
    let again = server.visitor().log_in("alice").await;
    again.client.get(bare(&uri)).await.expect(200);
    admin(&server, &["verify-audit"]);
    // The checkpoints know of rows that came after the backup.
    let (status, said, _) =
        server.command(&["admin", "verify-audit", "--anchor", "data/audit-checkpoints.jsonl"]);
    assert!(!status.success() && said.contains("checkpoint"), "{said}");
}

#[tokio::test]
async fn what_is_no_backup_is_refused_and_changes_nothing() {
    let server = Server::start();
    let alice = server.user("alice").await;
    let uri = text(&alice.create_space("plans").await["messages-rw"]).to_owned();
    for number in 0..40 {
        alice.post(&uri, &format!("{number} {}", "x".repeat(1000))).await;
    }
    admin(&server, &["backup", "good.db"]);
    let (directory, _) = server.stop();
    let place = |name: &str| directory.path().join(name);
    let good = fs::read(place("good.db")).expect("readable");
    fs::write(place("text.db"), "Dear diary, ".repeat(1000)).expect("written");
    fs::write(place("empty.db"), "").expect("written");
    fs::write(place("short.db"), &good[..good.len() / 2]).expect("written");
    let mut broken = good.clone();
    let middle = broken.len() / 2;
    broken[middle..middle + 5000].fill(0xA5);
    fs::write(place("broken.db"), broken).expect("written");
    for (name, statement) in [
        ("newer.db", "INSERT INTO seaql_migrations VALUES ('m9999_from_the_future', 0)"),
        ("foreign.db", "DELETE FROM seaql_migrations"),
        ("orphans.db", "PRAGMA foreign_keys = off; DELETE FROM account"),
    ] {
        fs::write(place(name), &good).expect("written");
        let database = Database::open_file(&place(name)).await;
        database.execute(statement).await;
        database.close().await;
    }
    let before = files(directory.path());
    let database = fs::read(place("data/natter.db")).expect("readable");
    for (name, expected) in [
        ("missing.db", "missing.db"),
        ("text.db", "cannot be restored"),
        ("empty.db", "none of this program's"),
        ("short.db", "cannot be restored"),
        ("broken.db", "cannot be restored"),
        ("newer.db", "m9999_from_the_future"),
        ("foreign.db", "none of this program's"),
        ("orphans.db", "refers to one that is not there"),
    ] {
        let (status, _, complaint) = run(directory.path(), &["admin", "restore", name]);
        assert!(!status.success() && complaint.contains(expected), "{name}: {complaint}");
        assert!(!complaint.contains("Dear diary") && !complaint.contains("panicked"), "{complaint}");
        assert_eq!(files(directory.path()), before, "{name}");
    }
    assert!(fs::read(place("data/natter.db")).expect("readable") == database, "it was written");
    // Without the keys a backup is of little use, and new ones are not made unseen.
    fs::rename(place("data/keys/row.keys"), place("row.keys")).expect("renamed");
    let (status, _, complaint) = run(directory.path(), &["admin", "restore", "good.db"]);
    assert!(!status.success() && complaint.contains("key ring"), "{complaint}");
    assert!(!place("data/keys/row.keys").exists());
    fs::rename(place("row.keys"), place("data/keys/row.keys")).expect("renamed");
    assert!(run(directory.path(), &["admin", "restore", "good.db"]).0.success());
}
