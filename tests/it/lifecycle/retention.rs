//! What a running server removes by itself.

use std::sync::Arc;

use natter::{
    audit::{Recorder, Request},
    clock::Clock,
    id::RequestId,
    key_ring::KeyRings,
    random::Random,
    settings::AuditMode,
    store::Store,
    timestamp::Timestamp,
};
use reqwest::StatusCode;

use super::admin;
use crate::{client::text, database::Database, server::Server};

/// Rows of the audit log of years ago, as a server of then would have left them.
async fn write_history(server_data: &std::path::Path, rows: usize) {
    let (clock, random) =
        (Clock::manual(Timestamp::parse("2020-01-01T00:00:00Z").expect("a time")), Random::system());
    let rings = Arc::new(KeyRings::open(&server_data.join("keys"), &random, &clock).expect("key rings"));
    let url = format!("sqlite:{}/natter.db?mode=rwc", server_data.display());
    let store = Store::open(&url).await.expect("opened");
    store.migrate().await.expect("migrated");
    let recorder = Recorder::new(store.clone(), rings, clock.clone(), random.clone(), AuditMode::Durable);
    for _ in 0..rows {
        let request = Request {
            id: RequestId::new(clock.now(), &random),
            method: "GET".into(),
            path: "/history".into(),
            account: None,
            address: "192.0.2.1".into(),
        };
        recorder.refused(request, StatusCode::NOT_FOUND).await.expect("written");
    }
    store.close().await.expect("closed");
}

#[tokio::test]
async fn old_messages_and_old_rows_of_the_audit_go_and_the_log_verifies() {
    let directory = crate::server::fresh_directory();
    write_history(&directory.path().join("data"), 30).await;
    // A server that keeps everything writes checkpoints of it.
    let server = Server::start_in(directory, &[]);
    let alice = server.user("alice").await;
    let uri = text(&alice.create_space("plans").await["messages-rw"]).to_owned();
    alice.post(&uri, "young").await;
    let anchored = ["verify-audit", "--anchor", "data/audit-checkpoints.jsonl"];
    assert!(!admin(&server, &anchored).contains("were removed"));
    let (directory, _) = server.stop();
    let database = Database::open(directory.path()).await;
    database
        .execute(
            "INSERT INTO message SELECT X'01600000000070008000000000000001', space_id, author_id, 1, 'old', NULL \
             FROM message",
        )
        .await;
    database.close().await;

    let server = Server::start_in(
        directory,
        &[("NATTER_RETENTION__MESSAGES_DAYS", "1"), ("NATTER_RETENTION__AUDIT_DAYS", "1")],
    );
    server.logged("removed what was past its time");
    let database = Database::open(server.directory()).await;
    assert_eq!(database.texts("SELECT text FROM message").await, ["young"]);
    assert_eq!(database.texts("SELECT CAST(min(position) AS TEXT) FROM audit").await, ["31"]);
    let orphans = "SELECT CAST(count(*) AS TEXT) FROM audit_subject WHERE seq NOT IN (SELECT seq FROM audit)";
    assert_eq!(database.texts(orphans).await, ["0"]);
    let again = server.visitor().log_in("alice").await;
    assert_eq!(again.client.get(&uri).await.expect(200).json().as_array().map(Vec::len), Some(1));
    let said = admin(&server, &anchored);
    assert!(said.contains("the rows up to 30 were past their time") && said.contains("2020-01-01"), "{said}");

    // A key that signed for the removal is not retired unseen.
    admin(&server, &["rotate-keys", "checkpoint"]);
    admin(&server, &anchored);
    database.execute("DELETE FROM audit_removal").await;
    let (status, said, _) = server.command(&["admin", "verify-audit"]);
    assert!(!status.success() && said.contains("rows 1 to 30: missing"), "{said}");
}

/// Links to what is never fetched: their cards are rows all the same.
#[tokio::test]
async fn a_card_goes_with_the_last_message_that_has_its_link() {
    let server = Server::start();
    let alice = server.user("alice").await;
    let uri = text(&alice.create_space("plans").await["messages-rwd"]).to_owned();
    let posted = alice.post(&uri, "http://192.0.2.1/own http://192.0.2.1/shared").await;
    alice.post(&uri, "http://192.0.2.1/shared").await;
    alice.client.delete(text(&posted["uri"])).await.expect(200);
    let (directory, _) = server.stop();
    let server = Server::start_in(directory, &[]);
    server.logged("removed what was past its time");
    let database = Database::open(server.directory()).await;
    assert_eq!(database.texts("SELECT url FROM card").await, ["http://192.0.2.1/shared"]);
}
