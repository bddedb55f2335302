//! The server's plans for every statement of every operation on a filled database: none reads through a table that grows.

use std::collections::BTreeSet;

use natter::document;
use reqwest::Method;
use serde_json::{Value, json};

use super::{Cluster, PASSWORD, writers::Replicas};
use crate::client::{Client, Session, password, path, send, text};

/// What has a row for each chain, or each migration.
const SMALL: [&str; 3] = ["audit_chain", "audit_removal", "seaql_migrations"];

/// What the server logs from now on, of any session: how it does what it is asked, and what its triggers do.
const EXPLAIN: &str = "\
    ALTER DATABASE natter SET session_preload_libraries = 'auto_explain'; \
    ALTER DATABASE natter SET auto_explain.log_min_duration = 0; \
    ALTER DATABASE natter SET auto_explain.log_nested_statements = on; \
    ALTER DATABASE natter SET log_min_messages = log";

#[tokio::test(flavor = "multi_thread")]
async fn no_statement_reads_through_a_table_that_grows() {
    let cluster = Cluster::start();
    assert!(cluster.migrate("natter").0);
    cluster.fill_with("natter", 40_000, 4_000, 4_000);
    cluster.sql("postgres", EXPLAIN);
    let replicas = Replicas::start(1, &cluster.url("natter_api_user", "natter"));
    let server = replicas.first();
    every_operation(&replicas).await;
    let asked: BTreeSet<_> = server
        .log()
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok()?["operation"].as_str().map(str::to_owned))
        .collect();
    for operation in operations() {
        assert!(asked.contains(&operation), "{operation} was not asked");
    }
    let retention = cluster.url("natter_retention", "natter");
    let days = ["MESSAGES", "AUDIT"].map(|what| format!("NATTER_RETENTION__{what}_DAYS"));
    let mut settings: Vec<_> = days.iter().map(|name| (name.as_str(), "3000")).collect();
    for (arguments, url) in [
        (&["admin", "grant-auditor", "bob"][..], None),
        (&["admin", "export", "bob"], None),
        (&["admin", "disable", "bob"], None),
        (&["admin", "enable", "bob"], None),
        (&["admin", "invite"], None),
        (&["admin", "erase", "bob", "--delete-spaces"], None),
        (&["retention"], Some(&retention)),
    ] {
        settings.truncate(2);
        settings.extend(url.map(|url| ("NATTER_DATABASE__URL", url.as_str())));
        let (status, output, said) = replicas.command(arguments, &settings);
        assert!(status.success(), "{arguments:?}: {output}{said}");
    }
    let log = cluster.log();
    assert!(!log.contains(PASSWORD));
    let plans: Vec<_> = log.split("  plan:\n").skip(1).collect();
    let bad: BTreeSet<_> = plans.iter().filter(|plan| reads_through(plan)).map(|plan| lines(plan)).collect();
    println!("{} plans", plans.len());
    assert!(plans.len() > 300, "{}", plans.len());
    assert!(bad.is_empty(), "{}", bad.into_iter().collect::<Vec<_>>().join("\n\n"));
}

/// Whether a plan has a scan of a whole table that grows.
fn reads_through(plan: &str) -> bool {
    let scanned = plan.lines().filter_map(|line| line.split_once("Seq Scan on ")).map(|(_, rest)| rest);
    scanned
        .filter_map(|rest| rest.split(' ').next())
        .any(|table| !SMALL.contains(&table) && !table.starts_with("pg_"))
}

/// The lines of a plan, without what the server logged next.
fn lines(plan: &str) -> String {
    let lines = plan.lines().take_while(|line| line.starts_with('\t'));
    lines.map(|line| line.chars().take(300).collect()).collect::<Vec<String>>().join("\n")
}

fn operations() -> Vec<String> {
    let document: Value = serde_json::from_str(&document::text()).expect("JSON");
    let paths = document["paths"].as_object().expect("paths");
    let all = paths.values().flat_map(|path| path.as_object().expect("methods").values());
    all.filter_map(|operation| operation["operationId"].as_str().map(str::to_owned)).collect()
}

async fn every_operation(replicas: &Replicas) {
    let server = replicas.first();
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let space = alice.create_space("plans").await;
    let (place, messages) = (path(&space["uri"]), text(&space["messages-rwd"]));
    alice.add_member(place, "bob", "member").await;
    let mut posted = Vec::new();
    for number in 0..20 {
        let body = json!({"author": "alice", "message": format!("{number} http://127.0.0.1:9/{number}")});
        let request = alice.client.post_request(path(&space["messages-rwd"]), body.to_string());
        let answer =
            send(request.header("Idempotency-Key", format!("key-{number}"))).await.expect(201).json();
        posted.push(answer);
    }
    let message = text(&posted[5]["uri"]);
    let id = crate::client::bare(message).rsplit('/').next().expect("an id").to_owned();
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
