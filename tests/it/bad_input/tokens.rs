//! Credentials in every broken form.

use std::time::Instant;

use crate::{
    authorization::{refused::refuse, scene::Scene, table::OPERATIONS},
    client::{password, send, token},
    process::PATIENCE,
    server::Server,
};

const INVALID_TOKEN: &str = r#"Bearer error="invalid_token""#;

#[tokio::test]
async fn what_is_not_one_good_bearer_token() {
    let scene = Scene::new().await;
    let foreign = Server::start().user("owner").await.token;
    let good = &scene.owner().token;
    let capability = token(&scene.space.space);
    let cases: [(Vec<String>, u16, &str, Option<&str>); 14] = [
        (vec![format!("Bearer {foreign}")], 401, "invalid-token", Some(INVALID_TOKEN)),
        (vec![format!("Bearer {capability}")], 401, "invalid-token", Some(INVALID_TOKEN)),
        (vec![format!("Bearer {good} {good}")], 401, "invalid-token", Some(INVALID_TOKEN)),
        (vec![format!("Bearer {good},{good}")], 401, "invalid-token", Some(INVALID_TOKEN)),
        (vec![format!("Bearer \"{good}\"")], 401, "invalid-token", Some(INVALID_TOKEN)),
        (vec![format!("Bearer {}", good.to_uppercase())], 401, "invalid-token", Some(INVALID_TOKEN)),
        (vec![format!("Bearer {good}=")], 401, "invalid-token", Some(INVALID_TOKEN)),
        (vec![format!("Bearer {}", "A".repeat(20_000))], 401, "invalid-token", Some(INVALID_TOKEN)),
        (vec!["Bearer".to_owned()], 401, "invalid-token", Some(INVALID_TOKEN)),
        (vec![good.clone()], 401, "unauthenticated", Some("Bearer")),
        (vec![format!("Token {good}")], 401, "unauthenticated", Some("Bearer")),
        (vec!["Bearer é".to_owned()], 401, "unauthenticated", Some("Bearer")),
        (vec![String::new()], 401, "unauthenticated", Some("Bearer")),
        (vec![format!("Bearer {good}"), format!("Bearer {good}")], 400, "malformed", None),
    ];
    for row in OPERATIONS {
        for (values, status, kind, challenge) in &cases {
            let request = scene.request(row, "owner", None, "");
            let request = values
                .iter()
                .fold(request, |request, value| request.header("authorization", value.as_bytes()));
            refuse(&scene, row.id, request, (*status, kind), *challenge).await;
        }
    }
    let log = scene.server.log();
    assert!(!log.contains(good) && !log.contains(&foreign) && !log.contains(capability), "{log}");
}

#[tokio::test]
async fn basic_that_cannot_be_decoded_is_400_and_names_nothing() {
    let scene = Scene::new().await;
    let login = OPERATIONS.iter().find(|row| row.id == "logIn").expect("a row");
    // Not base64; padding missing; no colon; not UTF-8.
    for credentials in ["!!!", "YWxpY2U6cHc", "YWxpY2U=", "/zp4", ""] {
        let request =
            scene.request(login, "owner", None, "").header("authorization", format!("Basic {credentials}"));
        refuse(&scene, credentials, request, (400, "malformed"), None).await;
    }
}

#[tokio::test]
async fn basic_opens_nothing_but_sessions() {
    let scene = Scene::new().await;
    for row in OPERATIONS.iter().filter(|row| row.id != "logIn") {
        let request = scene.request(row, "owner", None, "").basic_auth("owner", Some(password("owner")));
        let (expected, challenge) = match row.id {
            "logOut" => ((400, "malformed"), None),
            _ => ((401, "unauthenticated"), Some("Bearer")),
        };
        refuse(&scene, row.id, request, expected, challenge).await;
    }
}

#[tokio::test]
async fn a_session_ends_with_its_lifetime() {
    let server = Server::start_with(&[("NATTER_SESSIONS__LIFETIME_SECONDS", "1")]);
    let alice = server.user("alice").await;
    let deadline = Instant::now() + PATIENCE;
    let answer = loop {
        let answer = send(alice.client.request(reqwest::Method::GET, "/spaces")).await;
        if answer.status != 200 {
            break answer;
        }
        assert!(Instant::now() < deadline, "it never ends");
    };
    let answer = answer.expect_problem(401, "invalid-token");
    assert_eq!(answer.header("www-authenticate"), Some(INVALID_TOKEN));
    server.visitor().log_in("alice").await;
}
