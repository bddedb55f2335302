//! The audit log, as auditors read it.

use serde_json::Value;

use crate::{client::text, server::Server};

#[tokio::test]
async fn an_auditor_is_made_beside_the_running_server() {
    let server = Server::start();
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    alice.client.get("/logs").await.expect_problem(403, "forbidden");
    let (status, said, _) = server.command(&["admin", "grant-auditor", "alice"]);
    assert!(status.success() && said.contains("alice"), "{said}");
    alice.client.get("/logs").await.expect(200);
    bob.client.get("/logs").await.expect_problem(403, "forbidden");
    server.visitor().get("/logs").await.expect_problem(401, "unauthenticated");

    let (status, _, said) = server.command(&["admin", "grant-auditor", "nobody"]);
    assert!(!status.success() && said.contains("nobody"), "{said}");
    let log = alice.client.get("/logs?limit=1000").await.expect(200).json();
    let commands: Vec<_> =
        log.as_array().expect("a list").iter().filter(|row| row["path"] == "grant-auditor").collect();
    assert_eq!(commands.len(), 4, "both are audited, with start and end: {commands:?}");
}

/// An auditor's server, and what a request of theirs leaves behind.
async fn audited(path: &str) -> Vec<Value> {
    let server = Server::start();
    let alice = server.user("alice").await;
    assert!(server.command(&["admin", "grant-auditor", "alice"]).0.success());
    alice.client.get(path).await;
    let rows = alice.client.get("/logs?limit=1000").await.expect(200).json();
    let rows = rows.as_array().expect("a list");
    let last = rows.iter().find(|row| row["path"] != "/logs" && row["path"] != "grant-auditor");
    let id = last.expect("a row")["id"].clone();
    rows.iter().filter(|row| row["id"] == id).cloned().collect()
}

#[tokio::test]
async fn a_request_has_a_start_and_an_end_and_no_query() {
    let rows = audited("/spaces?limit=77").await;
    let statuses: Vec<_> = rows.iter().map(|row| row["status"].clone()).collect();
    assert_eq!(statuses, [200, 0], "newest first: {rows:?}");
    for row in &rows {
        assert_eq!(
            (text(&row["method"]), text(&row["path"]), text(&row["user"])),
            ("GET", "/spaces", "alice")
        );
        let names: Vec<_> = row.as_object().expect("an object").keys().cloned().collect();
        assert_eq!(names, ["id", "method", "path", "user", "status", "time"]);
    }
    let refused = audited("/spaces/01890a5d-ac96-774b-bcce-b302099a8057?access_token=hunter2").await;
    assert_eq!(refused[0]["status"], 403);
    assert_eq!(refused[0]["path"], "/spaces/01890a5d-ac96-774b-bcce-b302099a8057");
    assert!(!format!("{rows:?}{refused:?}").contains("hunter2") && !format!("{rows:?}").contains("limit"));
}

#[tokio::test]
async fn what_is_refused_before_it_begins_has_an_end_only() {
    let rows = audited("/typed/by/somebody?x=hunter2").await;
    assert_eq!(rows.len(), 1, "{rows:?}");
    assert_eq!(rows[0]["status"], 404);
    assert!(!rows[0].to_string().contains("typed"), "{rows:?}");
}

#[tokio::test]
async fn it_is_read_in_pages_newest_first() {
    let server = Server::start();
    let alice = server.user("alice").await;
    assert!(server.command(&["admin", "grant-auditor", "alice"]).0.success());
    for _ in 0..15 {
        alice.client.get("/spaces").await.expect(200);
    }
    let first = alice.client.get("/logs").await.expect(200);
    assert_eq!(first.json().as_array().map(Vec::len), Some(20), "twenty by default");
    let (mut times, mut starts, mut next) = (Vec::new(), 0, Some("/logs?limit=7".to_owned()));
    for _ in 0..100 {
        let Some(page) = next else { break };
        let answer = alice.client.get(&page).await.expect(200);
        for row in answer.json().as_array().expect("a list") {
            times.push(text(&row["time"]).to_owned());
            starts += usize::from(row["path"] == "/spaces" && row["status"] == 0);
        }
        let link = answer.header("link").map(|link| link.split(['<', '>']).nth(1).expect("RFC 8288"));
        next = link.map(str::to_owned);
    }
    assert_eq!(starts, 15, "nothing is missing and nothing comes twice");
    assert!(times.windows(2).all(|pair| pair[0].len() != pair[1].len() || pair[0] >= pair[1]), "{times:?}");
}
