//! At its deadline a request is answered, and what is not known by then is not guessed.

use std::time::{Duration, Instant};

use sea_orm::{ConnectionTrait, DatabaseTransaction, TransactionTrait};
use serde_json::json;

use super::{fresh_directory, name, shared};
use crate::{
    client::{Answer, Client, Session, path, send},
    process::PATIENCE,
    server::Server,
};

/// The end of a commit of a message waits for whoever has a lock.
pub(super) const SLOW: &str = "\
    CREATE FUNCTION natter.wait() RETURNS trigger LANGUAGE plpgsql AS \
    $$ BEGIN PERFORM pg_advisory_xact_lock(42); RETURN NULL; END $$; \
    CREATE CONSTRAINT TRIGGER wait AFTER INSERT ON natter.message DEFERRABLE INITIALLY DEFERRED \
    FOR EACH ROW EXECUTE FUNCTION natter.wait()";

async fn hold(database: &str) -> DatabaseTransaction {
    let other = sea_orm::Database::connect(shared().superuser_url(database)).await.expect("connected");
    let hold = other.begin().await.expect("begun");
    hold.execute_unprepared("SELECT pg_advisory_xact_lock(42)").await.expect("locked");
    hold
}

async fn post(alice: &Session, messages: &str, key: &str) -> Answer {
    let body = json!({"author": "alice", "message": key}).to_string();
    send(alice.client.post_request(messages, body).header("Idempotency-Key", key)).await
}

/// Waits until a query of the database gives this.
fn until(database: &str, query: &str, expected: &str) {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let found = shared().sql(database, query);
        if found.trim() == expected {
            return;
        }
        assert!(Instant::now() < deadline, "{found}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn while_a_commit_is_on_its_way_the_answer_is_that_nobody_knows_and_the_key_tells_it_later() {
    let directory = fresh_directory();
    let database = name(directory.path()).expect("it has one");
    let server = Server::start_in(directory, &[("NATTER_HTTP__DEADLINE_SECONDS", "1")]);
    let alice = server.user("alice").await;
    let messages = path(&alice.create_space("plans").await["messages-rw"]).to_owned();
    shared().sql(&database, SLOW);
    let ends = format!(
        "SELECT string_agg(status::text, ' ' ORDER BY seq) FROM natter.audit WHERE path = '{messages}'"
    );
    let there = "SELECT string_agg(text, ' ' ORDER BY id) FROM natter.message";

    for (key, kept) in [("kept", true), ("undone", false)] {
        let hold = hold(&database).await;
        let asked = Instant::now();
        let answer = post(&alice, &messages, key).await.expect_problem(503, "unavailable");
        let took = asked.elapsed();
        assert!(answer.text.contains("could not find out"), "{}", answer.text);
        assert!(took > Duration::from_secs(1) && took < Duration::from_secs(3), "{took:?}");
        if kept {
            hold.rollback().await.expect("let go");
            until(&database, there, "kept");
            until(&database, &ends, "201");
        } else {
            // The server gives the commit up: it waits four seconds for a lock.
            until(&database, &ends, "201 201 503");
            hold.rollback().await.expect("let go");
            until(&database, there, "kept");
        }
        post(&alice, &messages, key).await.expect(201);
    }
    until(&database, there, "kept undone");
    until(&database, &ends, "201 201 503 201");
    let (status, said, complaint) = server.command(&["admin", "verify-audit"]);
    assert!(status.success(), "{said}{complaint}");
    let metrics = Client::new(&server.admin).get("/metrics").await.text;
    assert!(metrics.contains("natter_unknown_outcomes_total 2"), "{metrics}");
}
