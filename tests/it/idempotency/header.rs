//! What the header may be, and where.

use reqwest::header::HeaderValue;

use super::{Scene, post};
use crate::{
    authorization::{
        refused::refuse,
        scene,
        table::{OPERATIONS, document, documented},
    },
    client::send,
    database::Database,
    wire,
};

const HEADER: &str = "Idempotency-Key";

#[tokio::test]
async fn bad_values_are_named() {
    let scene = Scene::new().await;
    let database = Database::open(scene.server.directory()).await;
    let long = "k".repeat(256);
    let values: [&[u8]; 7] = [b"", b"a b", b"a\tb", b"\xff", "käse".as_bytes(), b"a\x7f", long.as_bytes()];
    let before = database.snapshot().await;
    for (path, body, _) in scene.requests() {
        for value in values {
            let value = HeaderValue::from_bytes(value).unwrap_or_else(|_| HeaderValue::from_static(""));
            let request = scene.alice.client.post_request(&path, body.to_string()).header(HEADER, value);
            let answer = send(request).await.expect_problem(400, "invalid-input");
            assert_eq!(answer.fields(), [HEADER], "{path}");
        }
        let doubled = scene.alice.client.post_request(&path, body.to_string());
        let answer = send(doubled.header(HEADER, "k").header(HEADER, "k")).await;
        assert_eq!(answer.expect_problem(400, "invalid-input").fields(), [HEADER], "{path}");
    }
    // No client sends this.
    let (path, body, _) = &scene.requests()[0];
    let body = body.to_string();
    let head = format!(
        "POST {path} HTTP/1.1\nHost: {}\nAuthorization: Bearer {}\nContent-Type: application/json\n\
         Content-Length: {}\nIdempotency-Key: a\x7fb",
        scene.server.address,
        scene.alice.token,
        body.len()
    );
    assert_eq!(wire::send(&scene.server.address, &head, body.as_bytes()).status.as_u16(), 400);
    assert!(before == database.snapshot().await);
    for (path, body, status) in scene.requests() {
        let longest = format!("!~{}", "k".repeat(253));
        post(&scene.alice, &path, &longest, &body).await.expect(status);
    }
}

/// Where it would mean nothing it is refused, and where nothing can happen twice it is ignored.
#[tokio::test]
async fn it_is_taken_where_the_document_says() {
    let scene = scene::Scene::new().await;
    let document = document();
    let mut takes = Vec::new();
    for (id, _, operation) in documented(&document) {
        let row = OPERATIONS.iter().find(|row| row.id == id).expect("a row");
        let request = scene.request(row, "owner", Some(&scene.owner().token), "").header(HEADER, "k");
        if operation["parameters"].as_array().expect("a list").iter().any(|one| one["name"] == HEADER) {
            takes.push(id);
        } else if row.request.starts_with("POST ") {
            let answer = refuse(&scene, id, request, (400, "invalid-input"), None).await;
            assert_eq!(answer.fields(), [HEADER], "{id}");
        } else if row.request.starts_with("GET ") {
            assert!(send(request).await.status.is_success(), "{id}");
        }
    }
    takes.sort_unstable();
    assert_eq!(takes, ["addMember", "createSpace", "postMessage", "shareCapability"]);
}
