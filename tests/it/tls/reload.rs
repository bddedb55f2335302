//! Certificates are replaced while the server works.

use std::{
    collections::HashSet,
    env, fs,
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    thread,
    time::{Duration, Instant},
};

use reqwest::{Method, tls::TlsInfo};

use super::{TlsWorker, call, metric, until_ready_says};
use crate::{
    authority::{Authority, replace},
    client::Client,
    process::PATIENCE,
};

const TAKEN: &str = r#"natter_tls_reloads_total{component="tls",outcome="taken"}"#;

/// The certificate that a new connection is shown.
async fn shown(client: &Client) -> Result<Vec<u8>, String> {
    let answer = client.request(Method::GET, "/preview?url=x").send().await;
    let answer = answer.map_err(|error| super::causes(&error))?;
    let info = answer.extensions().get::<TlsInfo>().ok_or("no TLS")?;
    Ok(info.peer_certificate().ok_or("no certificate")?.to_vec())
}

/// Three seconds, or as many as `NATTER_RELOAD_SECONDS` says.
fn duration() -> Duration {
    let seconds = env::var("NATTER_RELOAD_SECONDS").ok();
    Duration::from_secs(seconds.map_or(3, |text| text.parse().expect("a number of seconds")))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_request_fails_while_certificates_are_replaced() {
    let authority = Authority::new();
    let worker = TlsWorker::start(&authority.loopback(), &[]);
    let (ended, swaps, requests) = (AtomicBool::new(false), AtomicU64::new(0), AtomicU64::new(0));
    let (begun, duration) = (Instant::now(), duration());
    let replaced = thread::scope(|scope| {
        scope.spawn(|| {
            // Made beforehand, so that nothing but replacing takes time. Between the halves of a pair there is a
            // pause, so that the server meets pairs that do not fit.
            let identities: Vec<_> = (0..20).map(|_| authority.loopback()).collect();
            for identity in identities.iter().cycle() {
                replace(&worker.directory.path().join("server.crt"), &identity.certificate.pem(), 0o644);
                thread::sleep(Duration::from_millis(2));
                replace(&worker.directory.path().join("server.key"), &identity.key.serialize_pem(), 0o600);
                swaps.fetch_add(1, Ordering::Relaxed);
                thread::sleep(Duration::from_millis(40));
                if ended.load(Ordering::Relaxed) {
                    return;
                }
            }
        });
        let load = async {
            let client = |_| Client::secure(&worker.address, authority.client(None));
            let clients: Vec<_> = (0..4).map(client).collect();
            let mut seen = HashSet::new();
            loop {
                let answers = clients.iter().map(shown);
                for answer in futures_util::future::join_all(answers).await {
                    seen.insert(answer.expect("no request fails"));
                    requests.fetch_add(1, Ordering::Relaxed);
                }
                let reloads = metric(&worker.admin, TAKEN).await;
                if begun.elapsed() >= duration && reloads >= 2 {
                    return (reloads, seen.len());
                }
                assert!(begun.elapsed() < duration + PATIENCE, "{reloads} reloads");
            }
        };
        let load = tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(load));
        ended.store(true, Ordering::Relaxed);
        load
    });
    let (reloads, seen) = replaced;
    println!(
        "{} swaps, {reloads} of them taken, {} requests on connections of their own, none failed, {seen} certificates seen",
        swaps.into_inner(),
        requests.into_inner()
    );
    assert!(seen >= 2, "a new certificate is shown");
}

#[tokio::test]
async fn a_certificate_that_is_not_good_leaves_the_old_one_and_is_a_warning() {
    let authority = Authority::new();
    let identity = authority.loopback();
    let worker = TlsWorker::start(&identity, &[]);
    let client = Client::secure(&worker.address, authority.client(None));
    let before = shown(&client).await.expect("TLS");

    fs::write(worker.directory.path().join("server.crt"), "hunter2").expect("written");
    let has_warning = |report: &serde_json::Value| report["warnings"][0]["component"] == "tls";
    let report = until_ready_says(&worker.admin, has_warning).await;
    assert_eq!(report["ready"], true, "it serves as well as before: {report}");
    let detail = report["warnings"][0]["detail"].as_str().expect("text");
    assert!(detail.contains("server.crt holds no certificate"), "{detail}");
    assert_eq!(shown(&client).await.expect("TLS"), before);
    call(&client).await.expect("it goes on");
    assert!(worker.process.log().contains("what was there before stays in use"));
    assert!(!worker.process.log().contains("hunter2"), "what stands in a file is not logged");

    let (_, key) = authority.loopback().write(worker.directory.path(), "server");
    until_ready_says(&worker.admin, |report| report["warnings"].is_null()).await;
    let after = shown(&client).await.expect("TLS");
    assert_ne!(after, before, "the new pair is shown");

    replace(&key, &fs::read_to_string(&key).expect("readable"), 0o644);
    let report = until_ready_says(&worker.admin, has_warning).await;
    assert!(
        report["warnings"][0]["detail"].as_str().expect("text").contains("is open to other users"),
        "{report}"
    );
    assert_eq!(shown(&client).await.expect("TLS"), after);
}
