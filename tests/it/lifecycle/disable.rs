//! Disabling an account, and enabling it again.

use std::time::Instant;

use serde_json::{Value, json};

use super::{admin, audited, once, refused};
use crate::{
    client::{password, path, send, text},
    database::Database,
    process::PATIENCE,
    server::Server,
};

/// What a login is answered, without what differs each time.
async fn login(server: &Server, name: &str, word: &str) -> (u16, Value) {
    let request = server.visitor().post_request("/sessions", "").basic_auth(name, Some(word));
    let answer = send(request).await;
    let mut body = answer.json();
    body["request_id"] = Value::Null;
    body["token"] = Value::Null;
    (answer.status.as_u16(), body)
}

#[tokio::test]
async fn a_disabled_account_has_no_session_and_gets_none_until_it_is_enabled() {
    let server = Server::start();
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let second = server.visitor().log_in("bob").await;
    let space = alice.create_space("plans").await;
    alice.add_member(path(&space["uri"]), "bob", "member").await;
    let shared = alice.share(text(&space["messages-rw"]), "bob", None).await;
    bob.post(&shared, "still there").await;

    let said = admin(&server, &["disable", "bob"]);
    assert!(said.contains("bob"), "{said}");
    for session in [&bob, &second] {
        session.client.get("/spaces").await.expect_problem(401, "invalid-token");
        session.client.get(&shared).await.expect_problem(401, "invalid-token");
        session.client.post("/sessions", &json!({})).await.expect_problem(401, "invalid-token");
    }
    let refusal = login(&server, "bob", &password("bob")).await;
    assert_eq!(refusal.0, 401);
    assert_eq!(refusal, login(&server, "alice", "a wrong guess").await);
    assert_eq!(refusal, login(&server, "nobody", "a wrong guess").await);
    // What it said and what it is a member of stay.
    let members = alice.client.get(&format!("{}/members", path(&space["uri"]))).await.expect(200);
    assert!(members.text.contains("bob"), "{}", members.text);

    admin(&server, &["enable", "bob"]);
    bob.client.get("/spaces").await.expect_problem(401, "invalid-token");
    let again = server.visitor().log_in("bob").await;
    again.client.get(&shared).await.expect(200);
    assert_eq!(audited(&server, "disable"), once("bob"));
    assert_eq!(audited(&server, "enable"), once("bob"));
}

/// Failed attempts slow the next ones, whether the account is there, disabled, or not there at all.
#[tokio::test]
async fn guesses_at_a_disabled_account_count_like_any() {
    let server = Server::start();
    server.user("bob").await;
    server.user("carol").await;
    admin(&server, &["disable", "bob"]);
    let mut seen = Vec::new();
    for name in ["bob", "carol", "nobody"] {
        let mut statuses = Vec::new();
        for _ in 0..6 {
            statuses.push(login(&server, name, "a wrong guess").await.0);
        }
        seen.push(statuses);
    }
    // The others lately logged in from here, and wait for themselves only; all wait after five.
    assert!(seen.iter().all(|statuses| statuses == &[401, 401, 401, 401, 401, 429]), "{seen:?}");
}

#[tokio::test]
async fn an_unknown_account_is_told_and_audited() {
    let server = Server::start();
    for command in ["disable", "enable", "erase", "export", "grant-auditor"] {
        let complaint = refused(&server, &[command, "nobody"]);
        assert!(complaint.contains("there is no account nobody"), "{complaint}");
        assert_eq!(audited(&server, command), [(0, String::new()), (404, String::new())], "{command}");
    }
}

/// While a password is being checked, the account is disabled or its password changed: no session comes of it.
#[tokio::test]
async fn a_login_that_was_on_its_way_comes_too_late() {
    // A hash takes long enough to change something meanwhile.
    let costly = [("NATTER_PASSWORDS__MEMORY_KIB", "19456"), ("NATTER_PASSWORDS__ITERATIONS", "30")];
    let server = Server::start_with(&costly);
    let database = Database::open(server.directory()).await;
    for (name, change) in [("alice", "disabled = true"), ("bob", "password = password || 'x'")] {
        server.visitor().register(name).await;
        let begun = "SELECT path FROM audit WHERE path = '/sessions' AND status IS NULL";
        let before = database.texts(begun).await.len();
        let attempt = server.visitor().post_request("/sessions", "").basic_auth(name, Some(password(name)));
        let attempt = tokio::spawn(send(attempt));
        let deadline = Instant::now() + PATIENCE;
        while database.texts(begun).await.len() == before {
            assert!(Instant::now() < deadline, "the login does not begin");
        }
        let changed = database
            .execute(&format!(
                "UPDATE account SET {change} WHERE name = '{name}' AND NOT EXISTS (SELECT 1 FROM session)"
            ))
            .await;
        assert_eq!(changed, 1, "the login was quicker");
        attempt.await.expect("no panic").expect_problem(401, "unauthenticated");
        assert_eq!(database.texts("SELECT hex(id) FROM session").await, Vec::<String>::new());
    }
}
