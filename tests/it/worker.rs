//! The preview worker as a program.

use std::{
    fs,
    io::{ErrorKind, Read, Write},
    net::TcpListener,
    os::unix::fs::MetadataExt,
    process::{Command, Output},
    thread,
};

use serde_json::Value;

use crate::{
    client::{Answer, Client},
    process::Process,
    tls::until_ready_says,
};

/// The program, with none of the settings of whoever runs the tests, on free ports.
pub fn worker(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_natter-preview"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("NATTER_")) {
        command.env_remove(name);
    }
    command.env("NATTER_ADMIN__LISTEN", "127.0.0.1:0").args(arguments);
    command
}

fn output(command: &mut Command) -> (Option<i32>, String, String) {
    let Output { status, stdout, stderr } = command.output().expect("it runs");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    (status.code(), text(stdout), text(stderr))
}

#[tokio::test]
async fn it_serves_until_it_is_asked_to_stop() {
    let process = Process::start(&mut worker(&["serve", "--listen", "127.0.0.1:0"]));
    let serving = process.logged("serving");
    let address = |member: &str| serving[member].as_str().expect("an address").to_owned();
    let (public, admin) = (Client::new(&address("address")), Client::new(&address("admin")));

    let refused = public.get("/preview?url=http://10.9.8.7/secret").await;
    refused.expect_problem(400, "url-refused");
    let head = crate::client::send(public.request(reqwest::Method::HEAD, "/preview?url=x")).await;
    assert_eq!((head.status.as_u16(), head.text.as_str()), (400, ""));
    assert_ne!(head.header("content-length"), Some("0"), "the answer to GET has a body");
    // At first it asks whether the network translates to IPv4.
    until_ready_says(&admin, |report| report["ready"] == true).await;
    let Answer { text, .. } = admin.get("/ready").await.expect(200);
    assert_eq!(text, r#"{"ready":true,"reasons":[]}"#);
    let metrics = admin.get("/metrics").await.expect(200).text;
    let counted = r#"natter_requests_total{operation="getPreview",status="400"} 2"#;
    assert!(metrics.contains(counted), "{metrics}");
    public.get("/metrics").await.expect_problem(404, "not-found");

    let mut healthcheck = worker(&["healthcheck"]);
    assert_eq!(output(healthcheck.env("NATTER_ADMIN__LISTEN", address("admin"))).0, Some(0));
    let (status, log) = process.stop();
    assert!(status.success(), "{status}\n{log}");
    assert!(!log.contains("10.9.8.7") && !log.contains("secret"), "a query is logged:\n{log}");
    assert_eq!(output(healthcheck.env("NATTER_ADMIN__LISTEN", address("admin"))).0, Some(1));
}

#[test]
fn everything_wrong_with_the_settings_is_said_at_once() {
    for command in [&["serve"][..], &["fetch", "http://a.example.com/"], &["settings"], &["healthcheck"]] {
        let mut worker = worker(command);
        let (code, out, errors) =
            output(worker.env("NATTER_FETCH__PORTS", "[]").env("NATTER_HTTP__LISTN", "127.0.0.1:1"));
        assert_eq!((code, out.as_str()), (Some(2), ""), "{errors}");
        assert!(errors.starts_with("2 settings cannot be taken:"), "{errors}");
    }
    let (code, out, _) = output(worker(&["settings"]).env("NATTER_FETCH__PORTS", "[8080]"));
    assert_eq!(code, Some(0));
    assert!(out.contains("fetch.ports = [8080]  # environment NATTER_FETCH__PORTS\n"), "{out}");
}

#[test]
fn a_missing_resolv_conf_is_named_with_what_to_do() {
    let root = fs::metadata("/proc/self").expect("/proc is mounted").uid() == 0;
    // The file is absent, then there without a server; the machine's own stays as it is.
    for make in ["true", ": > /etc/resolv.conf"] {
        let mut alone = Command::new("unshare");
        if !root {
            alone.args(["--user", "--map-root-user"]);
        }
        let script =
            format!("mount -t tmpfs tmpfs /etc && {make} && exec \"$0\" fetch http://a.example.com/");
        alone.args(["--mount", "--", "sh", "-c", &script, env!("CARGO_BIN_EXE_natter-preview")]);
        let (code, out, errors) = output(alone.env("RUST_BACKTRACE", "0"));
        assert_eq!((code, out.as_str()), (Some(1), ""), "{errors}");
        let wanted = "Error: there is no name server to ask: mount an /etc/resolv.conf with a `nameserver` line, \
                      or set fetch.nameservers (";
        assert!(errors.starts_with(wanted) && errors.lines().count() == 1, "{errors}");
    }
}

/// Answers the one request that comes with a page.
fn site() -> (String, thread::JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("it is bound").to_string();
    let answering = thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("it is dialled");
        let _ = stream.read(&mut [0; 2048]).expect("a request");
        let page =
            "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n<title>A page</title>";
        stream.write_all(page.as_bytes()).expect("it is read");
    });
    (address, answering)
}

#[test]
fn a_page_is_fetched_past_the_proxies_of_the_environment() {
    let (address, answering) = site();
    let proxy = TcpListener::bind("127.0.0.1:0").expect("a free port");
    proxy.set_nonblocking(true).expect("it can be asked");
    let proxy_url = format!("http://{}", proxy.local_addr().expect("it is bound"));
    let mut fetch = worker(&["fetch", &format!("http://{address}/")]);
    for name in ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"] {
        fetch.env(name, &proxy_url);
    }
    let port = address.rsplit(':').next().expect("a port");
    fetch
        .env("NATTER_FETCH__PORTS", format!("[{port}]"))
        .env("NATTER_FETCH__NAMESERVERS", "['127.0.0.1:1']")
        .env("NATTER_FETCH__ALLOW_FOR_DEVELOPMENT", "['127.0.0.0/8']");
    let (code, out, errors) = output(&mut fetch);
    assert_eq!(code, Some(0), "{errors}");
    let card: Value = serde_json::from_str(&out).expect("a card");
    assert_eq!(card["title"], "A page");
    answering.join().expect("the site was asked");
    assert_eq!(proxy.accept().expect_err("nobody came").kind(), ErrorKind::WouldBlock);
}

#[test]
fn what_is_refused_says_why_to_the_operator() {
    let (code, out, errors) = output(&mut worker(&["fetch", "http://10.0.0.1/"]));
    assert_eq!((code, out.as_str()), (Some(1), ""));
    assert!(errors.contains("[url.address]"), "{errors}");
}

#[test]
fn the_card_of_a_saved_page_needs_no_network() {
    let directory = tempfile::TempDir::new().expect("a temporary directory");
    let page = directory.path().join("page.html");
    std::fs::write(&page, b"<title>caf\xe9</title><link rel=icon href=/i.png>").expect("it is written");
    let page = page.to_str().expect("UTF-8");
    let url = "https://www.example.com/a";
    let (code, out, errors) = output(&mut worker(&["extract", page, "--url", url, "--charset", "latin1"]));
    assert_eq!(code, Some(0), "{errors}");
    let card: Value = serde_json::from_str(&out).expect("a card");
    assert_eq!(card["title"], "café");
    assert_eq!(card["icon"], "https://www.example.com/i.png");
}

#[test]
fn the_document_is_printed_whatever_the_settings() {
    let (code, out, _) = output(worker(&["openapi"]).env("NATTER_NONSENSE", "1"));
    assert_eq!(code, Some(0));
    let document: Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!(document["paths"]["/preview"]["get"]["operationId"], "getPreview");
}
