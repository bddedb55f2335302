//! A key counts for its account, operation and space.

use serde_json::json;

use super::{Scene, post};
use crate::client::{path, text};

#[tokio::test]
async fn others_may_use_the_same_one() {
    let scene = Scene::new().await;
    // Another operation each.
    for (path, body, status) in scene.requests() {
        post(&scene.alice, &path, "k", &body).await.expect(status);
    }
    // Another account.
    let own = json!({"name": "mine", "owner": "bob"});
    post(&scene.bob, "/spaces", "k", &own).await.expect(201);
    let messages = path(&scene.space["messages-rwd"]);
    let capability = scene.alice.share(text(&scene.space["messages-rw"]), "bob", None).await;
    post(&scene.bob, &capability, "k", &json!({"author": "bob", "message": "x"})).await.expect(201);
    // Another space.
    let other = scene.alice.create_space("other").await;
    let body = json!({"author": "alice", "message": "x"});
    post(&scene.alice, path(&other["messages-rwd"]), "k", &body).await.expect(201);
    // Another key.
    post(&scene.alice, messages, "K", &body).await.expect(201);
    let listed = scene.alice.client.get(messages).await.expect(200).json();
    assert_eq!(listed.as_array().map(Vec::len), Some(3));
}
