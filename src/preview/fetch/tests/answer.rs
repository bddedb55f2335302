use std::{collections::BTreeSet, time::Duration};

use super::{
    FetchError, preview, preview_with, settings,
    site::{PAGE, Reply, Site, html, redirect, whole},
};

/// The names of a request's fields.
fn names(request: &str) -> BTreeSet<String> {
    let fields = request.lines().skip(1).filter_map(|line| line.split_once(':'));
    fields.map(|(name, _)| name.to_ascii_lowercase()).collect()
}

#[tokio::test]
async fn nothing_is_sent_but_what_every_site_may_know() {
    let cookie = "302 Found\r\nLocation: /next\r\nSet-Cookie: id=1\r\nWWW-Authenticate: Basic\r\n";
    let script = move |path: &str| match path {
        "/next" => Reply::Whole(redirect(307, "/page")),
        "/page" => Reply::Whole(html(PAGE)),
        _ => Reply::Whole(whole(cookie, "")),
    };
    let site = Site::start(script).await;
    let mut settings = settings(&site);
    settings.user_agent = "our name".parse().expect("a field");
    preview_with(&settings, &site.url("/?a#fragment")).await.expect("a page");
    let requests = site.requests();
    assert_eq!(requests.len(), 3);
    assert!(requests[0].starts_with("GET /?a HTTP/1.1\r\n"), "{}", requests[0]);
    for request in requests {
        let expected = ["accept", "accept-encoding", "host", "user-agent", "via"];
        assert_eq!(names(&request), expected.map(String::from).into(), "{request}");
        assert!(request.contains("\r\nvia: 1.1 natter-preview\r\n"), "{request}");
        assert!(request.contains("\r\nuser-agent: our name\r\n"), "{request}");
        assert!(request.contains(&format!("\r\nhost: {}\r\n", site.address)), "{request}");
    }
}

#[tokio::test]
async fn only_200_is_a_page() {
    for status in [204, 206, 400, 401, 404, 407, 418, 429, 500, 503] {
        let site = Site::answering(&format!("{status} Some\r\nContent-Type: text/html\r\n"), PAGE).await;
        assert_eq!(preview(&site).await, Err(FetchError::Status(status)));
    }
}

#[tokio::test]
async fn only_html_is_read() {
    for (kind, is_html) in [
        ("Content-Type: text/html", true),
        ("Content-Type: TEXT/HTML ; Charset=utf-8", true),
        ("Content-Type: application/xhtml+xml", true),
        ("Content-Type: text/plain", false),
        ("Content-Type: text/htmlx", false),
        ("Content-Type: application/json; text/html", false),
        ("Content-Type: image/svg+xml", false),
        ("Content-Type: application/octet-stream", false),
        ("Content-Type:", false),
        ("X-No: type", false),
    ] {
        let site = Site::answering(&format!("200 OK\r\n{kind}\r\n"), PAGE).await;
        let answer = preview(&site).await;
        if is_html {
            assert_eq!(answer.expect("a page").title.as_deref(), Some("found"), "{kind}");
        } else {
            assert_eq!(answer, Err(FetchError::NotHtml), "{kind}");
        }
    }
}

#[tokio::test]
async fn the_header_has_a_budget_of_bytes_and_of_fields() {
    let with = |fields: String| async move {
        Site::answering(&format!("200 OK\r\nContent-Type: text/html\r\n{fields}"), PAGE).await
    };
    let long = |bytes| format!("X-Long: {}\r\n", "x".repeat(bytes));
    assert!(preview(&with(long(30_000)).await).await.is_ok());
    assert_eq!(preview(&with(long(33_000)).await).await, Err(FetchError::HeaderTooLarge));
    assert!(preview(&with("A: b\r\n".repeat(97)).await).await.is_ok());
    let answer = preview(&with("A: b\r\n".repeat(101)).await).await;
    assert!(matches!(answer, Err(FetchError::Exchange(_))), "{answer:?}");
    // A header without an end is given up long before the deadline.
    let endless = format!("HTTP/1.1 200 OK\r\n{}", "A: b\r\n".repeat(200_000));
    let site = Site::start(move |_| Reply::Stalled(endless.clone().into_bytes())).await;
    let answer = preview(&site).await;
    assert!(matches!(answer, Err(FetchError::Exchange(_))), "{answer:?}");
}

#[tokio::test]
async fn what_is_slower_than_the_deadline_is_no_page() {
    for sent in
        ["", "HTTP/1.1 200 OK\r\nContent-Ty", "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<title>"]
    {
        let site = Site::start(move |_| Reply::Stalled(sent.into())).await;
        let mut settings = settings(&site);
        settings.deadline = Duration::from_millis(300);
        assert_eq!(preview_with(&settings, &site.url("/")).await, Err(FetchError::Deadline), "{sent}");
    }
}

#[tokio::test]
async fn a_body_that_stalls_after_a_full_head_is_not_waited_for() {
    let head = "<head><title>t</title><meta property=og:title content=found></head>";
    let answer = whole("200 OK\r\nContent-Type: text/html; charset=utf-8\r\n", head);
    let site = Site::start(move |_| Reply::Stalled(answer.clone())).await;
    assert_eq!(preview(&site).await.expect("the head is enough").title.as_deref(), Some("found"));
}

#[tokio::test]
async fn what_is_no_http_is_no_page() {
    for answer in ["<title>HTTP/0.9</title>", "SSH-2.0-OpenSSH\r\n", "HTTP/1.1 2000 OK\r\n\r\n", ""] {
        let site = Site::start(move |_| Reply::Whole(answer.into())).await;
        let answer = preview(&site).await;
        assert!(matches!(answer, Err(FetchError::Exchange(_))), "{answer:?}");
    }
}
