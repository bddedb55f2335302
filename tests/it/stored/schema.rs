//! A database that a newer program made is left alone.

use crate::{
    database::Database,
    server::{Server, refuses_to_start, run},
};

#[tokio::test]
async fn a_newer_schema_is_refused_and_both_versions_are_named() {
    let server = Server::start();
    server.user("alice").await;
    let (directory, _) = server.stop();
    let database = Database::open(directory.path()).await;
    let known = database.texts("SELECT max(version) FROM seaql_migrations").await.pop().expect("a version");
    database.execute("INSERT INTO seaql_migrations VALUES ('m9999_from_the_future', 0)").await;
    let before = database.snapshot().await;

    let (status, said) = refuses_to_start(directory.path(), &[]);
    assert_eq!(status.code(), Some(1));
    assert!(said.contains("m9999_from_the_future") && said.contains(&known), "{said}");
    for arguments in [&["migrate"][..], &["admin", "grant-auditor", "alice"]] {
        let (status, _, said) = run(directory.path(), arguments);
        assert!(!status.success() && said.contains("m9999_from_the_future"), "{arguments:?}: {said}");
    }
    assert_eq!(before, database.snapshot().await);

    database.execute("DELETE FROM seaql_migrations WHERE version = 'm9999_from_the_future'").await;
    let server = Server::start_in(directory, &[]);
    server.visitor().log_in("alice").await;
}

#[tokio::test]
async fn a_file_that_is_no_database_is_refused() {
    let directory = crate::server::fresh_directory();
    std::fs::create_dir(directory.path().join("data")).expect("made");
    std::fs::write(directory.path().join("data/natter.db"), "Dear diary, ".repeat(1000)).expect("written");
    let (status, said) = refuses_to_start(directory.path(), &[]);
    assert_eq!(status.code(), Some(1), "{said}");
    assert!(!said.contains("panicked") && !said.contains("Dear diary"), "{said}");
}
