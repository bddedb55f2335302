//! What an operator does to accounts, keys and the database beside a running server: `natter-api admin`.

mod backup;
mod disable;
mod erase;
mod export;
mod invitation;
mod keys;
mod operations_page;
mod reset_password;
mod retention;

use serde_json::Value;

use crate::server::Server;

/// Runs an administration command that has to succeed; what it printed.
#[track_caller]
fn admin(server: &Server, arguments: &[&str]) -> String {
    let (status, said, complaint) = server.command(&[&["admin"], arguments].concat());
    assert!(status.success(), "{arguments:?}: {said}{complaint}");
    said
}

/// Runs an administration command that has to be refused; the complaint.
#[track_caller]
fn refused(server: &Server, arguments: &[&str]) -> String {
    let (status, said, complaint) = server.command(&[&["admin"], arguments].concat());
    assert!(!status.success(), "{arguments:?}: {said}");
    assert!(!complaint.contains("panicked"), "{complaint}");
    complaint
}

/// The audit's rows about a command, as `(status, user)`, oldest first; 0 is a start. The log has to verify.
#[track_caller]
fn audited(server: &Server, command: &str) -> Vec<(u64, String)> {
    admin(server, &["verify-audit"]);
    let rows = admin(server, &["export-audit"]);
    let rows = rows.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    rows.filter(|row| row["method"] == "ADMIN" && row["path"] == command)
        .map(|row| (row["status"].as_u64().unwrap_or(0), row["user"].as_str().unwrap_or("").to_owned()))
        .collect()
}

/// Those of one command that succeeded, about this user.
fn once(user: &str) -> Vec<(u64, String)> {
    vec![(0, user.to_owned()), (200, user.to_owned())]
}
