//! A real browser opens the documentation.

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
};

use tempfile::TempDir;

use crate::server::Server;

/// What Chromium logged while it took a picture of `url`, and the picture.
fn picture(url: &str, directory: &Path) -> (String, Vec<u8>) {
    let file = directory.join("picture.png");
    let output = Command::new("chromium")
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"])
        .args(["--disable-background-networking", "--disable-component-update", "--disable-sync"])
        .args(["--no-proxy-server", "--enable-logging=stderr", "--window-size=1200,900"])
        .arg(format!("--user-data-dir={}", directory.join("profile").display()))
        .arg(format!("--screenshot={}", file.display()))
        .arg(url)
        .stdin(Stdio::null())
        .output()
        .unwrap_or_else(|error| panic!("chromium (the Debian package of this name): {error}"));
    let log = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{log}");
    let picture = fs::read(file).unwrap_or_else(|error| panic!("{error}\n{log}"));
    (log, picture)
}

/// Violations of the policy and failed loads come by way of the console.
fn complaints(log: &str) -> Vec<&str> {
    log.lines().filter(|line| line.contains("CONSOLE")).collect()
}

#[tokio::test]
async fn the_documentation_works_in_a_browser() {
    let server = Server::start();
    let directory = TempDir::new().expect("a temporary directory");
    for path in ["/docs", "/docs/problems"] {
        let (log, styled) = picture(&format!("http://{}{path}", server.address), directory.path());
        assert_eq!(complaints(&log), Vec::<&str>::new(), "{log}");

        // The same page where its style sheet is not to be had, and where the browser has to say so: both checks
        // can fail.
        let file = directory.path().join("page.html");
        let refused = r#"<meta http-equiv="Content-Security-Policy" content="style-src 'none'">"#;
        let page = server.visitor().get(path).await.expect(200).text;
        fs::write(&file, page.replace("<head>", &format!("<head>{refused}"))).expect("it is written");
        let (log, plain) = picture(&format!("file://{}", file.display()), directory.path());
        assert!(complaints(&log).iter().any(|line| line.contains("Content Security Policy")), "{log}");
        assert_ne!(styled, plain, "the style sheet changes nothing");
    }

    let requested: Vec<String> = server
        .log()
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .filter(|line| line["message"] == "request")
        .map(|line| format!("{} {}", line["status"], line["path"].as_str().unwrap_or_default()))
        .collect();
    assert!(requested.contains(&"200 /docs/style.css".to_owned()), "{requested:?}");
    let known = ["200 /docs", "200 /docs/problems", "200 /docs/style.css"];
    assert!(requested.iter().all(|request| known.contains(&request.as_str())), "{requested:?}");
}
