//! How the programs under test are started: the one place that knows their flags and settings.

use std::{env, process::Command};

/// The worker's settings by name, as flags. Without any it runs on its defaults.
const FLAGS: [(&str, &str); 4] = [
    ("deadline_seconds", "--deadline"),
    ("ports", "--port"),
    ("deny_networks", "--deny-network"),
    ("deny_hosts", "--deny-host"),
];

/// `natter-preview fetch URL`.
pub fn fetch(worker: &mut Command, url: &str, settings: &[(&str, &str)]) {
    worker.args(["fetch", url]);
    set(worker, settings);
}

/// `natter-preview serve`.
pub fn serve(worker: &mut Command, listen: &str, settings: &[(&str, &str)]) {
    worker.args(["serve", "--listen", listen]);
    set(worker, settings);
}

fn set(command: &mut Command, settings: &[(&str, &str)]) {
    for (name, value) in settings {
        let (_, flag) = FLAGS.iter().find(|(known, _)| known == name).expect("a known setting");
        command.args([flag, value]);
    }
}

/// Takes away what the environment of whoever runs the tests would change.
pub fn cleanse(command: &mut Command) {
    let interferes = |name: &str| {
        name.starts_with("NATTER_")
            || name.to_ascii_lowercase().ends_with("_proxy")
            || matches!(name, "RUST_LOG" | "SSL_CERT_DIR" | "RES_OPTIONS" | "LOCALDOMAIN" | "HOSTALIASES")
    };
    for name in env::vars_os().filter_map(|(name, _)| name.into_string().ok()).filter(|name| interferes(name))
    {
        command.env_remove(name);
    }
}

/// Whether a line of the worker's log says that it serves.
pub fn serves(line: &str) -> bool {
    line.contains("listening") || line.contains("serving")
}
