//! Deleting a space.

use serde_json::json;

use crate::{
    client::{path, text},
    database::Database,
    server::Server,
};

#[tokio::test]
async fn everything_in_it_ends_and_its_name_is_free_again() {
    let server = Server::start();
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let space = alice.create_space("plans").await;
    let kept = alice.create_space("kept").await;
    let kept_message = alice.post(text(&kept["messages-rw"]), "stays").await["uri"].clone();
    let uri = path(&space["uri"]);
    alice.add_member(uri, "bob", "member").await;
    let shared = alice.share(text(&space["messages-rwd"]), "bob", None).await;
    let message = bob.post(&shared, "hello").await;

    alice.client.delete(uri).await.expect(200);
    for uri in [text(&space["uri"]), text(&space["messages-r"]), uri, path(&message["uri"])] {
        alice.client.get(uri).await.expect_problem(403, "forbidden");
    }
    for uri in [&shared, text(&message["uri"]), path(&shared.as_str().into())] {
        bob.client.get(uri).await.expect_problem(403, "forbidden");
    }
    let share = json!({"uri": space["messages-r"], "user": "bob"});
    alice.client.post("/share", &share).await.expect_problem(403, "forbidden");
    alice.client.delete(uri).await.expect_problem(403, "forbidden");
    alice.client.get(text(&kept_message)).await.expect(200);
    let database = Database::open(server.directory()).await;
    let left = database.texts("SELECT text FROM message UNION SELECT name FROM space ORDER BY 1").await;
    assert_eq!(left, ["kept", "stays"]);

    // A new space of the name is another space: nothing old opens it.
    let again = alice.create_space("plans").await;
    assert_ne!(path(&again["uri"]), uri);
    bob.client.get(path(&again["messages-r"])).await.expect_problem(403, "forbidden");
}
