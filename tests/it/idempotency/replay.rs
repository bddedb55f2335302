//! The same request again.

use serde_json::json;

use super::{Scene, post, seen};
use crate::{
    client::{path, text},
    database::Database,
};

#[tokio::test]
async fn is_answered_again_and_changes_nothing() {
    let scene = Scene::new().await;
    let database = Database::open(scene.server.directory()).await;
    for (path, body, status) in scene.requests() {
        let first = post(&scene.alice, &path, "k", &body).await.expect(status);
        let (before, rows) = (database.snapshot().await, audit_rows(&database).await);
        let again = post(&scene.alice, &path, "k", &body).await;
        assert_eq!(seen(&first), seen(&again));
        assert!(before == database.snapshot().await, "{path}");
        assert_eq!(audit_rows(&database).await, rows + 2, "{path}: a start and an end");

        let uri = first.json()["uri"].clone();
        if uri.is_string() {
            let holder = if path == "/share" { &scene.bob } else { &scene.alice };
            holder.client.get(text(&uri)).await.expect(200);
        }
    }
}

async fn audit_rows(database: &Database) -> u64 {
    let count = database.texts("SELECT CAST(count(*) AS TEXT) FROM audit").await;
    count[0].parse().expect("a number")
}

#[tokio::test]
async fn with_another_body_is_422_and_changes_nothing() {
    let scene = Scene::new().await;
    let database = Database::open(scene.server.directory()).await;
    for ((path, body, status), other) in scene.requests().into_iter().zip(scene.other_bodies()) {
        let first = post(&scene.alice, &path, "k", &body).await.expect(status);
        let before = database.snapshot().await;
        let refused =
            post(&scene.alice, &path, "k", &other).await.expect_problem(422, "idempotency-mismatch");
        assert!(!refused.text.contains("ntrc_"), "{}", refused.text);
        assert!(before == database.snapshot().await, "{path}");
        assert_eq!(seen(&first), seen(&post(&scene.alice, &path, "k", &body).await));
    }
}

#[tokio::test]
async fn does_not_bring_back_what_was_removed() {
    let scene = Scene::new().await;
    let [_, (messages, body, _), ..] = scene.requests();
    let first = post(&scene.alice, &messages, "k", &body).await.expect(201);
    let uri = first.json()["uri"].clone();
    scene.alice.client.delete(text(&uri)).await.expect(200);
    let again = post(&scene.alice, &messages, "k", &body).await;
    assert_eq!(seen(&first), seen(&again));
    scene.alice.client.get(path(&uri)).await.expect_problem(404, "not-found");
}

#[tokio::test]
async fn a_failure_is_not_remembered() {
    let scene = Scene::new().await;
    let taken = json!({"name": "plans", "owner": "alice"});
    post(&scene.alice, "/spaces", "k", &taken).await.expect_problem(409, "name-taken");
    scene.alice.client.delete(path(&scene.space["uri"])).await.expect(200);
    let created = post(&scene.alice, "/spaces", "k", &taken).await.expect(201);
    assert_eq!(seen(&created), seen(&post(&scene.alice, "/spaces", "k", &taken).await));

    let share = json!({"uri": created.json()["messages-r"], "user": "nobody"});
    post(&scene.alice, "/share", "k", &share).await.expect_problem(400, "invalid-input");
    let share = json!({"uri": created.json()["messages-r"], "user": "bob"});
    post(&scene.alice, "/share", "k", &share).await.expect(200);
}
