//! What is past its time is removed by its own role.

use super::{name, shared};
use crate::{client::text, server::Server};

const DAYS: [(&str, &str); 2] =
    [("NATTER_RETENTION__MESSAGES_DAYS", "1"), ("NATTER_RETENTION__AUDIT_DAYS", "1")];

#[tokio::test]
async fn old_messages_and_rows_go_by_the_role_for_it_and_the_log_verifies() {
    let directory = super::fresh_directory();
    let database = name(directory.path()).expect("it has one");
    let cluster = shared();
    let server = Server::start_in(directory, &DAYS);
    let alice = server.user("alice").await;
    let space = alice.create_space("plans").await;
    alice.post(text(&space["messages-rw"]), "young").await;
    cluster.sql(
        &database,
        "INSERT INTO natter.message SELECT '01600000-0000-7000-8000-000000000001', space_id, author_id, 1, 'old' \
         FROM natter.message",
    );
    let run = |role: &str| {
        let url = cluster.url(role, &database);
        server.command_with(&["retention"], &[DAYS.as_slice(), &[("NATTER_DATABASE__URL", &url)]].concat())
    };
    // The servers' role cannot take away what was logged.
    let (status, output, said) = run("natter_api_user");
    assert!(!status.success() || output.contains(" 0 rows"), "{output}{said}");
    let (status, output, said) = run("natter_retention");
    assert!(status.success(), "{output}{said}");
    assert!(output.ends_with("0 rows of the audit log and 0 cards.\n"), "nothing is a day old: {output}");
    let texts = cluster.sql(&database, "SELECT text FROM natter.message");
    assert_eq!(texts.trim(), "young");
    let (status, output, said) = server.command(&["admin", "verify-audit"]);
    assert!(status.success(), "{output}{said}");
}
