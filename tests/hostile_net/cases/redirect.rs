//! Redirects: every hop is a URL of a stranger.

use crate::{
    case::Case,
    fetch_case::{FetchCase, fetch},
    reply::{HTML, answer, body, html, page, raw, redirect},
    world::OTHER,
};

/// What, where to, rule. The first hop is `http://news.example.com/`.
const REFUSED: [(&str, &str); 18] = [
    ("loopback literal", "http://127.0.0.1/"),
    ("loopback in decimal", "http://2130706433/"),
    ("IPv6 literal", "http://[::1]/"),
    ("IPv4-mapped literal", "http://[::ffff:169.254.169.254]/"),
    ("metadata service", "http://169.254.169.254/latest/meta-data/"),
    ("protocol-relative literal", "//10.0.0.1/"),
    ("backslashes before a literal", r"\\10.0.0.1\"),
    ("file scheme", "file:///etc/passwd"),
    ("gopher scheme", "gopher://other.example.net:80/_x"),
    ("data scheme", "data:text/html,<title>x</title>"),
    ("other port", "http://other.example.net:6379/"),
    ("other port of the same host", "//news.example.com:8080/"),
    ("userinfo", "http://user:secret@other.example.net/"),
    ("special name", "http://metadata.google.internal/"),
    ("localhost", "http://localhost/"),
    ("single label", "http://kubernetes/"),
    ("tab inside", "http://other.exam\tple.net/"),
    ("empty host", "http://"),
];

pub fn cases() -> Vec<Case> {
    let refused = REFUSED.map(|(what, location)| {
        moved(redirect(302, location)).refused("fetch.redirect-refused").named(format!("redirect: {what}"))
    });
    let followed = [301, 302, 303, 307, 308].map(|status| {
        moved(redirect(status, "http://other.example.net/"))
            .page_at(OTHER, "/", page("Other"))
            .card("Other")
            .card_with("url", "http://other.example.net/")
            .visits_other()
            .named(format!("redirect: {status} is followed"))
    });
    let to_canary = [301, 303, 307, 308].map(|status| {
        moved(redirect(status, "http://10.0.0.1/"))
            .refused("fetch.redirect-refused")
            .named(format!("redirect: {status} to a private address"))
    });
    let no_redirects = [201, 300, 304, 305, 306].map(|status| {
        moved(redirect(status, "http://10.0.0.1/"))
            .refused("fetch.status")
            .named(format!("redirect: {status} with Location leads nowhere"))
    });
    let all = refused.into_iter().chain(followed).chain(to_canary).chain(no_redirects);
    all.chain(told_by_hand()).collect()
}

fn moved(reply: crate::reply::Reply) -> FetchCase {
    fetch("http://news.example.com/").page("/", reply).visits_news()
}

fn told_by_hand() -> [Case; 13] {
    let location = "Location: http://other.example.net/";
    [
        moved(redirect(302, "next?a#b"))
            .page("/next?a", page("Next"))
            .card("Next")
            .named("redirect: relative is followed"),
        moved(redirect(302, "https://news.example.com/"))
            .refused("fetch.too-many-redirects")
            .dials(&["93.184.216.34:443"])
            .named("redirect: http and https of one host go round in circles"),
        moved(redirect(302, "http://evil.example.org/"))
            .record("evil.example.org A 127.0.0.1")
            .refused("fetch.address-denied")
            .asks(&["evil.example.org"])
            .named("redirect: name with a private address"),
        moved(answer("302 Found", &["Location: http://other.example.net/\rLocation: http://10.0.0.1/"]))
            .refused("fetch.exchange")
            .named("redirect: carriage return in Location"),
        moved(answer("302 Found", &["Location: /%0d%0aLocation:%20http://10.0.0.1/"]))
            .page("/%0d%0aLocation:%20http://10.0.0.1/", page("Next"))
            .card("Next")
            .named("redirect: encoded line break in Location stays encoded"),
        moved(answer("302 Found", &[location, "Location: http://10.0.0.1/"]))
            .refused("fetch.redirect-nowhere")
            .named("redirect: two Locations"),
        moved(answer("302 Found", &[])).refused("fetch.redirect-nowhere").named("redirect: no Location"),
        moved(body(&[HTML, "Refresh: 0; url=http://10.0.0.1/"], b"<title>Fresh</title>"))
            .card("Fresh")
            .named("redirect: Refresh field is not followed"),
        moved(html("<meta http-equiv=refresh content='0;url=http://10.0.0.1/'><title>Fresh</title>"))
            .card("Fresh")
            .named("redirect: meta refresh is not followed"),
        moved(raw("HTTP/1.1 302 Found\nLocation: http://10.0.0.1/\n\n"))
            .refused("fetch.redirect-refused")
            .named("redirect: bare line feeds"),
        hops(10).card("End").named("redirect: ten hops are followed"),
        hops(11).refused("fetch.too-many-redirects").named("redirect: the eleventh hop is not"),
        moved(redirect(302, "/")).refused("fetch.too-many-redirects").named("redirect: circle"),
    ]
}

/// A page at the end of so many redirects.
fn hops(count: usize) -> FetchCase {
    let hop =
        |case: FetchCase, at: usize| case.page(&format!("/{at}"), redirect(302, &format!("/{}", at + 1)));
    let case = (0..count).fold(fetch("http://news.example.com/0").visits_news(), hop);
    case.page(&format!("/{count}"), page("End"))
}
