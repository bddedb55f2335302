//! How the programs are started: the one place that knows their arguments and settings.

use std::{env, process::Command};

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

/// `natter-api`, which previews with these settings.
pub fn board(api: &mut Command, previews: &[(&str, &str)]) {
    api.env("NATTER_HTTP__LISTEN", "127.0.0.1:0").env("NATTER_ADMIN__LISTEN", "127.0.0.1:0");
    api.envs(
        previews.iter().map(|(name, value)| (format!("NATTER_PREVIEW__{}", name.to_uppercase()), value)),
    );
}

/// Sets settings of the section `fetch`, as TOML values. Without any the worker runs on its defaults.
fn set(command: &mut Command, settings: &[(&str, &str)]) {
    command
        .envs(settings.iter().map(|(name, value)| (format!("NATTER_FETCH__{}", name.to_uppercase()), value)));
}

/// Takes away what the environment of whoever runs the tests would change.
pub fn cleanse(command: &mut Command) {
    let interferes = |name: &str| {
        name.starts_with("NATTER_")
            || name.to_ascii_lowercase().ends_with("_proxy")
            || matches!(name, "RUST_LOG" | "SSL_CERT_DIR" | "RES_OPTIONS" | "LOCALDOMAIN" | "HOSTALIASES")
    };
    let names = env::vars_os().filter_map(|(name, _)| name.into_string().ok());
    for name in names.filter(|name| interferes(name)) {
        command.env_remove(name);
    }
}
