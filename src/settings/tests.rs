use std::{ffi::OsString, fs, path::PathBuf};

use proptest::prelude::*;
use tempfile::TempDir;

use super::*;

fn variables(pairs: &[(&str, &str)]) -> Vec<(OsString, OsString)> {
    pairs.iter().map(|(name, value)| (name.into(), value.into())).collect()
}

fn from_environment(pairs: &[(&str, &str)]) -> Result<Loaded<ApiSettings>, Faults> {
    load(None, variables(pairs))
}

/// A file of settings that lasts as long as the directory.
fn file(text: &str) -> (TempDir, PathBuf) {
    let directory = TempDir::new().expect("a temporary directory");
    let path = directory.path().join("natter.toml");
    fs::write(&path, text).expect("the file is written");
    (directory, path)
}

fn faults_of_file(text: &str) -> Vec<(String, String)> {
    let (_directory, path) = file(text);
    let faults = load::<ApiSettings>(Some(&path), []).expect_err("the file is refused");
    let source = format!("file {}", path.display());
    assert!(faults.iter().all(|fault| fault.source == source), "{faults}");
    faults.iter().map(|fault| (fault.key.clone(), fault.detail.clone())).collect()
}

#[test]
fn nothing_configured_gives_the_defaults() {
    let settings = from_environment(&[]).expect("the defaults are taken").settings;
    assert_eq!(settings.http.listen.to_string(), "127.0.0.1:4567");
    assert_eq!(settings.database.url, "sqlite:data/natter.db?mode=rwc");
    assert_eq!(settings.sessions.lifetime().as_secs(), 600);
    assert_eq!(settings.preview.service_url, None);
    load::<PreviewSettings>(None, []).expect("the worker's defaults are taken");
}

#[test]
fn the_environment_wins_over_the_file_and_the_file_over_the_defaults() {
    let (_directory, path) = file("[http]\nlisten = '[::1]:1'\nmax_body_bytes = 2048\n");
    let environment = variables(&[("NATTER_HTTP__LISTEN", "[::1]:2"), ("PATH", "/bin")]);
    let loaded = load::<ApiSettings>(Some(&path), environment).expect("the settings are taken");
    assert_eq!(loaded.settings.http.listen.port(), 2);
    assert_eq!(loaded.settings.http.max_body_bytes, 2048);

    let listing = loaded.listing().to_string();
    let expected = [
        r#"http.listen = "[::1]:2"  # environment NATTER_HTTP__LISTEN"#.to_owned(),
        format!("http.max_body_bytes = 2048  # file {}", path.display()),
        "http.hosts = []  # default".to_owned(),
    ];
    for line in expected {
        assert!(listing.lines().any(|listed| listed == line), "{line} is missing from\n{listing}");
    }
}

#[test]
fn the_listing_is_a_file_of_the_same_settings() {
    let first =
        from_environment(&[("NATTER_HTTP__HOSTS", r#"["a.example:1"]"#), ("NATTER_LOG__LEVEL", "\"")]);
    assert!(first.is_err(), "a quotation mark is no level");
    let first = from_environment(&[("NATTER_HTTP__HOSTS", r#"["a.example:1"]"#)]).expect("taken");
    let (_directory, path) = file(&first.listing().to_string());
    let second = load::<ApiSettings>(Some(&path), []).expect("its own listing is taken");
    assert_eq!(second.settings, first.settings);
}

#[test]
fn a_variable_holds_a_list_a_number_or_text() {
    let settings = from_environment(&[
        ("NATTER_HTTP__CORS_ORIGINS", r#"["https://localhost:9999", "https://App.example:443"]"#),
        ("NATTER_HTTP__TRUSTED_PROXIES", "['10.0.0.0/8', '::1']"),
        ("NATTER_SESSIONS__LIFETIME_SECONDS", "60"),
        ("NATTER_KEYS__DIRECTORY", "1234"),
        ("NATTER_PREVIEW__SERVICE_URL", "http://preview:4569"),
    ])
    .expect("the variables are taken")
    .settings;
    assert_eq!(settings.http.cors_origins, ["https://localhost:9999", "https://app.example"]);
    assert_eq!(settings.http.trusted_proxies.len(), 2);
    assert_eq!(settings.sessions.lifetime().as_secs(), 60);
    assert_eq!(settings.keys.directory.as_os_str(), "1234");
    assert_eq!(settings.preview.service_url.map(String::from).as_deref(), Some("http://preview:4569/"));
}

#[test]
fn an_empty_list_takes_the_place_of_a_list() {
    let (_directory, path) = file("http.cors_origins = ['https://app.example']");
    let environment = variables(&[("NATTER_HTTP__CORS_ORIGINS", "[]")]);
    let loaded = load::<ApiSettings>(Some(&path), environment).expect("the settings are taken");
    assert!(loaded.settings.http.cors_origins.is_empty());
    let line = "http.cors_origins = []  # environment NATTER_HTTP__CORS_ORIGINS";
    assert!(loaded.listing().to_string().contains(line));
}

#[test]
fn an_unknown_key_is_refused_with_the_nearest() {
    let faults = faults_of_file(
        "max_body_bytes = 1\n'http.listen' = ''\n[http]\nlisen = 1\n[sesions]\nlifetime_seconds = 1",
    );
    let expected = [
        ("http.lisen", "http.listen"),
        ("http.listen", "http.listen"),
        ("max_body_bytes", "http.max_body_bytes"),
        ("sesions", "sessions"),
    ];
    let expected =
        expected.map(|(key, near)| (key.into(), format!("there is no such setting; the nearest is {near}")));
    assert_eq!(faults, expected);
}

#[test]
fn no_setting_does_without_the_audit() {
    let faults = from_environment(&[("NATTER_AUDIT__MODE", "nothing")]).expect_err("there is no such mode");
    let faults: Vec<_> = faults.iter().map(|fault| fault.key.as_str()).collect();
    assert_eq!(faults, ["audit.mode"]);
}

#[test]
fn an_unknown_variable_is_refused_with_the_nearest() {
    for name in ["NATTER_HTTP__LISEN", "NATTER_HTTP_LISTEN", "NATTER_http__listen"] {
        let faults = from_environment(&[(name, "127.0.0.1:1")]).expect_err("the variable is refused");
        let report = faults.to_string();
        assert!(report.contains(&format!("(environment {name})")), "{report}");
        assert!(report.ends_with("the nearest is NATTER_HTTP__LISTEN"), "{report}");
    }
}

#[test]
fn what_kubernetes_says_about_services_is_no_setting() {
    let links = [
        ("NATTER_API_SERVICE_SERVICE_HOST", "10.0.0.1"),
        ("NATTER_API_SERVICE_SERVICE_PORT", "4567"),
        ("NATTER_API_SERVICE_PORT", "tcp://10.0.0.1:4567"),
        ("NATTER_API_SERVICE_PORT_4567_TCP_ADDR", "10.0.0.1"),
    ];
    from_environment(&links).expect("the links of a service are passed over");
    from_environment(&links[1..]).expect_err("without the service they are variables like any other");
}

#[test]
fn everything_wrong_is_reported_at_once() {
    let (_directory, path) = file("[log]\nformat = 'loud'\nlevel = '=,='\n[http]\nlisen = 1\n");
    let environment = variables(&[
        ("NATTER_HTTP__LISTEN", "everywhere"),
        ("NATTER_HTTP__HOSTS", "['a:1', 'user@b', '']"),
        ("NATTER_HTTP__MAX_BODY_BYTES", "-1"),
        ("NATTER_SESSIONS__LIFETIME_SECONDS", "0"),
        ("NATTER_PASSWORDS__RESERVED", "2"),
        ("NATTER_PASSWORDS__MEMORY_KIB", "ten"),
        ("NATTER_DATABASE__URL", "postgres://natter:hunter2@db/natter"),
        ("NATTER_LIMITS__REGISTRATIONS_PER_ADDRESS", "0"),
        ("NATTER_COLOUR", "red"),
    ]);
    let faults = load::<ApiSettings>(Some(&path), environment).expect_err("they are refused");
    let report = faults.to_string().replace(&path.display().to_string(), "natter.toml");
    assert!(!report.contains("hunter2"));
    insta::assert_snapshot!(report);
}

#[test]
fn fetching_is_set_alike_in_both_programs() {
    fn report<T: Settings + std::fmt::Debug>(section: &str) -> String {
        let wrong = [
            ("DEADLINE_SECONDS", "0"),
            ("CONNECT_SECONDS", "-1"),
            ("MAX_REDIRECTS", "21"),
            ("PORTS", "[]"),
            ("MAX_COMPRESSED_BYTES", "1"),
            ("MAX_INFLATED_BYTES", "1e9"),
            ("MAX_HEADER_BYTES", "0"),
            ("MAX_HEADER_FIELDS", "9"),
            ("USER_AGENT", "two\nlines"),
            ("NAMESERVERS", "['192.0.2.53:53', 'dns.example.org:53']"),
            ("DENY_NETWORKS", "['10.0.0.0/33']"),
            ("DENY_HOSTS", "['example.org', '*.example.org', '[::1]', 'a b']"),
            ("ALLOW_FOR_DEVELOPMENT", "localhost"),
        ];
        let wrong = wrong.map(|(name, value)| (format!("NATTER_{section}__{name}").into(), value.into()));
        load::<T>(None, wrong).expect_err("they are refused").to_string()
    }
    let of_the_worker = report::<PreviewSettings>("FETCH");
    let of_the_api = report::<ApiSettings>("PREVIEW__FETCH");
    assert_eq!(
        of_the_api.replace("preview.fetch", "fetch").replace("PREVIEW__FETCH", "FETCH"),
        of_the_worker
    );
    insta::assert_snapshot!(of_the_worker);
}

#[test]
fn a_section_is_no_setting_and_a_setting_no_section() {
    assert_eq!(faults_of_file("http = 3"), [("http".into(), "is a section, not a setting".into())]);
    let details = faults_of_file("[http.listen]\nport = 1");
    assert_eq!(details, [("http.listen".into(), "expected text, found a section".into())]);
}

#[test]
fn a_broken_file_is_refused_by_line_and_not_quoted() {
    let faults = faults_of_file("[http]\nlisten = 'x'\npassword = hunter2");
    assert_eq!(faults, [("the whole file".into(), "is not TOML from line 3 on".into())]);
}

#[test]
fn a_missing_file_is_refused() {
    let faults = load::<ApiSettings>(Some("/nonexistent/natter.toml".as_ref()), []).expect_err("refused");
    assert!(faults.to_string().contains("the whole file (file /nonexistent/natter.toml): cannot be read"));
}

#[test]
fn a_value_is_never_quoted() {
    let secret = "hunter2";
    for setting in [
        "http.listen",
        "http.hosts",
        "http.cors_origins",
        "http.trusted_proxies",
        "database.url",
        "preview.service_url",
        "preview.wait_ms",
        "log.format",
        "limits.refusals_per_address",
    ] {
        for value in
            [format!("'{secret}:{secret}@'"), format!("['https://u:{secret}@x/']"), format!("{{{secret}=1}}")]
        {
            let faults = faults_of_file(&format!("{setting} = {value}"));
            assert!(!format!("{faults:?}").contains(secret), "{faults:?}");
        }
    }
}

proptest! {
    #[test]
    fn no_environment_panics(pairs in prop::collection::vec(("(HTTP__|LOG__|)[A-Z_]{0,8}|HTTP__HOSTS|HTTP__LISTEN", any::<String>()), 0..8)) {
        let pairs = pairs.into_iter().map(|(name, value)| (format!("NATTER_{name}").into(), value.into()));
        let _ = load::<ApiSettings>(None, pairs);
    }

    #[test]
    fn no_file_panics(text in "(\\[(http|log|passwords)\\]\n)?((listen|hosts|level|reserved|[a-z'\"]{1,4}) = ([0-9.:eT-]{1,8}|'[^']{0,6}'|\\[[^\\]]{0,4}\\]|\\{[^}]{0,4}\\})\n){0,4}\\PC{0,4}") {
        let (_directory, path) = file(&text);
        let _ = load::<ApiSettings>(Some(&path), []);
    }
}
