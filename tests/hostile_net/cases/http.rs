//! Answers that are no honest HTTP.

use crate::{
    authority::WRONG_CERTIFICATE,
    case::Case,
    fetch_case::{FetchCase, fetch},
    http2,
    reply::{HTML, Reply, answer, body, page, raw},
};

fn answered(reply: Reply) -> FetchCase {
    fetch("http://news.example.com/").page("/", reply).visits_news()
}

fn typed(content_type: &str) -> FetchCase {
    answered(body(&[&format!("Content-Type: {content_type}")], b"<title>Typed</title>"))
}

pub fn cases() -> Vec<Case> {
    let no_pages = [
        ("plain text", "text/plain"),
        ("JSON", "application/json"),
        ("SVG", "image/svg+xml"),
        ("XML", "text/xml"),
        ("two types", "text/plain, text/html"),
    ];
    let no_pages = no_pages
        .map(|(what, kind)| typed(kind).refused("fetch.not-html").named(format!("http: {what} is no page")));
    no_pages.into_iter().chain(answers()).chain(over_tls()).collect()
}

fn answers() -> [Case; 16] {
    [
        typed("TEXT/HTML ; charset=\"utf-8\"").card("Typed").named("http: HTML by another spelling"),
        answered(body(&[], b"<title>x</title>"))
            .refused("fetch.not-html")
            .named("http: no content type is no page"),
        answered(raw("<title>HTTP/0.9</title>")).refused("fetch.exchange").named("http: version 0.9"),
        answered(raw("")).refused("fetch.exchange").named("http: nothing at all"),
        answered(raw("SSH-2.0-OpenSSH_9.2\r\n")).refused("fetch.exchange").named("http: another protocol"),
        answered(raw(
            "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 5\r\nContent-Length: 9\r\n\r\n",
        ))
        .refused("fetch.exchange")
        .named("http: two lengths"),
        answered(raw("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n\
             1b\r\n<title>Early</title><p>more\r\nZZ\r\n"))
        .card("Early")
        .named("http: broken chunk after the title"),
        answered(body(&[HTML, "Upgrade: h2c", "Connection: Upgrade"], b"<title>Same</title>"))
            .card("Same")
            .named("http: an offer to upgrade"),
        answered(answer("101 Switching Protocols", &["Upgrade: x", "Connection: Upgrade"]))
            .refused("fetch.status")
            .named("http: an upgrade that nobody asked for"),
        answered(
            raw("HTTP/1.1 103 Early Hints\r\nLink: <http://10.0.0.1/>; rel=preload\r\n\r\n").send(HINTED),
        )
        .card("Hinted")
        .named("http: early hints are not followed"),
        answered(body(&[HTML, "Link: <http://10.0.0.1/>; rel=preload"], b"<title>Linked</title>"))
            .card("Linked")
            .named("http: Link field is not followed"),
        answered(answer("401 Unauthorized", &["WWW-Authenticate: Basic realm=x"]))
            .refused("fetch.status")
            .never_sends("authorization:")
            .named("http: a demand for credentials"),
        answered(answer("407 Proxy Authentication Required", &["Proxy-Authenticate: Basic realm=x"]))
            .refused("fetch.status")
            .never_sends("authorization:")
            .named("http: a demand for a proxy's credentials"),
        answered(answer("204 No Content", &[HTML])).refused("fetch.status").named("http: no content"),
        answered(answer("500 Oops", &[HTML])).refused("fetch.status").named("http: server error"),
        answered(body(&[HTML], b"")).card_with("title", ()).named("http: empty page"),
    ]
}

/// A whole answer, to follow an interim one.
const HINTED: &str =
    "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n<title>Hinted</title>";

fn over_tls() -> [Case; 5] {
    let secure = |host: &str| {
        fetch(format!("https://{host}/"))
            .page("/", page("Secure"))
            .asks(&[host])
            .dials(&["93.184.216.34:443"])
    };
    let second = |reply: fn() -> Reply| {
        fetch("https://h2.example.com/")
            .page_made("93.184.216.40", "*", reply)
            .asks(&["h2.example.com"])
            .dials(&["93.184.216.40:443"])
    };
    [
        secure(WRONG_CERTIFICATE).refused("fetch.exchange").named("tls: certificate of another name"),
        secure("news.example.com")
            .variable("SSL_CERT_FILE", "/etc/ssl/certs/ca-certificates.crt")
            .refused("fetch.exchange")
            .named("tls: unknown authority"),
        fetch("http://news.example.com:443/")
            .page("/", page("Plain"))
            .card("Plain")
            .asks(&["news.example.com"])
            .dials(&["93.184.216.34:443"])
            .named("tls: none where the URL says none"),
        second(|| http2::reply(&[("content-type", "text/html")], "<title>Second</title>"))
            .card("Second")
            .named("http2: an honest page"),
        second(|| {
            http2::reply(&[("content-type", "text/html"), ("x", &"x".repeat(40_000))], "<title>x</title>")
        })
        .refused("fetch.exchange")
        .named("http2: endless headers"),
    ]
}
