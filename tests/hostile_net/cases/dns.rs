//! Answers of a DNS server that is in league with the attacker.

use crate::{
    case::Case,
    fetch_case::{FetchCase, fetch},
    reply::page,
    world::{OTHER, SIX},
};

/// What, and what DNS says of `evil.example.org`: at least one bad address among them.
const DENIED: [(&str, &[&str]); 12] = [
    ("loopback", &["A 127.0.0.1"]),
    ("metadata service", &["A 169.254.169.254"]),
    ("good answer, then a bad one", &["A 93.184.216.34", "A 10.0.0.1"]),
    ("bad answer, then a good one", &["A 10.0.0.1", "A 93.184.216.34"]),
    ("public A with private AAAA", &["A 93.184.216.34", "AAAA fd00::1"]),
    ("private A with public AAAA", &["A 192.168.0.1", "AAAA 2606:2800:220:1::34"]),
    ("IPv4-mapped AAAA", &["AAAA ::ffff:127.0.0.1"]),
    ("IPv4-translated AAAA", &["AAAA ::ffff:0:10.0.0.1"]),
    ("NAT64 AAAA", &["AAAA 64:ff9b::a9fe:a9fe"]),
    ("ISATAP AAAA", &["AAAA 2606:4700::5efe:a00:1"]),
    ("6to4 AAAA", &["AAAA 2002:7f00:1::1"]),
    ("unspecified address", &["A 0.0.0.0"]),
];

/// What, and what DNS says of `evil.example.org`: nothing that leads anywhere.
const UNRESOLVABLE: [(&str, &[&str]); 5] = [
    ("no such name", &[]),
    ("no address", &["EMPTY"]),
    ("server failure", &["SERVFAIL"]),
    ("refusal", &["REFUSED"]),
    ("alias of itself", &["CNAME evil.example.org"]),
];

/// What DNS knows besides.
const INSIDE: [&str; 5] = [
    "db.default.svc.cluster.local A 10.96.0.7",
    "one.example.org CNAME two.example.org",
    "two.example.org CNAME three.example.org",
    "three.example.org CNAME inside.example.org",
    "inside.example.org A 172.16.0.1",
];

pub fn cases() -> Vec<Case> {
    let denied = DENIED
        .iter()
        .map(|(what, records)| evil(records).refused("fetch.address-denied").named(format!("dns: {what}")));
    let unresolvable = UNRESOLVABLE
        .iter()
        .map(|(what, records)| evil(records).refused("fetch.unresolvable").named(format!("dns: {what}")));
    denied.chain(unresolvable).chain(told_by_hand()).collect()
}

fn evil(records: &[&str]) -> FetchCase {
    let records = records.iter().map(|record| format!("evil.example.org {record}"));
    let records = records.chain(INSIDE.map(str::to_owned));
    records.fold(fetch("http://evil.example.org/"), FetchCase::record).asks(&["evil.example.org"])
}

fn told_by_hand() -> [Case; 13] {
    [
        // With so many dots the system's resolver, too, would ask for nothing but this name.
        fetch("http://a.b.c.d.evil.example.org/")
            .record("a.b.c.d.evil.example.org A 93.184.216.34 then 127.0.0.1")
            .page("/", page("News"))
            .card("News")
            .asks(&["a.b.c.d.evil.example.org"])
            .dials(&["93.184.216.34:80"])
            .named("dns: rebinding to loopback"),
        evil(&["A 93.184.216.34 then 93.184.216.66"])
            .page("/", page("News"))
            .card("News")
            .dials(&["93.184.216.34:80"])
            .named("dns: rebinding to another public address"),
        evil(&["A 93.184.216.34 then 127.0.0.1"])
            .page("/", crate::reply::redirect(302, "/again"))
            .page("/again", page("News"))
            .refused("fetch.address-denied")
            .dials(&["93.184.216.34:80"])
            .named("dns: rebinding between two hops"),
        (0..200)
            .fold(evil(&[]), |case, _| case.record("evil.example.org A 93.184.216.34"))
            .record("evil.example.org A 127.0.0.1")
            .refused("fetch.address-denied")
            .named("dns: a bad answer after 200 good ones, over TCP"),
        evil(&["SILENT"])
            .setting("deadline_seconds", "1")
            .refused("fetch.deadline")
            .within(6)
            .named("dns: silence"),
        // The resolver asks again for what an alias leads to.
        evil(&["CNAME db.default.svc.cluster.local"])
            .refused("fetch.address-denied")
            .asks(&["db.default.svc.cluster.local"])
            .named("dns: alias of an internal name"),
        evil(&["CNAME one.example.org"])
            .refused("fetch.address-denied")
            .asks(&["inside.example.org"])
            .named("dns: long chain of aliases"),
        evil(&["CNAME news.example.com"])
            .page("/", page("News"))
            .card("News")
            .asks(&["news.example.com"])
            .dials(&["93.184.216.34:80"])
            .named("dns: honest alias"),
        evil(&["A 93.184.216.34", "A 93.184.216.34"])
            .page("/", page("News"))
            .card("News")
            .dials(&["93.184.216.34:80"])
            .named("dns: the same answer twice"),
        evil(&[&format!("AAAA {SIX}")])
            .page_at(SIX, "/", page("Six"))
            .card("Six")
            .dials(&["[2606:2800:220:1::34]:80"])
            .named("dns: IPv6 alone"),
        fetch("http://nowhere.example.com/")
            .refused("fetch.unresolvable")
            .asks(&["nowhere.example.com"])
            .named("dns: search domains are not used"),
        fetch("http://only-in-hosts.example.com/")
            .refused("fetch.unresolvable")
            .asks(&["only-in-hosts.example.com"])
            .named("dns: a name in /etc/hosts alone"),
        fetch("http://inside.example.com/")
            .record(format!("inside.example.com A {OTHER}"))
            .page_at(OTHER, "/", page("Other"))
            .card("Other")
            .asks(&["inside.example.com"])
            .dials(&["93.184.216.35:80"])
            .named("dns: /etc/hosts does not override DNS"),
    ]
}
