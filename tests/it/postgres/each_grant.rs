//! The grants are not only enough but needed: without any one of them something goes wrong that went well with it.
//!
//! `EVERY_GRANT=all` takes each away in turn (some minutes), or those on the tables it names (`card,account`); otherwise a
//! handful.

use std::{collections::BTreeSet, env};

use serde_json::Value;

use super::{
    Cluster,
    everything::{every_command, every_operation},
    grants::documented,
    shared,
    writers::Replicas,
};

const HANDFUL: [(&str, &str, &str); 5] = [
    ("audit_chain", "natter_api_user", "UPDATE"),
    ("idempotency", "natter_api_user", "INSERT"),
    ("login_attempt", "natter_api_user", "SELECT"),
    ("retired_name", "natter_api_user", "INSERT"),
    ("audit_subject", "natter_retention", "DELETE"),
];

/// What can be told from outside of everything that is asked: the operations with their statuses, what was complained of,
/// and which commands went well.
type Seen = BTreeSet<String>;

async fn seen(cluster: &Cluster, revoke: &str) -> Seen {
    let database = super::next_name();
    cluster.copy_template(&database);
    // Something that is past its time, for what removes it, and a link that no message has.
    cluster.sql(&database, OLD);
    cluster.sql(&database, revoke);
    let url = cluster.url("natter_api_user", &database);
    // A server that does not come up is noticed as well.
    let Ok(replicas) = tokio::task::spawn_blocking(move || Replicas::start(1, &url)).await else {
        return Seen::from(["no server".to_owned()]);
    };
    let asked = tokio::spawn(async move {
        every_operation(&replicas).await;
        replicas
    });
    let Ok(replicas) = asked.await else { return Seen::from(["an answer that was not expected".to_owned()]) };
    let mut seen = Seen::new();
    for (arguments, went_well, _) in every_command(&replicas, &cluster.url("natter_retention", &database)) {
        seen.insert(format!("{arguments}: {went_well}"));
    }
    // It does not go well here: the rows that are past their time are nobody's.
    let (_, output, said) = replicas.command(&["admin", "verify-audit"], &[]);
    seen.insert(format!("verify-audit: {}", (output + &said).contains("permission denied")));
    for line in replicas.first().log().lines().filter_map(|line| serde_json::from_str::<Value>(line).ok()) {
        if line["message"] == "request" {
            seen.insert(format!("{} {}", line["operation"], line["status"]));
        } else if line["level"] == "ERROR" || line["level"] == "WARN" {
            seen.insert(line["message"].to_string());
        }
    }
    seen
}

const OLD: &str = "\
    SET search_path = natter; \
    INSERT INTO account VALUES ('01600000-0000-7000-8000-000000000001', 'old', '', false, false, 1); \
    INSERT INTO space VALUES ('01600000-0000-7000-8000-000000000002', 'old', 1); \
    INSERT INTO message VALUES ('01600000-0000-7000-8000-000000000003', '01600000-0000-7000-8000-000000000002', \
    '01600000-0000-7000-8000-000000000001', 1, 'old', NULL); \
    INSERT INTO card VALUES ('01600000-0000-7000-8000-000000000002', '\\x00', 'http://127.0.0.1:9/', 1, NULL, 1, 0, 0); \
    INSERT INTO audit_chain VALUES ('01600000-0000-7000-8000-000000000004', 1, '\\x00'); \
    INSERT INTO audit (chain, position, request_id, at, method, path, subject, mac_key, mac) VALUES \
    ('01600000-0000-7000-8000-000000000004', 1, gen_random_uuid(), 1, 'GET', '/', '\\x00', 1, '\\x00'); \
    INSERT INTO audit_subject VALUES (currval('audit_seq_seq'), NULL, '', '\\x00', NULL, NULL)";

#[tokio::test(flavor = "multi_thread")]
async fn without_any_one_grant_something_goes_wrong() {
    let cluster = shared();
    let with_all = seen(cluster, "SELECT 1").await;
    assert_eq!(with_all, seen(cluster, "SELECT 1").await, "it differs by itself");
    let every = env::var("EVERY_GRANT").ok();
    let is_asked_for = |table: &str, role: &str, verb: &str| match &every {
        Some(tables) => tables == "all" || tables.split(',').any(|one| one == table),
        None => HANDFUL.contains(&(table, role, verb)),
    };
    let mut unnoticed = Vec::new();
    for (table, role, verb) in documented() {
        if !is_asked_for(&table, role, &verb) {
            continue;
        }
        let without = seen(cluster, &format!("REVOKE {verb} ON natter.{table} FROM {role}")).await;
        let noticed = without != with_all;
        println!("{role} {verb} {table}: {}", if noticed { "noticed" } else { "NOT NOTICED" });
        if !noticed {
            unnoticed.push(format!("{role} {verb} {table}"));
        }
    }
    assert!(unnoticed.is_empty(), "nobody misses {unnoticed:?}");
}
