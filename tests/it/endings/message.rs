//! Deleting a message.

use serde_json::json;

use crate::{
    client::{path, text},
    server::Server,
};

#[tokio::test]
async fn who_could_read_it_gets_404_and_nobody_else_learns_anything() {
    let server = Server::start();
    let (alice, bob, carol) =
        (server.user("alice").await, server.user("bob").await, server.user("carol").await);
    let space = alice.create_space("plans").await;
    let messages = text(&space["messages-rwd"]);
    let posted = alice.post(messages, "hello").await;
    let shared = alice.share(text(&posted["read-only"]), "bob", None).await;
    let listed = alice.client.get(messages).await.expect(200).json()[0].clone();
    alice.client.delete(text(&posted["uri"])).await.expect(200);

    for uri in [text(&posted["uri"]), text(&posted["read-only"]), text(&listed), path(&listed)] {
        alice.client.get(uri).await.expect_problem(404, "not-found");
    }
    for uri in [text(&posted["uri"]), text(&listed), path(&listed)] {
        alice.client.delete(uri).await.expect_problem(404, "not-found");
    }
    bob.client.get(&shared).await.expect_problem(404, "not-found");
    carol.client.get(path(&listed)).await.expect_problem(403, "forbidden");
    for uri in [&posted["uri"], &posted["read-only"]] {
        let share = json!({"uri": uri, "user": "carol"});
        alice.client.post("/share", &share).await.expect_problem(404, "not-found");
    }
    assert_eq!(alice.client.get(messages).await.expect(200).json(), json!([]));
}

/// An author without the right to delete has it for their own message, by the capability and for a while.
#[tokio::test]
async fn an_author_takes_back_what_was_just_said() {
    let server = Server::start();
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let space = alice.create_space("plans").await;
    alice.add_member(path(&space["uri"]), "bob", "member").await;
    let posted = bob.post(path(&space["messages-rw"]), "oops").await;
    bob.client.delete(path(&posted["uri"])).await.expect_problem(403, "forbidden");
    bob.client.delete(text(&posted["read-only"])).await.expect_problem(403, "forbidden");
    bob.client.delete(text(&posted["uri"])).await.expect(200);
}
