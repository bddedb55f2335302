//! A space always has an owner.

use serde_json::json;

use crate::{client::path, server::Server};

#[tokio::test]
async fn the_last_owner_stays_until_somebody_else_is_one() {
    let server = Server::start();
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let uri = path(&alice.create_space("plans").await["uri"]).to_owned();
    alice.add_member(&uri, "bob", "moderator").await;
    let (members, own) = (format!("{uri}/members"), format!("{uri}/members/alice"));
    alice.client.delete(&own).await.expect_problem(409, "owner-needed");
    let less = json!({"username": "alice", "roles": ["moderator", "member"]});
    alice.client.post(&members, &less).await.expect_problem(409, "owner-needed");
    alice.client.delete("/users/alice").await.expect_problem(409, "owner-needed");

    alice.add_member(&uri, "bob", "owner").await;
    alice.client.post(&members, &less).await.expect(200);
    bob.client.delete(&own).await.expect(200);
    bob.client.delete(&format!("{uri}/members/bob")).await.expect_problem(409, "owner-needed");
}

#[tokio::test]
async fn handing_over_makes_the_old_owner_a_member() {
    let server = Server::start();
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let uri = path(&alice.create_space("plans").await["uri"]).to_owned();
    alice.add_member(&uri, "bob", "observer").await;
    let owner = format!("{uri}/owner");
    alice.client.post(&owner, &json!({"username": "bob"})).await.expect(200);
    let roles = |session: &crate::client::Session| {
        let (client, uri) = (session.client.clone(), uri.clone());
        async move { client.get(&uri).await.expect(200).json()["roles"].clone() }
    };
    assert_eq!((roles(&alice).await, roles(&bob).await), (json!(["member"]), json!(["owner"])));
    alice.client.post(&owner, &json!({"username": "alice"})).await.expect_problem(403, "forbidden");
    alice.client.delete(&uri).await.expect_problem(403, "forbidden");
    alice.client.delete(&format!("{uri}/members/alice")).await.expect(200);
    let back = bob.client.post(&owner, &json!({"username": "alice"})).await;
    assert_eq!(back.expect_problem(400, "invalid-input").fields(), ["username"], "no member any more");
    bob.client.delete(&uri).await.expect(200);
}
