//! Every operation without, with a wrong, and with too weak a session: refused as the contract says, with no effect.

use reqwest::RequestBuilder;

use super::{
    scene::Scene,
    table::{Access, OPERATIONS, Operation},
};
use crate::client::{Answer, send, token, trying};

const INVALID_TOKEN: &str = r#"Bearer error="invalid_token""#;

/// Sends a request that must be refused with this status, problem and challenge, and must change nothing.
pub async fn refuse(
    scene: &Scene,
    what: &str,
    request: RequestBuilder,
    (status, kind): (u16, &str),
    challenge: Option<&str>,
) -> Answer {
    let before = scene.database.snapshot().await;
    let answer = send(request).await;
    trying(&format!("{what}: {} {}", answer.status, answer.text));
    let answer = answer.expect_problem(status, kind);
    assert_eq!(answer.header("www-authenticate"), challenge, "{what}");
    assert!(before == scene.database.snapshot().await, "{what}: refused, and yet it changed something");
    answer
}

fn changed(token: &str) -> String {
    // The last character but one: the last one has bits that stand for nothing, and is refused for those.
    let (head, tail) = token.split_at(token.len() - 2);
    let other = if tail.starts_with('A') { 'B' } else { 'A' };
    format!("{head}{other}{}", &tail[1..])
}

#[tokio::test]
async fn without_a_session() {
    let scene = Scene::new().await;
    for row in OPERATIONS.iter().filter(|row| row.access != Access::Anyone) {
        let request = scene.request(row, "owner", None, "");
        refuse(&scene, row.id, request, (401, "unauthenticated"), Some("Bearer")).await;
    }
}

#[tokio::test]
async fn with_a_token_that_is_none() {
    let scene = Scene::new().await;
    let good = &scene.owner().token;
    let ended = scene.server.visitor().log_in("owner").await;
    ended.client.delete("/sessions").await.expect(200);
    let tokens = [
        ("changed", changed(good)),
        ("cut short", good[..good.len() - 1].to_owned()),
        ("too long", format!("{good}A")),
        ("a capability", token(&scene.space.space).to_owned()),
        ("of a session that has ended", ended.token),
        ("nothing", String::new()),
    ];
    for row in OPERATIONS {
        for (how, token) in &tokens {
            let request = scene.request(row, "owner", Some(token), "");
            let what = format!("{} with a token {how}", row.id);
            refuse(&scene, &what, request, (401, "invalid-token"), Some(INVALID_TOKEN)).await;
        }
    }
}

#[tokio::test]
async fn with_a_session_that_lacks_the_scope() {
    let scene = Scene::new().await;
    for row in OPERATIONS {
        let Some(scope) = row.scope else { continue };
        let session = scene.without_scope("owner", scope).await;
        let request = scene.request(row, "owner", Some(&session.token), "");
        let challenge = format!(r#"Bearer error="insufficient_scope",scope="{scope}""#);
        refuse(&scene, row.id, request, (403, "insufficient-scope"), Some(&challenge)).await;
        // The scope is judged before the permission.
        if !matches!(row.access, Access::Session) {
            let stranger = scene.without_scope("stranger", scope).await;
            let request = scene.request(row, "owner", Some(&stranger.token), "");
            refuse(&scene, row.id, request, (403, "insufficient-scope"), Some(&challenge)).await;
        }
    }
}

/// What a session of somebody else gets. `None`: the operation reaches only what is the caller's own anyway.
fn foreign(row: &Operation) -> Option<(u16, &'static str)> {
    match row.access {
        Access::Anyone | Access::Session => None,
        Access::Own(status, kind) => Some((status, kind)),
        Access::Auditor | Access::Role { .. } | Access::Permission { .. } => Some((403, "forbidden")),
    }
}

#[tokio::test]
async fn with_a_session_of_another_user() {
    let scene = Scene::new().await;
    let stranger = &scene.people["stranger"];
    for row in OPERATIONS {
        if let Some(expected) = foreign(row) {
            let request = scene.request(row, "owner", Some(&stranger.token), "");
            let answer = refuse(&scene, row.id, request, expected, None).await;
            assert!(!answer.text.contains("plans") && !answer.text.contains("moderator"), "{}", answer.text);
        }
    }
    for path in ["/sessions", "/spaces"] {
        let seen = stranger.client.get(path).await.expect(200);
        let own = seen.json().as_array().expect("a list").len();
        assert_eq!(
            own,
            usize::from(path == "/sessions"),
            "{path} shows only what is the caller's: {}",
            seen.text
        );
    }
}

#[tokio::test]
async fn with_a_role_that_is_too_weak() {
    let scene = Scene::new().await;
    for row in OPERATIONS {
        let (Access::Role { weak } | Access::Permission { weak, .. }) = row.access else { continue };
        for role in weak {
            let request = scene.request(row, role, Some(&scene.people[role].token), "");
            refuse(&scene, &format!("{} as {role}", row.id), request, (403, "forbidden"), None).await;
        }
    }
}

/// An unknown space and a foreign one look alike, down to the last byte but the request's id.
#[tokio::test]
async fn an_unknown_space_looks_like_a_foreign_one() {
    let scene = Scene::new().await;
    let stranger = &scene.people["stranger"];
    let unknown = uuid::Uuid::from_u128(7).to_string();
    let shown = |answer: Answer| {
        let mut problem = answer.json();
        problem["request_id"] = "".into();
        problem
    };
    for row in OPERATIONS.iter().filter(|row| row.request.contains("{space_id}")) {
        let foreign = scene.request(row, "stranger", Some(&stranger.token), "");
        let foreign = refuse(&scene, row.id, foreign, (403, "forbidden"), None).await;
        let request = row.request.replace("{space_id}", &unknown).leak();
        let row = Operation { request, ..*row };
        let missing = scene.request(&row, "stranger", Some(&stranger.token), "");
        let missing = refuse(&scene, row.id, missing, (403, "forbidden"), None).await;
        assert_eq!(shown(foreign), shown(missing), "{}", row.id);
    }
}
