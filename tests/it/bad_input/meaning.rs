//! Values that fit their schema and are still none that the operation can take.

use serde_json::{Value, json};

use crate::{
    authorization::{refused::refuse, scene::Scene},
    client::{bare, token},
};

#[tokio::test]
async fn each_is_named() {
    let scene = Scene::new().await;
    let (space, capability) = (&scene.space, scene.space.messages.clone());
    let space_path = bare(&space.space).to_owned();
    let messages = bare(&space.messages).to_owned();
    let share = |uri: &str, perms: &str| json!({"uri": uri, "user": "member", "perms": perms});
    let other = bare(&scene.other.messages).to_owned();
    let moved = format!("{other}?access_token={}", token(&capability));
    let cases: Vec<(&str, Value, &str)> = vec![
        ("/spaces", json!({"name": "x", "owner": "member"}), "owner"),
        ("/spaces", json!({"name": "x", "owner": "nobody"}), "owner"),
        ("/spaces", json!({"name": "x", "owner": "Owner"}), "owner"),
        (&messages, json!({"author": "member", "message": "x"}), "author"),
        (&messages, json!({"author": "nobody", "message": "x"}), "author"),
        (
            "/users/owner/password",
            json!({"current_password": "wrong", "new_password": "long enough"}),
            "current_password",
        ),
        ("/share", share(&capability, ""), "perms"),
        ("/share", share(&capability, "x"), "perms"),
        ("/share", share(&capability, "rr"), "perms"),
        ("/share", share(&capability, "R"), "perms"),
        ("/share", share(&messages, "r"), "uri"),
        ("/share", share("", "r"), "uri"),
        ("/share", share("/spaces?access_token=", "r"), "uri"),
        ("/share", share(&capability[..capability.len() - 1], "r"), "uri"),
        ("/share", share(&format!("{capability}&since=x"), "r"), "uri"),
        ("/share", share(&format!("https://evil.example{capability}"), "r"), "uri"),
        ("/share", share(&moved, "r"), "uri"),
        ("/share", json!({"uri": capability, "user": "nobody"}), "user"),
    ];
    for (path, body, field) in cases {
        let request = scene.owner().client.post_request(path, body.to_string());
        let what = format!("{path} {body}");
        let answer = refuse(&scene, &what, request, (400, "invalid-input"), None).await;
        assert_eq!(answer.fields(), [field], "{what}");
    }
    for (path, body) in [
        (format!("{space_path}/members"), json!({"username": "nobody"})),
        (format!("{space_path}/owner"), json!({"username": "nobody"})),
        (format!("{space_path}/owner"), json!({"username": "stranger"})),
        (format!("{space_path}/owner"), json!({"username": "owner"})),
    ] {
        let request = scene.owner().client.post_request(&path, body.to_string());
        let answer = refuse(&scene, &path, request, (400, "invalid-input"), None).await;
        assert_eq!(answer.fields(), ["username"], "{path} {body}");
    }
    for (path, body) in [
        ("/users", json!({"username": "owner", "password": "long enough"})),
        ("/spaces", json!({"name": "plans", "owner": "owner"})),
    ] {
        let request = scene.owner().client.post_request(path, body.to_string());
        refuse(&scene, path, request, (409, "name-taken"), None).await;
    }
}
