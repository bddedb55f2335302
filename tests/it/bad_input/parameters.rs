//! Bad ids in paths, and bad parameters in queries.

use crate::{
    authorization::{
        refused::refuse,
        scene::Scene,
        table::{OPERATIONS, Operation, document, documented},
    },
    client::{password, send},
    server::Server,
};

/// Texts that are no id as the server writes them. A path holds them as they are.
const NO_IDS: [&str; 12] = [
    "1",
    "x",
    "01890A5D-AC96-774B-BCCE-B302099A8057",
    "01890a5dac96774bbcceb302099a8057",
    "%7B01890a5d-ac96-774b-bcce-b302099a8057%7D",
    "01890a5d-ac96-774b-bcce-b302099a805",
    "01890a5d-ac96-774b-bcce-b302099a8057%20",
    "%00",
    "%0d%0aSet-Cookie:%20x",
    "%zz",
    "%2e%2e%2fusers",
    "😀",
];

#[tokio::test]
async fn bad_ids_are_named() {
    let scene = Scene::new().await;
    let token = Some(scene.owner().token.as_str());
    let long = "a".repeat(5000);
    for row in OPERATIONS {
        for name in ["{space_id}", "{message_id}", "{capability_id}", "{session_id}"] {
            if !row.request.contains(name) {
                continue;
            }
            for id in NO_IDS.into_iter().chain([long.as_str()]) {
                let request = row.request.replace(name, id).leak();
                let bad = Operation { request, ..*row };
                let request = scene.request(&bad, "owner", token, "");
                let answer = refuse(&scene, bad.request, request, (400, "invalid-input"), None).await;
                assert_eq!(answer.fields(), [name.trim_matches(['{', '}'])], "{}", bad.request);
            }
        }
    }
    for (method, path) in
        [("DELETE", "/users/%00"), ("DELETE", "/users/a"), ("POST", "/users/%0aalice/password")]
    {
        let request = format!("{method} {path}").leak();
        let body = r#"{"current_password": "x", "new_password": "long enough"}"#;
        let row = OPERATIONS.iter().find(|row| row.id == "deleteAccount").expect("a row");
        let bad = Operation { request, body, ..*row };
        let request = scene.request(&bad, "owner", token, "");
        let answer = refuse(&scene, path, request, (400, "invalid-input"), None).await;
        assert_eq!(answer.fields(), ["username"], "{path}");
    }
}

/// What a parameter of this name or format cannot be.
fn bad_values(name: &str) -> &'static [&'static str] {
    match name {
        "limit" => {
            &["", "0", "-1", "1001", "1.5", "1e2", "ten", "99999999999999999999", "%00", "%zz", "5%20"]
        }
        "since" => &[
            "",
            "now",
            "1700000000",
            "2026-11-22",
            "2026-11-22T10:20:30",
            "2026-11-22%2010:20:30",
            "2026-02-30T00:00:00Z",
            "2026-11-22T25:00:00Z",
            "10000-01-01T00:00:00Z",
            "2026-11-22T10:20:30+02:00",
            "%00",
        ],
        "before" | "after" => &["", "x", "1.5", "01890A5D-AC96-774B-BCCE-B302099A8057", "%00", "%e2%80%ae"],
        "scope" => {
            &["everything", "read_message,post_message", "READ_MESSAGE", "read_message%0apost_message", "%00"]
        }
        other => panic!("no bad values are known for {other}"),
    }
}

#[tokio::test]
async fn bad_values_in_the_query_are_named() {
    let scene = Scene::new().await;
    let token = Some(scene.owner().token.as_str());
    let document = document();
    for (id, _, operation) in documented(&document) {
        let row = OPERATIONS.iter().find(|row| row.id == id).expect("a row");
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            let name = parameter["name"].as_str().expect("a name");
            if parameter["in"] != "query" {
                continue;
            }
            for value in bad_values(name) {
                let what = format!("{id}?{name}={value}");
                let request = scene.request(row, "owner", token, &format!("?{name}={value}"));
                let answer = refuse(&scene, &what, request, (400, "invalid-input"), None).await;
                assert_eq!(answer.fields(), [name], "{what}");
            }
            let good = if name == "limit" { "5" } else { "" };
            let query = format!("?{name}={good}&x=y&{name}={good}");
            let answer = refuse(
                &scene,
                &query,
                scene.request(row, "owner", token, &query),
                (400, "invalid-input"),
                None,
            )
            .await;
            assert_eq!(answer.fields(), [name], "{id}{query}");
        }
    }
}

#[tokio::test]
async fn queries_that_cannot_be_read() {
    let scene = Scene::new().await;
    let token = Some(scene.owner().token.as_str());
    for row in OPERATIONS {
        for query in ["?x=%ff", "?%c0%af=1", "?access_token=%ed%a0%80"] {
            refuse(&scene, row.id, scene.request(row, "owner", token, query), (400, "malformed"), None).await;
        }
        for (query, field) in [("?x=1&x=2", "x"), ("?x&x", "x"), ("?x=%00", "x"), ("?a%00b=1", "ab")] {
            let request = scene.request(row, "owner", token, query);
            let answer = refuse(&scene, row.id, request, (400, "invalid-input"), None).await;
            assert_eq!(answer.fields(), [field], "{}{query}", row.id);
        }
    }
}

#[tokio::test]
async fn both_cursors_of_the_timeline_at_once() {
    let scene = Scene::new().await;
    let id = "01890a5d-ac96-774b-bcce-b302099a8057";
    let row = OPERATIONS.iter().find(|row| row.id == "getTimeline").expect("a row");
    let query = format!("?before={id}&after={id}");
    let request = scene.request(row, "owner", Some(&scene.owner().token), &query);
    let answer = refuse(&scene, "both", request, (400, "invalid-input"), None).await;
    assert_eq!(answer.fields(), ["before", "after"]);
}

#[tokio::test]
async fn a_parameter_that_the_operation_does_not_know_is_named() {
    let server = Server::start();
    server.visitor().register("alice").await;
    let request = server.visitor().post_request("/sessions?scopes=read_message", "");
    let refused = send(request.basic_auth("alice", Some(password("alice")))).await;
    assert_eq!(refused.expect_problem(400, "invalid-input").fields(), ["scopes"]);
}
