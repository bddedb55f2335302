//! The schema is changed by `migrate` alone; a server waits for it.

use std::thread;

use super::{directory_with, name, next_name, shared};
use crate::server::Server;

#[test]
fn two_at_once_apply_each_migration_once() {
    let (cluster, database) = (shared(), next_name());
    cluster.create(&database);
    let outcomes = thread::scope(|scope| {
        let both: Vec<_> = (0..2).map(|_| scope.spawn(|| cluster.migrate(&database))).collect();
        both.into_iter().map(|one| one.join().expect("no panic")).collect::<Vec<_>>()
    });
    assert!(outcomes.iter().all(|(went_well, ..)| *went_well), "{outcomes:?}");
    let mut said: Vec<_> = outcomes.into_iter().map(|(_, output, _)| output).collect();
    said.sort();
    assert_eq!(said[1], "The schema is up to date.\n");
    assert!(said[0].starts_with("Applied m0001"), "{said:?}");
}

#[tokio::test]
async fn a_server_waits_for_the_schema_and_says_so() {
    let (cluster, database) = (shared(), next_name());
    cluster.create(&database);
    let directory = directory_with(&database);
    let starting = Server::begin_in(directory, &[]);
    let reason = starting.reason().await.to_string();
    assert!(
        reason.contains("lacks the migrations m0001") && reason.contains("natter-api migrate"),
        "{reason}"
    );
    let (went_well, output, log) = cluster.migrate(&database);
    assert!(went_well, "{output}{log}");
    let server = starting.serving();
    server.user("alice").await.create_space("plans").await;
}

#[tokio::test]
async fn a_newer_schema_is_worked_with_and_an_older_program_does_not_migrate_it() {
    let directory = super::fresh_directory();
    let database = name(directory.path()).expect("it has one");
    let cluster = shared();
    cluster.sql(
        &database,
        "INSERT INTO natter.seaql_migrations VALUES ('m9999_later', 0); \
         ALTER TABLE natter.message ADD COLUMN later text; \
         GRANT SELECT ON natter.message TO natter_api_user",
    );
    let (went_well, _, log) = cluster.migrate(&database);
    assert!(!went_well && log.contains("m9999_later"), "{log}");
    let server = Server::start_in(directory, &[]);
    let alice = server.user("alice").await;
    let space = alice.create_space("plans").await;
    alice.post(crate::client::text(&space["messages-rw"]), "hello").await;
}

#[tokio::test]
async fn a_server_that_is_away_at_start_is_waited_for() {
    let (cluster, database) = (shared(), next_name());
    let directory = directory_with(&database);
    let starting = Server::begin_in(directory, &[]);
    let reason = starting.reason().await.to_string();
    assert!(reason.contains("does not exist"), "{reason}");
    cluster.create(&database);
    assert!(cluster.migrate(&database).0);
    starting.serving();
}
