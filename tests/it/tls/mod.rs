//! TLS as it is spoken on the wire, by both programs.

mod client_certificates;
mod handshake;
mod query_token;
mod refused_settings;
mod reload;
mod towards_the_worker;

use std::{
    path::{Path, PathBuf},
    time::Instant,
};

use serde_json::Value;
use tempfile::TempDir;

use crate::{
    authority::Identity,
    client::Client,
    process::{PATIENCE, Process},
    worker::worker,
};

/// A preview worker that speaks TLS: the smaller of the two programs, with the same listener.
pub struct TlsWorker {
    pub process: Process,
    /// `127.0.0.1:PORT` of the public listener.
    pub address: String,
    /// A client of the admin listener.
    pub admin: Client,
    pub directory: TempDir,
}

impl TlsWorker {
    /// One with this certificate and key, and these settings besides.
    pub fn start(identity: &Identity, settings: &[(&str, &str)]) -> Self {
        let directory = TempDir::new().expect("a temporary directory");
        let (certificate, key) = identity.write(directory.path(), "server");
        let process = Process::start(
            worker(&["serve", "--listen", "127.0.0.1:0"])
                .env("NATTER_HTTP__TLS_CERTIFICATE_FILE", certificate)
                .env("NATTER_HTTP__TLS_KEY_FILE", key)
                .envs(settings.iter().copied()),
        );
        let serving = process.logged("serving");
        let text = |member: &str| serving[member].as_str().expect("an address").to_owned();
        Self { address: text("address"), admin: Client::new(&text("admin")), process, directory }
    }

    /// One that asks for certificates of the authority at `ca` with one of these names.
    pub fn judging(identity: &Identity, ca: &Path, names: &[&str]) -> Self {
        let names = serde_json::to_string(names).expect("JSON");
        Self::start(
            identity,
            &[("NATTER_HTTP__TLS_CLIENT_CA_FILE", utf8(ca)), ("NATTER_HTTP__TLS_CLIENT_NAMES", &names)],
        )
    }

    /// The number of handshakes that failed for this reason, as the metrics have it.
    pub async fn failures(&self, reason: &str) -> u64 {
        let series = format!(r#"natter_tls_handshake_failures_total{{listener="public",reason="{reason}"}}"#);
        metric(&self.admin, &series).await
    }

    /// Waits until a handshake has failed for this reason.
    pub async fn failed(&self, reason: &str) {
        let deadline = Instant::now() + PATIENCE;
        while self.failures(reason).await == 0 {
            let metrics = self.admin.get("/metrics").await.text;
            assert!(Instant::now() < deadline, "no handshake fails for {reason}:\n{metrics}");
        }
    }
}

/// The value of a counter, or 0.
pub async fn metric(admin: &Client, series: &str) -> u64 {
    let metrics = admin.get("/metrics").await.expect(200).text;
    let line = metrics.lines().find_map(|line| line.strip_prefix(series));
    line.map_or(0, |value| value.trim().parse().expect("a number"))
}

/// Asks /ready until `is_it` says so; the answer.
pub async fn until_ready_says(admin: &Client, is_it: impl Fn(&Value) -> bool) -> Value {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let report = admin.get("/ready").await.json();
        if is_it(&report) {
            return report;
        }
        assert!(Instant::now() < deadline, "{report}");
    }
}

/// Sends a request that is only answered where TLS is; the error with all its causes where it is not.
pub async fn call(client: &Client) -> Result<(), String> {
    match client.request(reqwest::Method::GET, "/preview?url=http://10.9.8.7/").send().await {
        Ok(answer) => {
            assert_eq!(answer.status().as_u16(), 400, "a special address is refused");
            Ok(())
        }
        Err(error) => Err(causes(&error)),
    }
}

fn causes(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

/// A path, as a setting takes it.
pub fn utf8(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}

/// The settings of a server's certificate.
pub fn settings((certificate, key): &(PathBuf, PathBuf)) -> [(&str, &str); 2] {
    [("NATTER_HTTP__TLS_CERTIFICATE_FILE", utf8(certificate)), ("NATTER_HTTP__TLS_KEY_FILE", utf8(key))]
}
