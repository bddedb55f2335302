//! A little of everything that there is to ask: every operation, and the commands.

use reqwest::Method;
use serde_json::json;

use super::writers::Replicas;
use crate::client::{Client, Session, bare, password, path, send, text};

type Settings<'a> = &'a [(&'a str, &'a str)];

/// Runs the commands that change or read much, after [`every_operation`]: which, whether it went well, and what it said.
pub fn every_command(replicas: &Replicas, retention: &str) -> Vec<(String, bool, String)> {
    let days = ["MESSAGES", "AUDIT"].map(|what| format!("NATTER_RETENTION__{what}_DAYS"));
    let days = days.each_ref().map(|name| (name.as_str(), "3000"));
    let role = [("NATTER_DATABASE__URL", retention)];
    let commands: [(&[&str], Settings<'_>); 8] = [
        (&["admin", "grant-auditor", "bob"], &[]),
        (&["admin", "export", "bob"], &[]),
        (&["admin", "disable", "bob"], &[]),
        (&["admin", "enable", "bob"], &[]),
        (&["admin", "invite"], &[]),
        (&["admin", "erase", "bob", "--delete-spaces"], &[]),
        (&["migrate", "--status"], &[]),
        (&["retention"], &role),
    ];
    let run = |(arguments, role): (&[&str], Settings<'_>)| {
        let (status, output, said) = replicas.command(arguments, &[&days[..], role].concat());
        (arguments.join(" "), status.success(), output + &said)
    };
    commands.into_iter().map(run).collect()
}

/// Asks for every operation, with an account alice and an account bob, which stays.
pub async fn every_operation(replicas: &Replicas) {
    let server = replicas.first();
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let space = alice.create_space("plans").await;
    let (place, messages) = (path(&space["uri"]), text(&space["messages-rwd"]));
    alice.add_member(place, "bob", "member").await;
    let mut posted = Vec::new();
    for number in 0..20 {
        let body = json!({"author": "alice", "message": format!("{number} http://192.0.2.1/{number}")});
        let request = alice.client.post_request(path(&space["messages-rwd"]), body.to_string());
        let answer =
            send(request.header("Idempotency-Key", format!("key-{number}"))).await.expect(201).json();
        posted.push(answer);
    }
    let message = text(&posted[5]["uri"]);
    let id = bare(message).rsplit('/').next().expect("an id").to_owned();
    for path in [
        messages.to_owned(),
        format!("{place}/messages?limit=5"),
        format!("{place}/messages?since=2020-01-01T00:00:00Z&limit=5"),
        format!("{place}/timeline"),
        format!("{place}/timeline?limit=5&before={id}"),
        format!("{place}/timeline?limit=5&after={id}"),
        text(&posted[5]["read-only"]).to_owned(),
        format!("{place}/members"),
        format!("{place}/capabilities"),
        place.to_owned(),
        "/spaces".to_owned(),
        "/sessions".to_owned(),
    ] {
        for _ in 0..7 {
            // Seven times: after five the server may choose a plan for any values.
            alice.client.get(&path).await;
        }
    }
    replicas.command(&["admin", "grant-auditor", "alice"], &[]);
    alice.client.get("/logs").await;
    alice.share(text(&space["messages-r"]), "bob", Some("r")).await;
    alice.client.delete(message).await.expect(200);
    let shares = alice.client.get(&format!("{place}/capabilities")).await.expect(200).json();
    let share = shares.as_array().and_then(|shares| shares.first()).expect("there is one");
    alice.client.delete(&format!("{place}/capabilities/{}", text(&share["id"]))).await;
    alice.client.delete(&format!("{place}/members/bob")).await.expect(200);
    alice.add_member(place, "bob", "owner").await;
    alice.client.post(&format!("{place}/owner"), &json!({"username": "bob"})).await;
    let other = server.visitor().log_in("alice").await;
    let sessions = alice.client.get("/sessions").await.expect(200).json();
    let session = sessions.as_array().and_then(|all| all.first()).expect("there is one");
    other.client.delete(&format!("/sessions/{}", text(&session["id"]))).await;
    wrong_password(&server.visitor()).await;
    let last = server.visitor().log_in("alice").await;
    change_password(&last).await;
    last.client.delete("/sessions").await;
    let own = bob.create_space("bob's").await;
    bob.post(text(&own["messages-rw"]), "hello").await;
    bob.client.delete(path(&own["uri"])).await.expect(200);
    bob.create_space("another").await;
    let carol = server.user("carol").await;
    let goodbye = json!({"password": password("carol")});
    let request =
        carol.client.request(Method::DELETE, "/users/carol").header("content-type", "application/json");
    send(request.body(goodbye.to_string())).await;
    send(server.visitor().request(Method::GET, &format!("{place}/messages/{id}"))).await;
}

async fn wrong_password(visitor: &Client) {
    send(visitor.post_request("/sessions", "").basic_auth("alice", Some("not hers"))).await.expect(401);
}

async fn change_password(session: &Session) {
    let body = json!({"current": password("alice"), "new": "another one!"});
    session.client.post("/users/alice/password", &body).await;
}
