//! A crash forgets transactions that were not durable, and gives their numbers to others.

use serde_json::json;

use super::{Cluster, deadline::SLOW, writers::Replicas};
use crate::{
    client::{path, send},
    process::PATIENCE,
};

/// Crashes until a number is given again, at most: something else may have made the log durable in time.
const CRASHES: usize = 5;

/// Waits until a query gives something, and gives it.
async fn until(cluster: &Cluster, query: &str) -> String {
    let answer = async {
        loop {
            let said = cluster.sql("natter", query).trim().to_owned();
            if !said.is_empty() {
                return said;
            }
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(PATIENCE, answer).await.unwrap_or_else(|_| panic!("{query} gives nothing"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_is_not_acknowledged_because_another_transaction_has_its_number_after_a_crash() {
    let mut cluster = Cluster::start();
    assert!(cluster.migrate("natter").0);
    let replicas = Replicas::start(1, &cluster.url("natter_api_user", "natter"));
    let alice = replicas.first().user("alice").await;
    let messages = path(&alice.create_space("plans").await["messages-rw"]).to_owned();
    cluster.sql("natter", SLOW);
    // What nobody waits for is made durable seldom.
    cluster.sql("postgres", "ALTER SYSTEM SET wal_writer_delay = '10s'");
    cluster.sql("postgres", "SELECT pg_reload_conf()");

    let body = json!({"author": "alice", "message": "lost?"}).to_string();
    let post = || alice.client.post_request(&messages, body.clone()).header("Idempotency-Key", "one");
    let mut given_again = false;
    for _ in 0..CRASHES {
        let mut holder = cluster.hold_lock("natter", 42);
        until(&cluster, "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objid = 42 AND granted")
            .await;
        let asked = tokio::spawn(send(post()));
        until(
            &cluster,
            "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objid = 42 AND NOT granted",
        )
        .await;
        let number = "SELECT backend_xid FROM pg_stat_activity WHERE backend_xid IS NOT NULL";
        let lost: u64 = until(&cluster, number).await.parse().expect("one number");
        cluster.restart("-QUIT");
        let _ = holder.wait();
        let others =
            || cluster.sql("natter", "SELECT pg_current_xact_id()").trim().parse::<u64>().expect("a number");
        let first = others();
        given_again |= first <= lost;
        while others() < lost {}

        let answer = asked.await.expect("it does not panic").expect_problem(503, "unavailable");
        assert_eq!(
            cluster.sql("natter", "SELECT count(*) FROM natter.message").trim(),
            "0",
            "{}",
            answer.text
        );
        if given_again {
            break;
        }
    }
    assert!(given_again, "no crash made a number come again: this test shows nothing");
    let deadline = std::time::Instant::now() + PATIENCE;
    while send(post()).await.status != 201 {
        assert!(std::time::Instant::now() < deadline, "{}", replicas.first().log());
    }
    assert_eq!(cluster.sql("natter", "SELECT count(*) FROM natter.message").trim(), "1");
    replicas.verify();
}
