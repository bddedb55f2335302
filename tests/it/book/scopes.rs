//! Scopes of sessions.

use serde_json::{Value, json};

use crate::{
    client::{ALL_SCOPES, Client, password, send, text},
    server::Server,
};

/// The scopes of the newest session of the account.
async fn newest(client: &Client) -> Vec<String> {
    let sessions = client.get("/sessions").await.expect(200).json();
    text(&sessions[0]["scope"]).split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

async fn log_in(server: &Server, query: &str) -> Value {
    let request = server.visitor().post_request(&format!("/sessions{query}"), "");
    send(request.basic_auth("alice", Some(password("alice")))).await.expect(201).json()
}

#[tokio::test]
async fn the_default_is_everything_but_managing_and_full_access() {
    let server = Server::start();
    let alice = server.user("alice").await;
    log_in(&server, "").await;
    let scopes = newest(&alice.client).await;
    let expected: Vec<_> = ALL_SCOPES
        .split(' ')
        .filter(|scope| !["manage_space", "manage_account", "full_access"].contains(scope))
        .collect();
    let mut sorted = (scopes, expected);
    sorted.0.sort_unstable();
    sorted.1.sort_unstable();
    assert_eq!(sorted.0, sorted.1);
}

#[tokio::test]
async fn an_empty_scope_gives_none() {
    let server = Server::start();
    let alice = server.user("alice").await;
    let session = log_in(&server, "?scope=").await;
    assert_eq!(newest(&alice.client).await, [""; 0]);
    let client = server.visitor().with_token(text(&session["token"]));
    client.get("/spaces").await.expect_problem(403, "insufficient-scope");
    client.delete("/sessions").await.expect(200);
}

#[tokio::test]
async fn scopes_are_whole_words_and_case_matters() {
    let server = Server::start();
    let alice = server.user("alice").await;
    log_in(&server, "?scope=read_message%20%20list_messages+read_message").await;
    assert_eq!(newest(&alice.client).await, ["read_message", "list_messages"]);
    for scope in ["read", "read_messages", "Read_message", "read_message,list_messages", "read_message%09"] {
        let request = server.visitor().post_request(&format!("/sessions?scope={scope}"), "");
        let answer = send(request.basic_auth("alice", Some(password("alice")))).await;
        assert_eq!(answer.expect_problem(400, "invalid-input").fields(), ["scope"], "{scope}");
    }
}

#[tokio::test]
async fn full_access_makes_further_sessions_and_nothing_else_does() {
    let server = Server::start();
    server.visitor().register("alice").await;
    let root = server.visitor().log_in_with("alice", "full_access").await;
    let answer = root.client.post("/sessions?scope=create_space", &json!({})).await.expect(201);
    let further = server.visitor().with_token(text(&answer.json()["token"]));
    further.post("/spaces", &json!({"name": "plans", "owner": "alice"})).await.expect(201);
    further.post("/sessions", &json!({})).await.expect_problem(403, "insufficient-scope");
    // The new session does not depend on the one it was made with.
    root.client.delete("/sessions").await.expect(200);
    further.post("/spaces", &json!({"name": "more plans", "owner": "alice"})).await.expect(201);
}
