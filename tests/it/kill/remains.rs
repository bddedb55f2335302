//! What a killed server leaves.

use std::path::Path;

use crate::{database::Database, postgres, server::run};

/// What there must be none of.
const HALVES: [(&str, &str); 6] = [
    (
        "a message without its author's capability",
        "SELECT count(*) FROM message WHERE NOT EXISTS (SELECT 1 FROM capability \
         WHERE message_id = message.id AND account_id = author_id AND parent_id IS NULL)",
    ),
    (
        "a space without an owner",
        "SELECT count(*) FROM space WHERE NOT EXISTS (SELECT 1 FROM member WHERE space_id = space.id AND role = 0)",
    ),
    (
        "a space without the two capabilities of its owner",
        "SELECT count(*) FROM space WHERE 2 <> (SELECT count(*) FROM capability \
         WHERE space_id = space.id AND parent_id IS NULL AND target IN (0, 1))",
    ),
    (
        "an effect without a start row before it",
        "SELECT count(*) FROM audit AS ended WHERE status IS NOT NULL AND method IN ('POST', 'DELETE') \
         AND NOT EXISTS (SELECT 1 FROM audit WHERE request_id = ended.request_id AND status IS NULL \
         AND position < ended.position)",
    ),
    (
        "a request with two ends",
        "SELECT count(*) FROM (SELECT 1 FROM audit WHERE status IS NOT NULL GROUP BY request_id HAVING count(*) > 1) AS twice",
    ),
    (
        "a row of the log without whom it is about",
        "SELECT count(*) FROM audit WHERE seq NOT IN (SELECT seq FROM audit_subject)",
    ),
];

pub async fn nothing_is_half_there(database: &Database) {
    for (what, query) in HALVES {
        assert_eq!(database.number(query).await, 0, "{what}");
    }
    if postgres::is_used() {
        return;
    }
    assert_eq!(database.texts("PRAGMA integrity_check").await, ["ok"]);
    assert_eq!(database.number("SELECT count(*) FROM pragma_foreign_key_check").await, 0);
}

/// The audit log says what was written, and so do the checkpoints.
pub fn verify(directory: &Path, round: u64) {
    let arguments = ["admin", "verify-audit", "--anchor", "data/audit-checkpoints.jsonl"];
    let (status, output, errors) = run(directory, &arguments);
    assert!(status.success(), "round {round}: {output}{errors}");
}
