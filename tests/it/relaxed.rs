//! `audit.mode = "relaxed"`: requests do not wait for the log, and still have their effect durably; a normal stop leaves
//! the log complete.

use serde_json::json;

use crate::{
    client::{path, text},
    database::Database,
    server::{Server, run},
};

const RELAXED: &[(&str, &str)] = &[("NATTER_AUDIT__MODE", "relaxed")];

const VERIFY: [&str; 4] = ["admin", "verify-audit", "--anchor", "data/audit-checkpoints.jsonl"];

#[tokio::test]
async fn after_a_normal_stop_every_request_has_its_start_and_its_end() {
    let server = Server::start_with(RELAXED);
    let alice = server.user("alice").await;
    let space = alice.create_space("plans").await;
    let messages = path(&space["messages-rwd"]);
    let mut sent = 3;
    for number in 0..50 {
        let posted = alice.post(messages, &format!("Message {number}.")).await;
        alice.client.get(text(&posted["uri"])).await.expect(200);
        alice.client.post(messages, &json!({})).await.expect(400);
        alice.client.delete(&format!("{messages}/{}", uuid::Uuid::nil())).await.expect(404);
        sent += 4;
    }
    let (directory, log) = server.stop();
    assert!(!log.contains("ERROR"), "{log}");

    let database = Database::open(directory.path()).await;
    let rows = |condition: &str| format!("SELECT count(*) FROM audit WHERE {condition}");
    assert_eq!(database.number(&rows("status IS NULL")).await, sent);
    assert_eq!(database.number(&rows("status IS NOT NULL")).await, sent);
    let requests = "SELECT count(DISTINCT request_id) FROM audit";
    assert_eq!(database.number(requests).await, sent);
    // What stays when a person is erased does not tell which requests were the same person's.
    let of_several =
        "SELECT count(*) FROM (SELECT 1 FROM audit GROUP BY subject HAVING count(DISTINCT request_id) > 1) s";
    assert_eq!(database.number(of_several).await, 0);
    assert_eq!(database.number("SELECT count(*) FROM message").await, 50);
    let (status, output, errors) = run(directory.path(), &VERIFY);
    assert!(status.success(), "{output}{errors}");
}

/// What is lost with the process are rows of the log that nobody waited for: of requests without effect, and start rows.
#[tokio::test]
async fn an_effect_is_durable_with_its_end_row() {
    for _ in 0..5 {
        let server = Server::start_with(RELAXED);
        let alice = server.user("alice").await;
        let space = alice.create_space("plans").await;
        for number in 0..20 {
            alice.post(path(&space["messages-rwd"]), &format!("Message {number}.")).await;
        }
        let directory = server.kill();
        let database = Database::open(directory.path()).await;
        assert_eq!(database.number("SELECT count(*) FROM message").await, 20);
        let ends = format!("path = '{}' AND status = 201", path(&space["messages-rwd"]));
        assert_eq!(database.number(&format!("SELECT count(*) FROM audit WHERE {ends}")).await, 20);
        let (status, output, errors) = run(directory.path(), &VERIFY);
        assert!(status.success(), "{output}{errors}");
    }
}
