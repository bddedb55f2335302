//! Changing the password.

use serde_json::json;

use crate::{
    client::{password, path, send, text},
    server::Server,
};

#[tokio::test]
async fn the_other_sessions_end_and_the_old_password_opens_nothing() {
    let server = Server::start();
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let other = server.visitor().log_in("alice").await;
    let space = alice.create_space("plans").await;
    let shared = alice.share(text(&space["messages-r"]), "bob", None).await;
    let change = json!({"current_password": password("alice"), "new_password": "a new secret"});
    alice.client.post("/users/alice/password", &change).await.expect(200);

    alice.client.get("/spaces").await.expect(200);
    other.client.get("/spaces").await.expect_problem(401, "invalid-token");
    bob.client.get(path(&space["uri"])).await.expect_problem(403, "forbidden");
    bob.client.get(&shared).await.expect(200);
    let log_in = async |word: &str| {
        send(server.visitor().post_request("/sessions", "").basic_auth("alice", Some(word)))
            .await
            .status
            .as_u16()
    };
    assert_eq!(log_in(&password("alice")).await, 401);
    assert_eq!(log_in("a new secret").await, 201);
}

/// A session that somebody left open does not tell the password, nor does it take the account away.
#[tokio::test]
async fn the_current_password_is_asked_for_and_guessing_it_is_slowed() {
    let server = Server::start();
    let alice = server.user("alice").await;
    let change = json!({"current_password": "a wild guess", "new_password": "a new secret"});
    for _ in 0..5 {
        let answer = alice.client.post("/users/alice/password", &change).await;
        assert_eq!(answer.expect_problem(400, "invalid-input").fields(), ["current_password"]);
    }
    let answer =
        alice.client.post("/users/alice/password", &change).await.expect_problem(429, "rate-limited");
    assert!(answer.header("retry-after").is_some());
    assert!(!server.log().contains("wild guess"));
}
