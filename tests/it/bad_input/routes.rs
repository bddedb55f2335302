//! Methods that a path does not take, and paths that are none.

use std::collections::BTreeMap;

use reqwest::Method;

use crate::{
    authorization::{
        refused::refuse,
        scene::Scene,
        table::{OPERATIONS, document, documented},
    },
    client::{bare, send},
    wire,
};

const METHODS: [&str; 9] =
    ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "MADEUPBYSOMEBODY"];

#[tokio::test]
async fn other_methods_are_405_and_the_allowed_ones_are_listed() {
    let scene = Scene::new().await;
    let document = document();
    let mut paths: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    let documented = documented(&document);
    for (_, request, _) in &documented {
        let (method, path) = request.split_once(' ').expect("a method and a path");
        paths.entry(scene.fill(&path.replace("{username}", "owner"), "owner")).or_default().push(method);
    }
    for (path, taken) in paths {
        for name in METHODS.into_iter().filter(|method| !taken.contains(method)) {
            let method = Method::from_bytes(name.as_bytes()).expect("a token");
            for client in [scene.server.visitor(), scene.owner().client.clone()] {
                let request = client.request(method.clone(), &path);
                let answer =
                    refuse(&scene, &format!("{name} {path}"), request, (405, "method-not-allowed"), None)
                        .await;
                let mut allow: Vec<_> = answer.header("allow").expect("Allow").split(", ").collect();
                let mut expected = taken.clone();
                allow.sort_unstable();
                expected.sort_unstable();
                assert_eq!(allow, expected, "{path}");
            }
        }
    }
    let log = scene.owner().client.get("/logs?limit=1000").await.expect(200).text;
    assert!(!log.contains("MADEUPBYSOMEBODY") && !scene.server.log().contains("MADEUPBYSOMEBODY"));
}

#[tokio::test]
async fn paths_that_are_none_are_404() {
    let scene = Scene::new().await;
    let space = bare(&scene.space.space).to_owned();
    let below = |rest: &str| format!("{space}{rest}");
    let paths = [
        "/x".to_owned(),
        "/spaces/".to_owned(),
        "//spaces".to_owned(),
        "/SPACES".to_owned(),
        "/s%70aces".to_owned(),
        "/spaces%2f".to_owned(),
        "/users/owner/".to_owned(),
        "/.git/config".to_owned(),
        "/docs/../logs/x".to_owned(),
        "/metrics".to_owned(),
        below("/"),
        below("/messages/"),
        below("//messages"),
        below("/messages%2f"),
        below("/nothing"),
        below("/members/owner/x"),
        below(&"/x".repeat(2000)),
    ];
    for path in paths {
        for client in [scene.server.visitor(), scene.owner().client.clone()] {
            for method in [Method::GET, Method::POST, Method::DELETE] {
                let request = client.request(method, &path);
                refuse(&scene, &path, request, (404, "not-found"), None).await;
            }
        }
    }
    let log = scene.server.log();
    assert!(!log.contains(".git") && !log.contains("/nothing"), "what was typed is not logged: {log}");
}

/// The real method is checked, and the real method is obeyed.
#[tokio::test]
async fn a_method_override_is_ignored() {
    let scene = Scene::new().await;
    let before = scene.database.snapshot().await;
    for header in ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"] {
        for row in OPERATIONS.iter().filter(|row| row.request.starts_with("GET ")) {
            let request = scene.request(row, "owner", Some(&scene.owner().token), "");
            send(request.header(header, "DELETE")).await.expect(200);
            let request = scene.request(row, "owner", Some(&scene.owner().token), "?_method=DELETE");
            assert_eq!(send(request).await.expect_problem(400, "invalid-input").fields(), ["_method"]);
            // Nor does it turn a method that needs a scope into one that needs another.
            let reader = scene.without_scope("stranger", "").await;
            let request = scene.request(row, "owner", Some(&reader.token), "");
            let answer = send(request.header(header, "OPTIONS")).await;
            if row.request.contains("{space_id}") {
                answer.expect_problem(403, "forbidden");
            }
        }
    }
    let sessions =
        |rows: Vec<String>| rows.into_iter().filter(|row| !row.starts_with("session ")).collect::<Vec<_>>();
    assert_eq!(sessions(before), sessions(scene.database.snapshot().await));
}

/// `HEAD` is judged as `GET` is, and answered without a body.
#[tokio::test]
async fn head_is_judged_as_get() {
    let scene = Scene::new().await;
    let gone = scene.space.second_message.as_str();
    scene.owner().client.delete(gone).await.expect(200);
    let (message, gone) = (bare(&scene.space.message), bare(gone));
    for (name, there, missing) in [("owner", 200, 404), ("observer", 200, 404), ("stranger", 403, 403)] {
        let token = &scene.people[name].token;
        for (path, status) in [(message, there), (gone, missing)] {
            let head = format!(
                "HEAD {path} HTTP/1.1\nHost: {}\nAuthorization: Bearer {token}",
                scene.server.address
            );
            let answer =
                wire::send(&scene.server.address, &head, b"").expect(status).expect_security_headers();
            assert_eq!(answer.text, "", "{name} HEAD {path}");
        }
    }
    for row in OPERATIONS.iter().filter(|row| row.request.starts_with("GET ")) {
        let (_, template) = row.request.split_once(' ').expect("a path");
        let head = format!("HEAD {} HTTP/1.1\nHost: {}", scene.fill(template, "owner"), scene.server.address);
        let answer = wire::send(&scene.server.address, &head, b"").expect(401);
        assert_eq!(answer.header("www-authenticate"), Some("Bearer"), "{}", row.id);
    }
}
