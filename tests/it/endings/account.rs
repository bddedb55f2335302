//! Deleting an account.

use serde_json::json;

use crate::{
    client::{password, path, send, text},
    database::Database,
    server::Server,
};

#[tokio::test]
async fn sessions_messages_roles_and_links_end_with_all_that_was_shared_from_them() {
    let server = Server::start();
    let (alice, bob, carol) =
        (server.user("alice").await, server.user("bob").await, server.user("carol").await);
    let second = server.visitor().log_in("bob").await;
    let space = alice.create_space("plans").await;
    let uri = path(&space["uri"]);
    alice.add_member(uri, "bob", "member").await;
    let given = alice.share(text(&space["messages-rw"]), "bob", None).await;
    let passed = bob.share(&given, "carol", None).await;
    let said = bob.post(&given, "by bob").await;
    let alone = bob.create_space("alone").await;
    let of_alone = bob.share(text(&alone["messages-r"]), "carol", None).await;

    bob.client.delete("/users/bob").await.expect(200);
    for session in [&bob, &second] {
        session.client.get("/spaces").await.expect_problem(401, "invalid-token");
    }
    for uri in [&passed, &of_alone] {
        carol.client.get(uri).await.expect_problem(403, "forbidden");
    }
    alice.client.get(path(&said["uri"])).await.expect_problem(404, "not-found");
    let members = alice.client.get(&format!("{uri}/members")).await.expect(200);
    assert!(!members.text.contains("bob"), "{}", members.text);
    let links = alice.client.get(&format!("{uri}/capabilities")).await.expect(200);
    assert!(!links.text.contains("bob") && !links.text.contains("carol"), "{}", links.text);
    let database = Database::open(server.directory()).await;
    assert!(!database.snapshot().await.iter().any(|row| row.contains("'bob'") || row.contains("'alone'")));
}

#[tokio::test]
async fn the_name_is_not_given_out_again() {
    let server = Server::start();
    let bob = server.user("bob").await;
    bob.client.delete("/users/bob").await.expect(200);
    let again = json!({"username": "bob", "password": "another secret"});
    server.visitor().post("/users", &again).await.expect_problem(409, "name-taken");
    for word in [password("bob"), "another secret".to_owned()] {
        let request = server.visitor().post_request("/sessions", "").basic_auth("bob", Some(word));
        send(request).await.expect_problem(401, "unauthenticated");
    }
    let alice = server.user("alice").await;
    let members = format!("{}/members", path(&alice.create_space("plans").await["uri"]));
    let answer = alice.client.post(&members, &json!({"username": "bob"})).await;
    assert_eq!(answer.expect_problem(400, "invalid-input").fields(), ["username"]);
    // Names differ in their case, as in the book.
    server.visitor().register("Bob").await;
}

#[tokio::test]
async fn a_space_with_others_in_it_has_to_be_handed_over_first() {
    let server = Server::start();
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let uri = path(&alice.create_space("plans").await["uri"]).to_owned();
    alice.add_member(&uri, "bob", "observer").await;
    alice.client.delete("/users/alice").await.expect_problem(409, "owner-needed");
    alice.client.get(&uri).await.expect(200);
    alice.client.post(&format!("{uri}/owner"), &json!({"username": "bob"})).await.expect(200);
    alice.client.delete("/users/alice").await.expect(200);
    bob.client.get(&uri).await.expect(200);
}
