//! The worker holds no database and no secret: it is built without the code for them.

use std::process::Command;

fn packages(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO"))
        .args([
            "tree",
            "--locked",
            "--offline",
            "--edges",
            "normal",
            "--prefix",
            "none",
            "--format",
            "{p} {f}",
        ])
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// What the library that speaks to PostgreSQL trusts beside the authorities of `database.ca_file`.
#[test]
fn in_the_place_of_the_public_authorities_is_an_empty_list_for_the_database() {
    assert!(packages(&[]).contains("webpki-roots "), "it is built in");
    // Whichever version is built in.
    let users = packages(&["--invert", "webpki-roots", "--depth", "1"]);
    let users: Vec<_> = users.lines().collect();
    assert!(users[0].contains("src/store/engine/postgres/no_roots)"), "{users:?}");
    assert!(users.len() == 2 && users[1].starts_with("sqlx-core "), "{users:?}");
    // With another feature of it, those of the system would be trusted.
    let features = packages(&["--invert", "sqlx-core", "--depth", "0"]);
    assert!(features.contains("webpki-roots") && !features.contains("native"), "{features}");
}

#[test]
fn the_worker_is_built_without_database_and_password_code() {
    let barred = ["sea-orm", "sea-query", "sqlx", "libsqlite3-sys", "argon2", "password-hash", "hmac"];
    let found = |tree: &str| {
        let is_in = |package: &&str| tree.lines().any(|line| line.starts_with(*package));
        barred.iter().filter(|package| is_in(package)).count()
    };
    assert_eq!(found(&packages(&[])), barred.len(), "natter-api has them all");
    let worker = packages(&["--no-default-features"]);
    assert!(worker.contains("hickory-resolver "), "{worker}");
    assert_eq!(found(&worker), 0, "{worker}");
}
