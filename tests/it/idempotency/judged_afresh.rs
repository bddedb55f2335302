//! Who may not do it any more is not answered again.

use reqwest::Method;
use serde_json::json;

use super::{Scene, post, seen};
use crate::client::{path, send, text, token};

#[tokio::test]
async fn without_the_session() {
    let scene = Scene::new().await;
    let other = scene.server.visitor().log_in("alice").await;
    for (path, body, status) in scene.requests() {
        post(&scene.alice, &path, "k", &body).await.expect(status);
    }
    scene.alice.client.delete("/sessions").await.expect(200);
    for (path, body, status) in scene.requests() {
        post(&scene.alice, &path, "k", &body).await.expect_problem(401, "invalid-token");
        // Another session of the same account is answered.
        post(&other, &path, "k", &body).await.expect(status);
    }
}

#[tokio::test]
async fn without_the_scope() {
    let scene = Scene::new().await;
    let narrow = scene.server.visitor().log_in_with("alice", "read_message").await;
    let [create, message, member, _] = scene.requests();
    for (path, body, status) in [create, message, member] {
        post(&scene.alice, &path, "k", &body).await.expect(status);
        post(&narrow, &path, "k", &body).await.expect_problem(403, "insufficient-scope");
    }
}

#[tokio::test]
async fn without_the_role() {
    let scene = Scene::new().await;
    let (uri, messages) = (path(&scene.space["uri"]), path(&scene.space["messages-rwd"]));
    scene.alice.add_member(uri, "bob", "owner").await;
    let (said, added) =
        (json!({"author": "bob", "message": "x"}), json!({"username": "bob", "roles": ["owner"]}));
    let members = format!("{uri}/members");
    let first = post(&scene.bob, messages, "k", &said).await.expect(201);
    post(&scene.bob, &members, "k", &added).await.expect(200);

    scene.alice.add_member(uri, "bob", "observer").await;
    post(&scene.bob, messages, "k", &said).await.expect_problem(403, "forbidden");
    post(&scene.bob, &members, "k", &added).await.expect_problem(403, "forbidden");
    scene.alice.client.delete(&format!("{members}/bob")).await.expect(200);
    post(&scene.bob, messages, "k", &said).await.expect_problem(403, "forbidden");

    // Who may again is answered as the first time, but what ended with the membership stays ended.
    scene.alice.add_member(uri, "bob", "member").await;
    let again = post(&scene.bob, messages, "k", &said).await;
    assert_eq!(seen(&first), seen(&again));
    scene.bob.client.get(text(&again.json()["uri"])).await.expect_problem(403, "forbidden");
}

#[tokio::test]
async fn without_the_capability() {
    let scene = Scene::new().await;
    let shared = scene.alice.share(text(&scene.space["messages-rw"]), "bob", None).await;
    let (said, share) =
        (json!({"author": "bob", "message": "x"}), json!({"uri": shared, "user": "alice", "perms": "r"}));
    post(&scene.bob, &shared, "k", &said).await.expect(201);
    post(&scene.bob, "/share", "k", &share).await.expect(200);
    // One that is too narrow does not do, and neither does one that was revoked.
    let narrow = scene.alice.share(text(&scene.space["messages-r"]), "bob", None).await;
    let by_header = scene.bob.client.post_request(path(&scene.space["messages-r"]), said.to_string());
    let by_header = by_header.header("Natter-Capability", token(&narrow)).header("Idempotency-Key", "k");
    send(by_header).await.expect_problem(403, "forbidden");

    let capabilities = format!("{}/capabilities", path(&scene.space["uri"]));
    let listed = scene.alice.client.get(&capabilities).await.expect(200).json();
    let of_bob = listed.as_array().expect("a list").iter().filter(|one| one["user"] == "bob");
    for id in of_bob.map(|one| text(&one["id"])) {
        send(scene.alice.client.request(Method::DELETE, &format!("{capabilities}/{id}"))).await.expect(200);
    }
    post(&scene.bob, &shared, "k", &said).await.expect_problem(403, "forbidden");
    post(&scene.bob, "/share", "k", &share).await.expect_problem(403, "forbidden");
}
