//! Names, schemes and ports that are never fetched. DNS would lead each name to a canary on an address that
//! looks public, so that nothing but the judgement of the URL keeps the worker from it.

use crate::{case::Case, fetch_case::fetch, reply::page, world::TRAP};

/// What, host, rule.
const NAMES: [(&str, &str, &str); 13] = [
    ("localhost", "localhost", "url.special-name"),
    ("localhost with a dot", "localhost.", "url.special-name"),
    ("below localhost", "a.localhost", "url.special-name"),
    ("localhost in capitals", "LOCALHOST", "url.special-name"),
    ("single label", "kubernetes", "url.single-label"),
    ("multicast DNS", "printer.local", "url.special-name"),
    ("cloud metadata", "metadata.google.internal", "url.special-name"),
    ("Kubernetes service", "api.default.svc", "url.special-name"),
    ("Kubernetes cluster", "api.default.svc.cluster.local", "url.special-name"),
    ("home network", "router.home.arpa", "url.special-name"),
    ("onion service", "abcdefghijklmnop.onion", "url.special-name"),
    ("reserved for tests", "www.test", "url.special-name"),
    ("empty label", "news..example.com", "url.name"),
];

/// What, URL.
const SCHEMES: [(&str, &str); 6] = [
    ("file", "file:///etc/passwd"),
    ("gopher", "gopher://news.example.com:80/_x"),
    ("ftp", "ftp://news.example.com:80/"),
    ("websocket", "ws://news.example.com/"),
    ("data", "data:text/html,<title>x</title>"),
    ("script", "javascript:alert(1)"),
];

/// What, port.
const PORTS: [(&str, u16); 4] = [("ssh", 22), ("smtp", 25), ("redis", 6379), ("alternative http", 8080)];

pub fn cases() -> Vec<Case> {
    let names = NAMES.iter().map(|(what, host, rule)| {
        let owner = host.trim_end_matches('.').to_lowercase();
        let url = format!("http://{host}/");
        fetch(url).record(format!("{owner} A {TRAP}")).refused(rule).named(format!("name: {what}"))
    });
    let schemes =
        SCHEMES.iter().map(|(what, url)| fetch(*url).refused("url.scheme").named(format!("scheme: {what}")));
    let ports = PORTS.iter().map(|(what, port)| {
        let url = format!("http://news.example.com:{port}/");
        fetch(url).page("/", page("News")).refused("url.port").named(format!("port: {what}"))
    });
    let configured = [
        fetch("http://sub.news.example.com/")
            .setting("deny_hosts", "['news.example.com']")
            .refused("url.denied-host")
            .named("name: denied by the operator"),
        fetch("http://news.example.com/")
            .setting("deny_networks", "['93.184.216.0/24']")
            .refused("fetch.address-denied")
            .asks(&["news.example.com"])
            .named("network: denied by the operator"),
    ];
    names.chain(schemes).chain(ports).chain(configured).collect()
}
