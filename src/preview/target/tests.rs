use std::net::IpAddr;

use url::Url;

use super::{TargetHost, UrlPolicy, UrlRule};
use crate::preview::address;

fn policy() -> UrlPolicy {
    UrlPolicy::new(address::Policy::default(), vec![80, 443], &["natter.chat".into()])
}

fn refusal(text: &str) -> UrlRule {
    match policy().judge_text(text) {
        Err(rule) => rule,
        Ok(target) => panic!("{text} is taken as {}", target.url()),
    }
}

#[test]
fn ordinary_urls_are_taken() {
    for (text, normal) in [
        ("https://news.example.com/a?b#c", "https://news.example.com/a?b#c"),
        ("HTTPS://News.Example.COM:443", "https://news.example.com/"),
        ("http://example.com./a", "http://example.com/a"),
        ("https://bücher.example.net/", "https://xn--bcher-kva.example.net/"),
        ("http://example.com:443/", "http://example.com:443/"),
        ("https://ex%61mple.com/", "https://example.com/"),
        ("https://example.com/@user", "https://example.com/@user"),
        ("http://8.8.8.8/", "http://8.8.8.8/"),
        ("http://[2606:4700:4700::1111]/", "http://[2606:4700:4700::1111]/"),
        // A backslash is a slash to browsers: the host is before it, and that host is dialled.
        (r"https://example.com\@127.0.0.1/", "https://example.com/@127.0.0.1/"),
    ] {
        let target = policy().judge_text(text).unwrap_or_else(|rule| panic!("{text}: {rule}"));
        assert_eq!(target.url().as_str(), normal);
    }
}

#[test]
fn the_host_that_was_judged_is_the_host_that_is_dialled() {
    let target = policy().judge_text("http://134744072/").expect("8.8.8.8 in decimal");
    assert_eq!(target.host(), &TargetHost::Address(IpAddr::from([8, 8, 8, 8])));
    assert_eq!(target.url().host_str(), Some("8.8.8.8"));
    assert_eq!(target.port(), 80);
}

#[test]
fn every_notation_of_a_special_address_is_refused() {
    for host in [
        "127.0.0.1",
        "2130706433",
        "0x7f000001",
        "0x7F.0.0.1",
        "0177.0.0.1",
        "017700000001",
        "127.1",
        "127.0.1",
        "0",
        "0x0",
        "１２７.０.０.１",
        "127。0。0。1",
        "①②⑦.⓪.⓪.①",
        "%31%32%37.0.0.1",
        "127.0.0.1.",
        "169.254.169.254",
        "168.63.129.16",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::ffff:0:10.0.0.1]",
        "[64:ff9b::a9fe:a9fe]",
        "[2606:4700::5efe:7f00:1]",
        "[2002:7f00:1::]",
        "[fd00:ec2::254]",
        "[fe80::1]",
    ] {
        let rule = refusal(&format!("http://{host}/"));
        assert!(matches!(rule, UrlRule::Address(_)), "{host}: {rule:?}");
    }
}

#[test]
fn hosts_that_are_none_are_malformed() {
    for url in [
        "http://",
        "http://?",
        "http:///",
        "http://256.256.256.256/",
        "http://1.2.3.4.5/",
        "http://4294967296/",
        "http://0x1ffffffff/",
        "http://[v1.x]/",
        "http://[::1%25eth0]/",
        "http://[fe80::1%eth0]/",
        "http://a%00b.com/",
        "http://a%2fb.com/",
        "http://exa<mple.com/",
        "http://exam ple.com/",
        "http://exam\u{3000}ple.com/",
        "http://example.com:99999/",
        "//example.com/",
        "example.com",
        "",
    ] {
        let rule = refusal(url);
        assert!(matches!(rule, UrlRule::Malformed), "{url}: {rule:?}");
    }
}

#[test]
fn special_names_are_refused() {
    for host in [
        "localhost",
        "LOCALHOST",
        "localhost.",
        "a.localhost",
        "printer.local",
        "metadata.google.internal",
        "api.default.svc",
        "api.default.svc.cluster.local",
        "router.home.arpa",
        "1.0.0.127.in-addr.arpa",
        "abc.onion",
        "a.test",
        "a.invalid",
        "a.example",
        "nas.lan",
        "ｌｏｃａｌｈｏｓｔ",
        "loc%61lhost",
    ] {
        let rule = refusal(&format!("http://{host}/"));
        assert_eq!(rule, UrlRule::SpecialName, "{host}");
    }
    assert_eq!(refusal("http://kubernetes/"), UrlRule::SingleLabel);
    assert_eq!(refusal("http://com./"), UrlRule::SingleLabel);
}

#[test]
fn each_part_of_a_url_has_its_rule() {
    let long = format!("https://example.com/{}", "a".repeat(2048));
    let label = format!("http://{}.com/", "a".repeat(64));
    for (text, rule) in [
        ("file:///etc/passwd", UrlRule::Scheme),
        ("ftp://example.com/", UrlRule::Scheme),
        ("gopher://example.com/", UrlRule::Scheme),
        ("javascript:alert(1)", UrlRule::Scheme),
        ("data:text/html,x", UrlRule::Scheme),
        ("http://user@example.com/", UrlRule::Userinfo),
        ("http://:secret@example.com/", UrlRule::Userinfo),
        ("http://example.com@127.0.0.1/", UrlRule::Userinfo),
        ("http://a@b@127.0.0.1/", UrlRule::Userinfo),
        ("http://example.com:22/", UrlRule::Port),
        ("http://example.com:0/", UrlRule::Port),
        ("http://exam\tple.com/", UrlRule::ControlCharacters),
        ("http://127.0.0.\n1/", UrlRule::ControlCharacters),
        ("http://example.com/\0", UrlRule::ControlCharacters),
        ("http://a..com/", UrlRule::Name),
        ("http://example.com../", UrlRule::Name),
        ("http://natter.chat/", UrlRule::DeniedHost),
        ("http://API.Natter.chat./", UrlRule::DeniedHost),
        (&long, UrlRule::TooLong),
        (&label, UrlRule::Name),
    ] {
        assert_eq!(refusal(text), rule, "{text:?}");
    }
    assert!(policy().judge_text("https://notnatter.chat/").is_ok());
}

#[test]
fn references_are_judged_like_urls() {
    let base = Url::parse("https://example.com/a/b").expect("a URL");
    let judge = |reference: &str| policy().judge_reference(&base, reference);
    assert_eq!(judge("../c").expect("relative").url().as_str(), "https://example.com/c");
    assert_eq!(judge("//example.net/c").expect("relative").url().as_str(), "https://example.net/c");
    assert!(matches!(judge("//127.0.0.1/c"), Err(UrlRule::Address(_))));
    assert_eq!(judge("file:///etc/passwd"), Err(UrlRule::Scheme));
    assert_eq!(judge("//u@example.net/"), Err(UrlRule::Userinfo));
}
