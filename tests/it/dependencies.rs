//! The worker holds no database and no secret: it is built without the code for them.

use std::process::Command;

#[test]
fn the_worker_is_built_without_database_and_password_code() {
    let packages = |features: &[&str]| {
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
                "{p}",
            ])
            .args(features)
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .output()
            .expect("cargo runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("UTF-8")
    };
    let barred = ["sea-orm", "sea-query", "sqlx", "libsqlite3-sys", "argon2", "password-hash", "hmac"];
    let found = |tree: &str| {
        let is_in = |package: &&str| tree.lines().any(|line| line.starts_with(*package));
        barred.iter().filter(|package| is_in(package)).count()
    };
    assert_eq!(found(&packages(&[])), barred.len(), "natter-api has them all");
    let worker = packages(&["--no-default-features"]);
    assert!(worker.contains("lol_html "), "{worker}");
    assert_eq!(found(&worker), 0, "{worker}");
}
