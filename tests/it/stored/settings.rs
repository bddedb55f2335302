//! Settings that cannot be taken: all are told at once, and nothing is made.

use std::fs;

use crate::server::refuses_to_start;

#[test]
fn every_fault_is_told_and_nothing_is_created() {
    let directory = crate::server::fresh_directory();
    let (status, said) = refuses_to_start(
        directory.path(),
        &[
            ("NATTER_HTTP__LISTEN", "nowhere"),
            ("NATTER_HTTP__LISTNE", "127.0.0.1:1"),
            ("NATTER_HTTP__HOSTS", r#"["a b"]"#),
            ("NATTER_HTTP__CORS_ORIGINS", r#"["https://app.example/path"]"#),
            ("NATTER_HTTP__TRUSTED_PROXIES", r#"["10.0.0.0/99"]"#),
            ("NATTER_HTTP__MAX_BODY_BYTES", "1"),
            ("NATTER_DATABASE__URL", "mysql://secret:hunter2@db/natter"),
            ("NATTER_SESSIONS__LIFETIME_SECONDS", "0"),
            ("NATTER_PASSWORDS__MEMORY_KIB", "a lot"),
            ("NATTER_LIMITS__ACCOUNT_REQUESTS_PER_SECOND", "0"),
            ("NATTER_LOG__FORMAT", "xml"),
            ("NATTER_SECRETS__KEY", "hunter2"),
        ],
    );
    assert_eq!(status.code(), Some(2), "{said}");
    for fault in [
        "http.listen",
        "http.listne",
        "http.hosts",
        "http.cors_origins",
        "http.trusted_proxies",
        "http.max_body_bytes",
        "database.url",
        "sessions.lifetime_seconds",
        "passwords.memory_kib",
        "limits.account_requests_per_second",
        "log.format",
    ] {
        assert!(said.to_lowercase().contains(fault) || said.contains(&variable(fault)), "{fault}: {said}");
    }
    assert!(said.contains("listen"), "the nearest name is told: {said}");
    assert!(!said.contains("hunter2"), "no value is told: {said}");
    assert_eq!(fs::read_dir(directory.path()).expect("a directory").count(), 0, "something was made");
}

fn variable(key: &str) -> String {
    format!("NATTER_{}", key.to_uppercase().replace('.', "__"))
}
