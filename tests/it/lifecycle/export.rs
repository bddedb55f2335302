//! Everything stored about one person.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{admin, audited, once};
use crate::{
    client::{password, path, text},
    server::Server,
};

#[tokio::test]
async fn it_is_all_there_and_nobody_else_s() {
    let server = Server::start();
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    server.visitor().log_in("bob").await;
    let plans = alice.create_space("plans").await;
    alice.add_member(path(&plans["uri"]), "bob", "observer").await;
    let given = alice.share(text(&plans["messages-rw"]), "bob", None).await;
    alice.post(text(&plans["messages-rw"]), "by alice").await;
    let own = bob.create_space("own").await;
    for number in 0..3 {
        bob.post(&given, &format!("by bob {number}\nhttps://a.example")).await;
    }
    bob.post(text(&own["messages-rw"]), "by bob alone").await;

    let exported = admin(&server, &["export", "bob"]);
    let mut lines: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for line in exported.lines() {
        let line: Value = serde_json::from_str(line).expect("JSON");
        lines.entry(text(&line["type"]).to_owned()).or_default().push(line);
    }
    let counts: Vec<_> = lines.iter().map(|(kind, lines)| (kind.as_str(), lines.len())).collect();
    // For each request a start and an end; of the export itself the start. A login's start knows no account.
    let audit = lines["audit"].len();
    assert_eq!(
        counts,
        [
            ("account", 1),
            ("audit", audit),
            ("capability", 7),
            ("membership", 2),
            ("message", 4),
            ("session", 2),
            ("space", 1)
        ]
    );
    assert_eq!(audit, 1 + 2 + 5 * 2 + 1, "registered, logged in, made a space, posted, exported: {exported}");
    assert_eq!(lines["account"][0]["username"], "bob");
    assert_eq!(lines["space"][0]["name"], "own");
    assert_eq!(lines["message"][0]["message"], "by bob 0\nhttps://a.example");
    assert!(lines["audit"].iter().all(|row| row["address"] == "127.0.0.1" || row["address"] == "local"));
    assert!(!exported.contains("by alice"));
    for secret in [password("bob").as_str(), &bob.token, "ntrs_", "ntrc_", "argon2"] {
        assert!(!exported.contains(secret), "{secret}");
    }
    assert_eq!(audited(&server, "export"), once("bob"));
}
