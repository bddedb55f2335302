//! Sharing and using capability URIs.

use serde_json::json;

use crate::{
    client::{path, send, text, token},
    server::Server,
};

#[tokio::test]
async fn a_capability_works_only_with_a_session_of_its_user() {
    let server = Server::start();
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let space = alice.create_space("plans").await;
    let shared = alice.share(text(&space["messages-r"]), "bob", None).await;
    bob.client.get(&shared).await.expect(200);
    alice.client.get(&shared).await.expect_problem(403, "forbidden");
    server.visitor().get(&shared).await.expect_problem(401, "unauthenticated");
}

#[tokio::test]
async fn a_capability_is_no_bearer_token_and_a_session_no_capability() {
    let server = Server::start();
    let alice = server.user("alice").await;
    let space = alice.create_space("plans").await;
    let bearer = server.visitor().with_token(token(text(&space["uri"])));
    for path in [text(&space["uri"]), text(&space["messages-rwd"]), "/spaces", "/logs"] {
        bearer.get(path).await.expect_problem(401, "invalid-token");
    }
    let own = format!("{}?access_token={}", path(&space["uri"]), alice.token);
    alice.client.get(&own).await.expect_problem(403, "forbidden");
}

#[tokio::test]
async fn share_needs_a_session_and_the_capability_of_its_own_user() {
    let server = Server::start();
    let (alice, bob, carol) =
        (server.user("alice").await, server.user("bob").await, server.user("carol").await);
    let space = alice.create_space("plans").await;
    let leaked = json!({"uri": space["messages-rwd"], "user": "bob"});
    server.visitor().post("/share", &leaked).await.expect_problem(401, "unauthenticated");
    bob.client.post("/share", &leaked).await.expect_problem(403, "forbidden");
    // Who was given one passes it on: as it is, or narrower, and not wider.
    let given = alice.share(text(&space["messages-rw"]), "bob", Some("r")).await;
    let passed = bob.share(&given, "carol", None).await;
    carol.client.get(&passed).await.expect(200);
    let wider = json!({"uri": given, "user": "carol", "perms": "rw"});
    bob.client.post("/share", &wider).await.expect_problem(403, "forbidden");
    let body = json!({"author": "carol", "message": "x"});
    carol.client.post(&passed, &body).await.expect_problem(403, "forbidden");
}

#[tokio::test]
async fn permissions_are_sets() {
    let server = Server::start();
    let alice = server.user("alice").await;
    let bob = server.user("bob").await;
    let space = alice.create_space("plans").await;
    let uri = text(&space["messages-rwd"]);
    for perms in ["rd", "dr", "wd", "drw", "d"] {
        let shared = alice.share(uri, "bob", Some(perms)).await;
        let reads = if perms.contains('r') { 200 } else { 403 };
        bob.client.get(&shared).await.expect(reads);
        let posts = if perms.contains('w') { 201 } else { 403 };
        bob.client.post(&shared, &json!({"author": "bob", "message": perms})).await.expect(posts);
    }
    for perms in ["", "x", "rx", "rr", "RWD", " r", "r,w", "rwdr"] {
        let share = json!({"uri": uri, "user": "bob", "perms": perms});
        let answer = alice.client.post("/share", &share).await.expect_problem(400, "invalid-input");
        assert_eq!(answer.fields(), ["perms"], "{perms}");
    }
}

#[tokio::test]
async fn a_capability_decides_alone_and_stays_narrow_in_its_owner_s_hands() {
    let server = Server::start();
    let alice = server.user("alice").await;
    let space = alice.create_space("plans").await;
    let (narrow, messages) = (text(&space["messages-r"]), path(&space["messages-r"]));
    let body = json!({"author": "alice", "message": "x"});
    alice.client.post(messages, &body).await.expect(201);
    alice.client.post(narrow, &body).await.expect_problem(403, "forbidden");
    let by_header = alice.client.post_request(messages, body.to_string());
    send(by_header.header("Natter-Capability", token(narrow))).await.expect_problem(403, "forbidden");
    let message = alice.client.get(narrow).await.expect(200).json()[0].clone();
    alice.client.delete(text(&message)).await.expect_problem(403, "forbidden");
    alice.client.delete(path(&message)).await.expect(200);
}

#[tokio::test]
async fn logging_out_ends_no_capability() {
    let server = Server::start();
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let space = alice.create_space("plans").await;
    let shared = alice.share(text(&space["messages-r"]), "bob", None).await;
    alice.client.delete("/sessions").await.expect(200);
    alice.client.get("/spaces").await.expect_problem(401, "invalid-token");
    bob.client.get(&shared).await.expect(200);
    let again = server.visitor().log_in("alice").await;
    again.client.get(text(&space["messages-rwd"])).await.expect(200);
}

#[tokio::test]
async fn listing_and_narrowing_write_nothing() {
    let server = Server::start();
    let alice = server.user("alice").await;
    let space = alice.create_space("plans").await;
    alice.post(text(&space["messages-rw"]), "hello").await;
    let database = crate::database::Database::open(server.directory()).await;
    let before = database.snapshot().await;
    let listed = alice.client.get(text(&space["messages-rwd"])).await.expect(200).json();
    alice.client.get(text(&listed[0])).await.expect(200);
    assert_eq!(before, database.snapshot().await);
}
