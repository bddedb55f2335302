//! What clients of the book's API rely on.

use serde_json::{Value, json};

use crate::{
    client::{path, send, text},
    database::Database,
    server::Server,
};

#[tokio::test]
async fn every_reply_bears_the_headers() {
    let server = Server::start();
    let alice = server.user("alice").await;
    let good = [alice.client.get("/spaces").await, alice.client.get("/sessions").await];
    for answer in good {
        let answer = answer.expect(200).expect_security_headers();
        assert_eq!(answer.header("content-type"), Some("application/json;charset=utf-8"));
    }
    let created = alice.client.post("/spaces", &json!({"name": "plans", "owner": "alice"})).await;
    created.expect(201).expect_security_headers();
    for path in ["/spaces/x", "/x", "/logs"] {
        let answer = alice.client.get(path).await.expect_security_headers();
        assert_eq!(answer.header("content-type"), Some("application/problem+json"));
        assert_eq!(answer.json()["error"], answer.json()["detail"], "the book's clients read `error`");
    }
}

#[tokio::test]
async fn member_names_are_hyphenated() {
    let server = Server::start();
    let alice = server.user("alice").await;
    let space = alice.create_space("plans").await;
    let names: Vec<_> = space.as_object().expect("an object").keys().cloned().collect();
    assert_eq!(names, ["name", "uri", "messages-rwd", "messages-rw", "messages-r"]);
    let posted = alice.post(text(&space["messages-rw"]), "hello").await;
    let names: Vec<_> = posted.as_object().expect("an object").keys().cloned().collect();
    assert_eq!(names, ["uri", "read-only"]);
    let message = alice.client.get(text(&posted["uri"])).await.expect(200).json();
    let names: Vec<_> = message.as_object().expect("an object").keys().cloned().collect();
    assert_eq!(names, ["author", "time", "message", "links"]);
}

#[tokio::test]
async fn uris_are_relative_and_location_is_the_uri() {
    let server = Server::start();
    let alice = server.user("alice").await;
    let answer = alice.client.post("/spaces", &json!({"name": "plans", "owner": "alice"})).await.expect(201);
    let space = answer.json();
    assert_eq!(answer.header("location"), space["uri"].as_str());
    let body = json!({"author": "alice", "message": "hello"});
    let answer = alice.client.post(text(&space["messages-rwd"]), &body).await.expect(201);
    let posted = answer.json();
    assert_eq!(answer.header("location"), posted["uri"].as_str());
    let listed = alice.client.get(text(&space["messages-r"])).await.expect(200).json();
    for uri in [&space["uri"], &space["messages-rw"], &posted["uri"], &posted["read-only"], &listed[0]] {
        assert!(text(uri).starts_with("/spaces/") && text(uri).contains("?access_token="), "{uri}");
    }
    let answer =
        server.visitor().post("/users", &json!({"username": "bob", "password": "long enough"})).await;
    assert_eq!(answer.expect(201).header("location"), Some("/users/bob"));
}

#[tokio::test]
async fn lists_are_bare_strings() {
    let server = Server::start();
    let alice = server.user("alice").await;
    let space = alice.create_space("plans").await;
    let messages = text(&space["messages-rwd"]);
    assert_eq!(alice.client.get(messages).await.expect(200).json(), json!([]));
    for number in 1..=3 {
        alice.post(messages, &number.to_string()).await;
    }
    let listed = alice.client.get(messages).await.expect(200).json();
    let listed = listed.as_array().expect("a list");
    assert!(listed.len() == 3 && listed.iter().all(Value::is_string), "{listed:?}");
}

#[tokio::test]
async fn roles_are_echoed_and_default_to_member() {
    let server = Server::start();
    let alice = server.user("alice").await;
    server.visitor().register("bob").await;
    let members = format!("{}/members", path(&alice.create_space("plans").await["uri"]));
    for (roles, echoed) in [
        (None, json!(["member"])),
        (Some(json!(["observer"])), json!(["observer"])),
        (Some(json!(["observer", "moderator", "observer"])), json!(["observer", "moderator", "observer"])),
    ] {
        let mut body = json!({"username": "bob"});
        if let Some(roles) = roles {
            body["roles"] = roles;
        }
        let answer = alice.client.post(&members, &body).await.expect(200).json();
        assert_eq!(answer, json!({"username": "bob", "roles": echoed}));
    }
}

#[tokio::test]
async fn deletes_answer_200_with_an_empty_object() {
    let server = Server::start();
    let alice = server.user("alice").await;
    server.visitor().register("bob").await;
    let space = alice.create_space("plans").await;
    let uri = path(&space["uri"]).to_owned();
    let posted = alice.post(text(&space["messages-rw"]), "hello").await;
    alice.add_member(&uri, "bob", "member").await;
    let capabilities = alice.client.get(&format!("{uri}/capabilities")).await.expect(200).json();
    for path in [
        text(&posted["uri"]).to_owned(),
        format!("{uri}/members/bob"),
        format!("{uri}/capabilities/{}", text(&capabilities[0]["id"])),
        uri,
        "/sessions".to_owned(),
    ] {
        let answer = alice.client.delete(&path).await.expect(200);
        assert_eq!(answer.text, "{}", "{path}");
    }
}

#[tokio::test]
async fn owner_and_author_are_in_the_bodies_and_checked() {
    let server = Server::start();
    let (alice, _bob) = (server.user("alice").await, server.user("bob").await);
    let space = alice.create_space("plans").await;
    for (path, body, field) in [
        ("/spaces", json!({"name": "another", "owner": "bob"}), "owner"),
        ("/spaces", json!({"name": "another"}), "owner"),
        (text(&space["messages-rw"]), json!({"author": "bob", "message": "x"}), "author"),
        (text(&space["messages-rw"]), json!({"message": "x"}), "author"),
    ] {
        let answer = alice.client.post(path, &body).await.expect_problem(400, "invalid-input");
        assert_eq!(answer.fields(), [field]);
    }
}

#[tokio::test]
async fn login_is_an_empty_post() {
    let server = Server::start();
    server.visitor().register("alice").await;
    let login = server.visitor().post_request("/sessions", "");
    let answer = send(login.basic_auth("alice", Some(crate::client::password("alice")))).await.expect(201);
    let names: Vec<_> = answer.json().as_object().expect("an object").keys().cloned().collect();
    assert_eq!(names, ["token"]);
    assert!(text(&answer.json()["token"]).starts_with("ntrs_"));
}

#[tokio::test]
async fn text_comes_first_then_session_then_scope_then_permission() {
    let server = Server::start();
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let members = format!("{}/members", path(&alice.create_space("plans").await["uri"]));
    let scopeless = server.visitor().log_in_with("bob", "").await;
    let post = |client: &crate::client::Client, kind: &str| {
        client.request(reqwest::Method::POST, &members).header("content-type", kind.to_owned()).body("{}")
    };
    send(post(&server.visitor(), "text/plain")).await.expect_problem(415, "unsupported-media-type");
    send(post(&scopeless.client, "text/plain")).await.expect_problem(415, "unsupported-media-type");
    send(post(&server.visitor(), "application/json")).await.expect_problem(401, "unauthenticated");
    send(post(&scopeless.client, "application/json")).await.expect_problem(403, "insufficient-scope");
    send(post(&bob.client, "application/json")).await.expect_problem(403, "forbidden");
    send(post(&alice.client, "application/json")).await.expect_problem(400, "invalid-input");
}

#[tokio::test]
async fn since_is_inclusive_and_by_default_one_day_ago() {
    let server = Server::start();
    let alice = server.user("alice").await;
    let messages = path(&alice.create_space("plans").await["messages-rwd"]).to_owned();
    let mut times = Vec::new();
    for number in 1..=3 {
        let uri = alice.post(&messages, &number.to_string()).await["uri"].clone();
        times.push(text(&alice.client.get(path(&uri)).await.expect(200).json()["time"]).to_owned());
    }
    let count = async |query: &str| {
        let listed = alice.client.get(&format!("{messages}{query}")).await.expect(200).json();
        listed.as_array().expect("a list").len()
    };
    assert_eq!(count(&format!("?since={}", times[0])).await, 3);
    assert_eq!(count(&format!("?since={}", times[1])).await, 2);
    assert_eq!(count(&format!("?since={}", times[2])).await, 1);
    assert_eq!(count("?since=2999-01-01T00:00:00Z").await, 0);
    assert_eq!(count("").await, 3);

    let database = Database::open(server.directory()).await;
    let hours = |hours: u64| hours * 3_600_000_000;
    for (age, shown) in [(hours(23), 3), (hours(25), 2)] {
        let oldest = "SELECT min(id) FROM message";
        database.execute(&format!("UPDATE message SET posted_at = (SELECT max(posted_at) FROM message) - {age} WHERE id = ({oldest})")).await;
        assert_eq!(count("").await, shown, "a message of {} hours", age / hours(1));
    }
    assert_eq!(count("?since=2000-01-01T00:00:00Z").await, 3);
}
