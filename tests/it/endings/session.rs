//! Ending sessions.

use serde_json::Value;

use crate::{client::text, server::Server};

#[tokio::test]
async fn one_sees_and_ends_one_s_own_sessions() {
    let server = Server::start();
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let other = server.visitor().log_in_with("alice", "list_spaces").await;
    let sessions = alice.client.get("/sessions").await.expect(200).json();
    let sessions = sessions.as_array().expect("a list");
    assert_eq!(sessions.len(), 2);
    let current: Vec<&Value> = sessions.iter().filter(|one| one["current"] == true).collect();
    assert_eq!(current.len(), 1);
    let not_current = sessions.iter().find(|one| one["current"] == false).expect("the other one");
    assert_eq!(not_current["scope"], "list_spaces");

    let uri = format!("/sessions/{}", text(&not_current["id"]));
    bob.client.delete(&uri).await.expect_problem(404, "not-found");
    other.client.get("/spaces").await.expect(200);
    alice.client.delete(&uri).await.expect(200);
    other.client.get("/spaces").await.expect_problem(401, "invalid-token");
    alice.client.delete(&uri).await.expect_problem(404, "not-found");
    // One's own as well: then it is logging out.
    let own = format!("/sessions/{}", text(&current[0]["id"]));
    alice.client.delete(&own).await.expect(200);
    alice.client.get("/spaces").await.expect_problem(401, "invalid-token");
}

#[tokio::test]
async fn logging_out_ends_that_session_only_and_for_good() {
    let server = Server::start();
    let alice = server.user("alice").await;
    let other = server.visitor().log_in("alice").await;
    alice.client.delete("/sessions").await.expect(200);
    alice.client.delete("/sessions").await.expect_problem(401, "invalid-token");
    other.client.get("/spaces").await.expect(200);
}
