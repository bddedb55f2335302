//! What the book's implementation does and this one does not, line by line. Capabilities have their own file.

use reqwest::Method;
use serde_json::json;

use crate::{
    client::{Client, password, path, send, text},
    server::Server,
    wire,
};

#[tokio::test]
async fn the_method_override_header_is_ignored() {
    let server = Server::start();
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let space = alice.create_space("plans").await;
    let uri = alice.post(path(&space["messages-rwd"]), "hello").await["uri"].clone();
    for (client, status) in [(&bob.client, 403), (&alice.client, 200)] {
        let request = client.request(Method::GET, path(&uri));
        send(request.header("X-HTTP-Method-Override", "DELETE")).await.expect(status);
    }
    let listed = alice.client.request(Method::POST, path(&space["messages-rwd"]));
    let listed = listed.header("X-HTTP-Method-Override", "GET").header("content-type", "application/json");
    send(listed).await.expect_problem(400, "malformed");
    alice.client.get(path(&uri)).await.expect(200);
}

#[tokio::test]
async fn head_tells_no_more_than_get() {
    let server = Server::start();
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let space = alice.create_space("plans").await;
    let there = path(&alice.post(path(&space["messages-rwd"]), "hello").await["uri"]).to_owned();
    let missing = format!("{}/01890a5d-ac96-774b-bcce-b302099a8057", path(&space["messages-rwd"]));
    let head =
        async |client: &Client, path: &str| send(client.request(Method::HEAD, path)).await.status.as_u16();
    for path in [&there, &missing] {
        assert_eq!(head(&bob.client, path).await, 403, "who may not read learns nothing");
        assert_eq!(head(&server.visitor(), path).await, 401);
    }
    assert_eq!((head(&alice.client, &there).await, head(&alice.client, &missing).await), (200, 404));
}

#[tokio::test]
async fn a_bad_bearer_is_401_and_does_not_go_on_as_anonymous() {
    let server = Server::start();
    let forged = server.visitor().with_token("ntrs_forged");
    let registration = json!({"username": "bob", "password": "long enough"});
    for answer in [forged.get("/spaces").await, forged.post("/users", &registration).await] {
        let answer = answer.expect_problem(401, "invalid-token");
        assert_eq!(answer.header("www-authenticate"), Some(r#"Bearer error="invalid_token""#));
    }
}

#[tokio::test]
async fn what_was_a_500() {
    let server = Server::start();
    let alice = server.user("alice").await;
    let space = alice.create_space("plans").await;
    let messages = path(&space["messages-rwd"]);
    let uri = alice.post(messages, "hello").await["uri"].clone();
    let again = json!({"username": "alice", "password": "long enough"});
    server.visitor().post("/users", &again).await.expect_problem(409, "name-taken");
    let again = json!({"name": "plans", "owner": "alice"});
    alice.client.post("/spaces", &again).await.expect_problem(409, "name-taken");
    alice.client.get(&format!("{messages}?since=yesterday")).await.expect_problem(400, "invalid-input");
    alice.client.delete(path(&uri)).await.expect(200);
    alice.client.delete(path(&uri)).await.expect_problem(404, "not-found");
    let share = json!({"uri": "nonsense", "user": "alice"});
    alice.client.post("/share", &share).await.expect_problem(400, "invalid-input");
    let long = alice.post(messages, "hello").await["uri"].clone();
    alice.client.get(text(&long)).await.expect(200);
    let deep = format!(r#"{{"name": {}1{}, "owner": "alice"}}"#, "[".repeat(9999), "]".repeat(9999));
    send(alice.client.post_request("/spaces", deep)).await.expect_problem(400, "malformed");
    wire::send(&server.address, "GET /spaces HTTP/1.1", b"").expect_problem(400, "invalid-host");
}

#[tokio::test]
async fn json_is_strict_utf_8_and_bounded() {
    let server = Server::start();
    for (body, status) in [
        (br#"{"username": "bob", "password": "long enough",}"#.to_vec(), 400),
        (br#"{username: "bob", password: "long enough"}"#.to_vec(), 400),
        (b"{\"username\": \"bob\", \"password\": \"long enough \xff\"}".to_vec(), 400),
        (br#"{"username": "bob", "password": "long enough \ud800"}"#.to_vec(), 400),
        (vec![b' '; 1024 * 1024 + 1], 413),
        (br#"{"username": "bob", "password": "long enough"}"#.to_vec(), 201),
    ] {
        send(server.visitor().post_request("/users", body)).await.expect(status);
    }
}

#[tokio::test]
async fn a_charset_and_a_small_bearer_are_taken() {
    let server = Server::start();
    let alice = server.user("alice").await;
    for (number, scheme) in ["bearer", "BEARER", "Bearer"].into_iter().enumerate() {
        let request = server.visitor().request(Method::POST, "/spaces");
        let request = request
            .header("authorization", format!("{scheme} {}", alice.token))
            .header("content-type", "application/json; charset=utf-8");
        send(request.body(json!({"name": number.to_string(), "owner": "alice"}).to_string()))
            .await
            .expect(201);
    }
    let login = server.visitor().post_request("/sessions", "");
    let basic = base64::Engine::encode(
        &base64::engine::general_purpose::STANDARD,
        format!("alice:{}", password("alice")),
    );
    send(login.header("authorization", format!("basic {basic}"))).await.expect(201);
}

#[tokio::test]
async fn basic_is_for_sessions_only() {
    let server = Server::start();
    let alice = server.user("alice").await;
    let uri = path(&alice.create_space("plans").await["messages-rwd"]).to_owned();
    for path in ["/spaces", "/logs", "/sessions", &uri] {
        let request =
            server.visitor().request(Method::GET, path).basic_auth("alice", Some(password("alice")));
        send(request).await.expect_problem(401, "unauthenticated");
    }
    let request = server.visitor().request(Method::DELETE, "/sessions");
    send(request.basic_auth("alice", Some(password("alice")))).await.expect_problem(400, "malformed");
}

/// The book's one rule forbids deleting at night; there is no such rule here, and no setting for one.
#[tokio::test]
async fn no_rule_of_the_clock_blocks_logging_out() {
    let server = Server::start();
    let alice = server.user("alice").await;
    let (status, settings, _) = server.command(&["settings"]);
    // For how long the address of a picture is good is no such rule.
    let mut others = settings.lines().filter(|line| !line.starts_with("preview."));
    assert!(
        status.success() && !others.any(|line| line.contains("policy") || line.contains("hours")),
        "{settings}"
    );
    alice.client.delete("/sessions").await.expect(200);
}

#[tokio::test]
async fn there_is_no_built_in_user_and_no_page_without_checks() {
    let server = Server::start();
    for (name, word) in [("demo", "changeit"), ("demo", "demo"), ("admin", "admin"), ("natter", "password")] {
        let request = server.visitor().post_request("/sessions", "").basic_auth(name, Some(word));
        send(request).await.expect_problem(401, "unauthenticated");
    }
    let database = crate::database::Database::open(server.directory()).await;
    assert_eq!(database.snapshot().await, [""; 0], "a new database has nobody in it");
    for page in ["/docs", "/docs/problems", "/openapi.json"] {
        let answer = server.visitor().get(page).await.expect(200);
        let policy = answer.header("content-security-policy").expect("a policy");
        assert!(
            policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"),
            "{policy}"
        );
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        let strange = format!("GET {page} HTTP/1.1\nHost: evil.example");
        wire::send(&server.address, &strange, b"").expect_problem(400, "invalid-host");
    }
}
