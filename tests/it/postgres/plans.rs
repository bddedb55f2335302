//! The server's plans for every statement of every operation on a filled database: none reads through a table that grows.

use std::collections::BTreeSet;

use natter::document;
use serde_json::Value;

use super::{
    Cluster, PASSWORD,
    everything::{every_command, every_operation},
    writers::Replicas,
};

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
    for (arguments, went_well, said) in every_command(&replicas, &cluster.url("natter_retention", "natter")) {
        assert!(went_well, "{arguments}: {said}");
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
