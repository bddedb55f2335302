//! Rows that are changed, removed or moved.

use super::{Evidence, found, not_found};
use crate::postgres;

/// Another value of the same type.
fn edited(column: &str) -> String {
    match column {
        // Taken ones could not be written.
        "seq" | "position" => format!("{column} + 100000"),
        "erasure_mac" => "zeroblob(32)".to_owned(),
        _ if postgres::is_used() => format!("another({column})"),
        _ => format!(
            "CASE typeof({column}) WHEN 'text' THEN {column} || 'x' WHEN 'blob' THEN randomblob(length({column})) \
             ELSE coalesce({column}, 0) + 1 END"
        ),
    }
}

#[tokio::test]
async fn untouched_it_passes() {
    let evidence = Evidence::new().await;
    let copy = evidence.copy().await;
    let said = not_found(&copy, "untouched", true);
    let rows = copy.database.number("SELECT count(*) FROM audit").await;
    assert!(said.starts_with(&format!("{rows} rows read, 0 of them about erased persons;")), "{said}");
    assert!(rows > 20 && !said.contains("; 0 checkpoints") && !said.contains("as far as"), "{said}");
    let said = not_found(&copy, "untouched", false);
    assert!(said.contains("as far as can be told without --anchor"), "{said}");
}

#[tokio::test]
async fn every_column_counts() {
    let evidence = Evidence::new().await;
    let copy = evidence.copy().await;
    let last = copy.last().await;
    for (table, position, columns) in
        [("audit", last / 2, 11), ("audit", 1, 11), ("audit_subject", last / 2, 6), ("audit_chain", last, 3)]
    {
        let all = copy.database.columns(table).await;
        assert_eq!(all.len(), columns, "{table}");
        for column in all {
            let copy = evidence.copy().await;
            let row = match table {
                "audit_chain" => String::new(),
                _ => format!("WHERE seq = (SELECT seq FROM audit WHERE position = {position})"),
            };
            let touched = copy
                .database
                .execute(&format!("UPDATE {table} SET {column} = {} {row}", edited(&column)))
                .await;
            assert_eq!(touched, 1, "{table}.{column}");
            let there = match (table, column.as_str()) {
                ("audit", "chain" | "position") => format!("rows {position} to {position}: missing"),
                ("audit_chain", "position") => format!("row {}:", last + 100_000),
                _ => format!("row {position}:"),
            };
            found(&copy, &format!("{table}.{column}"), &there);
        }
    }
}

#[tokio::test]
async fn a_start_row_is_not_made_an_end_row_nor_the_reverse() {
    let evidence = Evidence::new().await;
    for (is, becomes) in [("NOT NULL", "NULL"), ("NULL", "0"), ("NULL", "200")] {
        let copy = evidence.copy().await;
        let row = format!("SELECT min(position) FROM audit WHERE status IS {is}");
        let position = copy.database.number(&row).await;
        copy.database
            .execute(&format!("UPDATE audit SET status = {becomes} WHERE position = {position}"))
            .await;
        found(&copy, "status", &format!("row {position}: edited"));
    }
}

#[tokio::test]
async fn rows_removed_from_between_others() {
    let evidence = Evidence::new().await;
    for (from, to) in [(1, 1), (1, 5), (7, 7), (8, 12)] {
        let copy = evidence.copy().await;
        for table in ["audit_subject", "audit"] {
            let seqs = format!("SELECT seq FROM audit WHERE position BETWEEN {from} AND {to}");
            copy.database.execute(&format!("DELETE FROM {table} WHERE seq IN ({seqs})")).await;
        }
        found(&copy, "removed", &format!("rows {from} to {to}: missing"));
        // The gap closed behind them.
        let shift = "UPDATE audit SET position = -position WHERE position > ";
        copy.database.execute(&format!("{shift}{to}")).await;
        let removed = to - from + 1;
        copy.database
            .execute(&format!("UPDATE audit SET position = -position - {removed} WHERE position < 0"))
            .await;
        copy.database.execute(&format!("UPDATE audit_chain SET position = position - {removed}")).await;
        found(&copy, "removed, and the gap closed", &format!("row {from}: edited"));
    }
}

#[tokio::test]
async fn rows_that_change_places() {
    let evidence = Evidence::new().await;
    let (one, other) = (5, 9);
    // What they say.
    for columns in [
        "request_id, at, method, path, status",
        "request_id, at, method, path, status, subject, mac_key, mac",
    ] {
        let copy = evidence.copy().await;
        copy.database.execute("CREATE TEMP TABLE was AS SELECT * FROM audit").await;
        for (to, from) in [(one, other), (other, one)] {
            let set = format!(
                "UPDATE audit SET ({columns}) = (SELECT {columns} FROM was WHERE position = {from}) \
                 WHERE position = {to}"
            );
            assert_eq!(copy.database.execute(&set).await, 1);
        }
        found(&copy, columns, &format!("row {one}: edited"));
    }
    // Their places in the chain.
    let copy = evidence.copy().await;
    for (from, to) in [(one, 0), (other, one), (0, other)] {
        copy.database.execute(&format!("UPDATE audit SET position = {to} WHERE position = {from}")).await;
    }
    found(&copy, "positions", &format!("row {one}: edited"));
    // The order in which they are listed, with whom they are about.
    let copy = evidence.copy().await;
    let seq = async |position: i64| {
        copy.database.number(&format!("SELECT seq FROM audit WHERE position = {position}")).await
    };
    let (first, second) = (seq(one).await, seq(other).await);
    for table in ["audit", "audit_subject"] {
        for (from, to) in [(first, -1), (second, first), (-1, second)] {
            copy.database.execute(&format!("UPDATE {table} SET seq = {to} WHERE seq = {from}")).await;
        }
    }
    found(&copy, "order of listing", &format!("row {}: edited", one + 1));
}

#[tokio::test]
async fn rows_that_nobody_wrote() {
    let evidence = Evidence::new().await;
    let copied = "request_id, at, method, path, status, subject, mac_key, mac";
    let last = evidence.copy().await.last().await;
    for (chain, position) in
        [("chain", last + 1), ("chain", 0), ("chain", -7), ("(SELECT max(request_id) FROM audit)", 1)]
    {
        let copy = evidence.copy().await;
        let insert = format!(
            "INSERT INTO audit (chain, position, {copied}) SELECT {chain}, {position}, {copied} FROM audit \
             WHERE position = 4"
        );
        assert_eq!(copy.database.execute(&insert).await, 1);
        found(&copy, "inserted", &format!("row {position}: edited"));
    }
}
