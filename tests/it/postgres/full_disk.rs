//! The disk of the database is full, and then is not.

use std::time::Instant;

use serde_json::json;

use super::{
    Cluster,
    writers::{Replicas, compare},
};
use crate::{
    client::{Client, path},
    process::PATIENCE,
};

#[tokio::test(flavor = "multi_thread")]
async fn a_database_whose_disk_is_full_takes_nothing_and_goes_on_once_there_is_room() {
    let cluster = Cluster::start_on_small_disk(96);
    assert!(cluster.migrate("natter").0);
    let replicas = Replicas::start(1, &cluster.url("natter_api_user", "natter"));
    let alice = replicas.first().user("alice").await;
    let messages = path(&alice.create_space("plans").await["messages-rw"]).to_owned();
    let admin = Client::new(&replicas.first().admin);
    let mut acknowledged = Vec::new();
    for round in 0..2 {
        let filler = cluster.fill();
        let deadline = Instant::now() + PATIENCE;
        let said = loop {
            let mark = format!("{round}.{}.{}", acknowledged.len(), "x".repeat(1000));
            let answer = alice.client.post(&messages, &json!({"author": "alice", "message": &mark})).await;
            if answer.status == 201 {
                acknowledged.push(mark);
            } else {
                answer.expect_problem(503, "unavailable");
            }
            let ready = admin.get("/ready").await;
            if ready.status == 503 && ready.text.contains("No space left") {
                break ready.text;
            }
            assert!(Instant::now() < deadline, "{}", ready.text);
        };
        assert!(said.contains("store"), "{said}");
        std::fs::remove_file(filler).expect("removed");
        let deadline = Instant::now() + PATIENCE;
        loop {
            let mark = format!("again-{round}");
            let body = json!({"author": "alice", "message": &mark}).to_string();
            let request = alice.client.post_request(&messages, body).header("Idempotency-Key", &mark);
            if crate::client::send(request).await.status == 201 {
                acknowledged.push(mark);
                break;
            }
            assert!(Instant::now() < deadline, "{}", replicas.first().log());
        }
    }
    println!("{} messages acknowledged before, between and after", acknowledged.len());
    compare(&cluster, acknowledged);
    replicas.verify();
}
