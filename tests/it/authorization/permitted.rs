//! The same requests with the right caller: without this, a refusal could have any reason.

use super::{
    scene::Scene,
    table::{Access, OPERATIONS, Operation},
};
use crate::client::{send, token};

async fn permit(scene: &Scene, row: &Operation, me: &str, query: &str) {
    let changes_nothing = row.request.starts_with("GET ") || row.id == "logOut" && me != "owner";
    let before = scene.database.snapshot().await;
    let answer = send(scene.request(row, me, Some(&scene.people[me].token), query)).await;
    assert!(answer.status.is_success(), "{} as {me}: {} {}", row.id, answer.status, answer.text);
    let answer = answer.expect_security_headers();
    assert_eq!(answer.header("content-type"), Some("application/json;charset=utf-8"), "{}", row.id);
    let changed = before != scene.database.snapshot().await;
    assert_eq!(changed, !changes_nothing, "{} as {me} changes something, or not", row.id);
}

/// What destroys nothing shares a server; the others have one each.
#[tokio::test]
async fn by_the_owner() {
    let shared = Scene::new().await;
    for row in OPERATIONS {
        let own = if row.request.starts_with("GET ") { None } else { Some(Scene::new().await) };
        let scene = own.as_ref().unwrap_or(&shared);
        // An owner of a space that has other members stays; a stranger owns none.
        let me = if row.id == "deleteAccount" { "stranger" } else { "owner" };
        permit(scene, row, me, "").await;
    }
}

#[tokio::test]
async fn by_every_role_that_is_not_too_weak() {
    let scene = Scene::new().await;
    for row in OPERATIONS.iter().filter(|row| row.request.starts_with("GET ") || row.id == "postMessage") {
        let (Access::Role { weak } | Access::Permission { weak, .. }) = row.access else { continue };
        for me in ["moderator", "member", "observer"].iter().filter(|role| !weak.contains(role)) {
            permit(&scene, row, me, "").await;
        }
    }
}

#[tokio::test]
async fn by_a_capability_alone() {
    for row in OPERATIONS {
        let Access::Permission { letter, place, .. } = row.access else { continue };
        let scene = Scene::new().await;
        let uri = scene.owner().share(scene.space.get(place), "stranger", Some(&letter.to_string())).await;
        permit(&scene, row, "stranger", &format!("?access_token={}", token(&uri))).await;
    }
}
