//! The book's whole story, once through: register, log in, make a space, post, read, share, add a member, log out.

use serde_json::json;

use crate::{client::path, server::Server};

#[tokio::test]
async fn from_registration_to_log_out() {
    let server = Server::start();
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);

    let space = alice.create_space("plans").await;
    let posted = alice.post(space["messages-rw"].as_str().expect("a URI"), "Hello, <b>world</b>!").await;
    let message = alice.client.get(posted["uri"].as_str().expect("a URI")).await.expect(200).json();
    assert_eq!(message["author"], "alice");
    assert_eq!(message["message"], "Hello, <b>world</b>!");
    assert_eq!(message["links"], json!([]));

    // A capability of another account opens nothing; one that was shared does.
    bob.client.get(posted["read-only"].as_str().expect("a URI")).await.expect_problem(403, "forbidden");
    let share = json!({"uri": space["messages-r"], "user": "bob"});
    let shared = alice.client.post("/share", &share).await.expect(200).json();
    let listed = bob.client.get(shared["uri"].as_str().expect("a URI")).await.expect(200).json();
    let read = bob.client.get(listed[0].as_str().expect("a URI")).await.expect(200).json();
    assert_eq!(read["message"], "Hello, <b>world</b>!");

    // A role works with a session alone.
    let (uri, messages) = (path(&space["uri"]), path(&space["messages-rwd"]));
    bob.client.get(messages).await.expect_problem(403, "forbidden");
    let moderator = json!({"username": "bob", "roles": ["moderator"]});
    alice.client.post(&format!("{uri}/members"), &moderator).await.expect(200);
    let listed = bob.client.get(messages).await.expect(200).json();
    bob.client.delete(listed[0].as_str().expect("a URI")).await.expect(200);
    alice.client.get(listed[0].as_str().expect("a URI")).await.expect_problem(404, "not-found");

    bob.client.delete("/sessions").await.expect(200);
    bob.client.get(messages).await.expect_problem(401, "invalid-token");
    let (_, log) = server.stop();
    assert!(!log.contains("ERROR") && !log.contains("panicked"), "{log}");
}
