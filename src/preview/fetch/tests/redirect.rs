use std::time::{Duration, Instant};

use super::{
    FetchError, preview, preview_with, settings,
    site::{PAGE, Reply, Site, html, redirect, whole},
};
use url::Host;

use crate::preview::{address::Rule, target::UrlRule};

/// A site whose front page redirects to `location`, where a page is.
async fn leading_to(status: u16, location: &str) -> Site {
    let location = location.to_owned();
    let script = move |path: &str| {
        Reply::Whole(if path == "/a/start" { redirect(status, &location) } else { html(PAGE) })
    };
    Site::start(script).await
}

#[tokio::test]
async fn the_five_redirects_are_followed_and_no_other_answer_is() {
    for status in 300..=308 {
        let site = leading_to(status, "/next").await;
        let answer = preview_with(&settings(&site), &site.url("/a/start")).await;
        if [301, 302, 303, 307, 308].contains(&status) {
            assert_eq!(answer.expect("it is followed").url, site.url("/next"), "{status}");
        } else {
            assert_eq!(answer, Err(FetchError::Status(status)));
            assert_eq!(site.requests().len(), 1);
        }
    }
    let site = leading_to(201, "/next").await;
    let answer = preview_with(&settings(&site), &site.url("/a/start")).await;
    assert_eq!(answer, Err(FetchError::Status(201)));
}

#[tokio::test]
async fn a_page_cannot_send_us_on() {
    let head = "200 OK\r\nContent-Type: text/html\r\nRefresh: 0; url=/next\r\nLocation: /next\r\n";
    let site = Site::answering(head, "<meta http-equiv=refresh content='0; url=/next'>").await;
    assert_eq!(preview(&site).await.expect("a page").url, site.url("/"));
    assert_eq!(site.requests().len(), 1);
}

#[tokio::test]
async fn a_location_is_relative_to_the_hop_it_comes_from() {
    for (location, path) in
        [("next?x", "/a/next?x"), ("/next", "/next"), ("?q", "/a/start?q"), ("../b", "/b")]
    {
        let site = leading_to(302, location).await;
        let card = preview_with(&settings(&site), &site.url("/a/start")).await.expect("it is followed");
        assert_eq!(card.url, site.url(path), "{location}");
    }
    let page = Site::answering("200 OK\r\nContent-Type: text/html\r\n", PAGE).await;
    for location in [format!("//{}/next", page.address), page.url("/next")] {
        let site = leading_to(302, &location).await;
        let mut settings = settings(&site);
        settings.ports.push(page.address.port());
        let card = preview_with(&settings, &site.url("/a/start")).await.expect("it is followed");
        assert_eq!(card.url, page.url("/next"));
    }
}

#[tokio::test]
async fn ten_redirects_are_followed_and_the_eleventh_is_not() {
    let countdown = |path: &str| match path.trim_start_matches('/').parse() {
        Ok(0) | Err(_) => Reply::Whole(html(PAGE)),
        Ok(left) => Reply::Whole(redirect(302, &format!("/{}", left - 1_u32))),
    };
    let site = Site::start(countdown).await;
    assert!(preview_with(&settings(&site), &site.url("/10")).await.is_ok());
    assert_eq!(site.requests().len(), 11);
    let site = Site::start(countdown).await;
    let answer = preview_with(&settings(&site), &site.url("/11")).await;
    assert_eq!(answer, Err(FetchError::TooManyRedirects));
    assert_eq!(site.requests().len(), 11, "the page behind the eleventh is not asked for");
}

#[tokio::test]
async fn every_hop_is_judged_and_nothing_is_dialled_that_is_refused() {
    let canary = Site::answering("200 OK\r\nContent-Type: text/html\r\n", PAGE).await;
    let port = canary.address.port();
    for (location, rule) in [
        (format!("http://127.0.0.1:{port}/"), UrlRule::Port),
        ("http://127.0.0.1:22/".into(), UrlRule::Port),
        ("ftp://127.0.0.1/".into(), UrlRule::Scheme),
        ("file:///etc/passwd".into(), UrlRule::Scheme),
        ("javascript:alert(1)".into(), UrlRule::Scheme),
        ("gopher://127.0.0.1/_x".into(), UrlRule::Scheme),
        ("http://user@127.0.0.1/".into(), UrlRule::Userinfo),
        ("//:password@127.0.0.1/".into(), UrlRule::Userinfo),
        ("http://localhost/".into(), UrlRule::SpecialName),
        ("http://metadata/".into(), UrlRule::SingleLabel),
        ("/a\tb".into(), UrlRule::ControlCharacters),
        ("http://[::".into(), UrlRule::Malformed),
        (format!("/{}", "x".repeat(2048)), UrlRule::TooLong),
    ] {
        let site = leading_to(302, &location).await;
        let mut settings = settings(&site);
        // Userinfo, schemes and names are judged whatever the port.
        settings.ports.extend([80, 443]);
        let answer = preview_with(&settings, &site.url("/a/start")).await;
        assert_eq!(answer, Err(FetchError::RedirectRefused(rule)), "{location}");
        assert_eq!(site.requests().len(), 1);
    }
    for address in ["10.0.0.1", "169.254.169.254", "[::1]", "[::ffff:10.0.0.1]", "167772161", "0xa.1"] {
        let site = leading_to(302, &format!("http://{address}:{port}/")).await;
        let mut settings = settings(&site);
        settings.ports.push(port);
        let answer = preview_with(&settings, &site.url("/a/start")).await;
        let refused = matches!(answer, Err(FetchError::RedirectRefused(UrlRule::Address(_))));
        assert!(refused, "{address}: {answer:?}");
    }
    assert!(canary.requests().is_empty());
}

#[tokio::test]
async fn our_own_hosts_are_refused_at_every_hop() {
    for (location, own, rule) in [
        ("http://127.0.0.2/", "127.0.0.2", UrlRule::Address(Rule::CONFIGURED)),
        ("http://api.example.com/", "api.example.com", UrlRule::DeniedHost),
        ("http://www.API.example.com./", "api.example.com", UrlRule::DeniedHost),
    ] {
        let site = leading_to(302, location).await;
        let mut settings = settings(&site);
        settings.ports.push(80);
        settings.deny_hosts = vec![Host::parse(own).expect("a host")];
        let answer = preview_with(&settings, &site.url("/a/start")).await;
        assert_eq!(answer, Err(FetchError::RedirectRefused(rule)), "{location}");
    }
}

#[tokio::test]
async fn a_redirect_says_once_where_to() {
    for fields in ["", "Location: /a\r\nLocation: /b\r\n", "Location: /\u{1f}\r\n"] {
        let site = Site::answering(&format!("302 Found\r\n{fields}"), "").await;
        let answer = preview(&site).await;
        let nowhere = matches!(answer, Err(FetchError::RedirectNowhere | FetchError::Exchange(_)));
        assert!(nowhere, "{fields:?}: {answer:?}");
    }
    let latin = b"HTTP/1.1 302 Found\r\nLocation: /\xe9\r\nConnection: close\r\n\r\n";
    let site = Site::start(|_| Reply::Whole(latin.to_vec())).await;
    assert_eq!(preview(&site).await, Err(FetchError::RedirectNowhere));
    let site =
        Site::start(|path| Reply::Whole(whole(&format!("302 Found\r\nLocation: {path}\r\n"), ""))).await;
    assert_eq!(preview(&site).await, Err(FetchError::TooManyRedirects), "a circle");
}

#[tokio::test]
async fn one_deadline_covers_every_hop() {
    // Each hop alone is well within it.
    let hop = Duration::from_millis(100);
    let site = Site::start(move |_| Reply::Late(hop, redirect(302, "/"))).await;
    let mut settings = settings(&site);
    settings.deadline = hop * 4;
    let start = Instant::now();
    assert_eq!(preview_with(&settings, &site.url("/")).await, Err(FetchError::Deadline));
    assert!(start.elapsed() >= settings.deadline);
    assert!((1..=5).contains(&site.requests().len()), "{}", site.requests().len());
}
