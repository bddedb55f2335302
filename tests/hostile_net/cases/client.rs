//! What the client side of HTTP brings along by itself.

use crate::{
    case::Case,
    fetch_case::{FetchCase, fetch},
    reply::{HTML, answer, body, page, redirect},
    world::OTHER,
};

/// Every spelling of a proxy in the environment.
const PROXIES: [&str; 6] =
    ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];

pub fn cases() -> Vec<Case> {
    let proxies = PROXIES.map(|name| {
        let scheme = if name.to_ascii_lowercase().starts_with("https") { "https" } else { "http" };
        let port = if scheme == "https" { 443 } else { 80 };
        fetch(format!("{scheme}://news.example.com/"))
            .page("/", page("News"))
            .variable(name, "http://10.0.0.1:3128")
            .card("News")
            .asks(&["news.example.com"])
            .dials(&[&format!("93.184.216.34:{port}")])
            .named(format!("client: {name} is not used"))
    });
    proxies.into_iter().chain(told_by_hand()).collect()
}

fn told_by_hand() -> [Case; 7] {
    let to_other = "Location: http://other.example.net/";
    [
        fetch("http://news.example.com/")
            .page("/", page("News"))
            .variable("ALL_PROXY", "socks5h://127.0.0.1:8080")
            .variable("NO_PROXY", "")
            .card("News")
            .visits_news()
            .named("client: SOCKS proxy is not used"),
        to_other_site(answer("302 Found", &[to_other, "Set-Cookie: secret=1; Domain=example.net"]))
            .never_sends("cookie:")
            .named("client: no cookie across hops"),
        fetch("http://news.example.com/")
            .page("/", answer("302 Found", &["Location: /again", "Set-Cookie: secret=1"]))
            .page("/again", page("News"))
            .card("News")
            .visits_news()
            .never_sends("cookie:")
            .named("client: no cookie back to the same site"),
        to_other_site(redirect(302, "http://other.example.net/"))
            .never_sends("referer:")
            .named("client: no Referer across hops"),
        fetch("http://news.example.com/")
            .page("/", page("News"))
            .variable("HOME", ".")
            .variable("NETRC", "netrc")
            .card("News")
            .visits_news()
            .never_sends("authorization:")
            .named("client: no netrc"),
        fetch("https://news.example.com/")
            .page("/", answer("302 Found", &["Location: /again", "Alt-Svc: h2=\"10.0.0.1:443\"; ma=86400"]))
            .page("/again", body(&[HTML, "Alt-Svc: h3=\":8443\""], b"<title>News</title>"))
            .card("News")
            .asks(&["news.example.com"])
            .dials(&["93.184.216.34:443"])
            .named("client: no alternative service"),
        // Two names on one address with one certificate would share a connection, were there one to share.
        fetch("http://news.example.com/")
            .record("evil.example.org A 93.184.216.34 then 10.0.0.1")
            .page("/", redirect(302, "http://evil.example.org/1"))
            .page("/1", redirect(302, "http://evil.example.org/2"))
            .page("/2", page("Reused"))
            .refused("fetch.address-denied")
            .visits_news()
            .asks(&["evil.example.org"])
            .named("client: no connection outlives the judgement of its address"),
    ]
}

fn to_other_site(reply: crate::reply::Reply) -> FetchCase {
    fetch("http://news.example.com/")
        .page("/", reply)
        .page_at(OTHER, "/", page("Other"))
        .card("Other")
        .visits_news()
        .visits_other()
}
