//! URLs that parsers disagree about. Whatever the URL hides, nobody is asked and nobody is dialled.

use crate::{
    case::Case,
    fetch_case::fetch,
    reply::page,
    world::{NEWS, OTHER},
};

/// What, URL, rule.
const REFUSED: [(&str, &str, &str); 46] = [
    ("dotted loopback", "http://127.0.0.1/", "url.address"),
    ("decimal host", "http://2130706433/", "url.address"),
    ("octal host", "http://017700000001/", "url.address"),
    ("octal parts", "http://0177.0.0.1/", "url.address"),
    ("hexadecimal host", "http://0x7f000001/", "url.address"),
    ("hexadecimal parts", "http://0x7f.0x0.0x0.0x1/", "url.address"),
    ("short host", "http://127.1/", "url.address"),
    ("host of one zero", "http://0/", "url.address"),
    ("host over 32 bits", "http://4294967297/", "url.malformed"),
    ("part over 8 bits", "http://127.0.0.256/", "url.malformed"),
    ("fullwidth digits", "http://１２７.０.０.１/", "url.address"),
    ("circled digits", "http://①②⑦.⓪.⓪.①/", "url.address"),
    ("ideographic full stops", "http://169。254。169。254/", "url.address"),
    ("percent-encoded host", "http://%31%32%37%2e0%2e0%2e1/", "url.address"),
    ("trailing dot on a literal", "http://127.0.0.1./", "url.address"),
    ("metadata service", "http://169.254.169.254/latest/meta-data/", "url.address"),
    ("cloud wire server", "http://168.63.129.16/", "url.address"),
    ("private network", "http://10.0.0.1/", "url.address"),
    ("shared address space", "http://100.64.0.1/", "url.address"),
    ("benchmarking network", "http://198.18.0.1/", "url.address"),
    ("multicast", "http://224.0.0.1/", "url.address"),
    ("limited broadcast", "http://255.255.255.255/", "url.address"),
    ("IPv6 loopback", "http://[::1]/", "url.address"),
    ("IPv6 unspecified", "http://[::]/", "url.address"),
    ("IPv6 unique local", "http://[fd00:ec2::254]/", "url.address"),
    ("IPv6 link local", "http://[fe80::1]/", "url.address"),
    ("IPv6 site local", "http://[fec0::1]/", "url.address"),
    ("IPv4-mapped loopback", "http://[::ffff:127.0.0.1]/", "url.address"),
    ("IPv4-mapped in hexadecimal", "http://[::ffff:a9fe:a9fe]/", "url.address"),
    ("IPv4-compatible loopback", "http://[::127.0.0.1]/", "url.address"),
    ("IPv4-translated loopback", "http://[::ffff:0:127.0.0.1]/", "url.address"),
    ("NAT64 of loopback", "http://[64:ff9b::7f00:1]/", "url.address"),
    ("local-use NAT64", "http://[64:ff9b:1::7f00:1]/", "url.address"),
    ("6to4 of loopback", "http://[2002:7f00:1::]/", "url.address"),
    ("Teredo", "http://[2001:0:7f00:1::1]/", "url.address"),
    ("ISATAP in a public prefix", "http://[2606:4700::5efe:7f00:1]/", "url.address"),
    ("zone identifier", "http://[fe80::1%25lo]/", "url.malformed"),
    ("address of a future version", "http://[v1.x]/", "url.malformed"),
    ("tab in the host", "http://news.exam\tple.com/", "url.control-characters"),
    ("newline in the host", "http://127.0.0.\n1/", "url.control-characters"),
    ("two at signs", "http://a@b@news.example.com/", "url.userinfo"),
    ("good host as user name", "http://news.example.com@127.0.0.1/", "url.userinfo"),
    ("user name", "http://user@news.example.com/", "url.userinfo"),
    ("password alone", "http://:secret@news.example.com/", "url.userinfo"),
    ("empty host", "http:///?http://news.example.com/", "url.malformed"),
    ("percent-encoded NUL in the host", "http://news%00.example.com/", "url.malformed"),
];

pub fn cases() -> Vec<Case> {
    let refused = REFUSED.map(|(what, url, rule)| fetch(url).refused(rule).named(format!("parser: {what}")));
    let long = format!("http://news.example.com/{}", "a".repeat(2048));
    let mut cases = Vec::from(refused);
    cases.extend([
        fetch(long).refused("url.too-long").named("parser: endless path"),
        // Where nothing is hidden, the host that is dialled is the one that was judged.
        taken(r"http://news.example.com\@127.0.0.1/", "/@127.0.0.1/").named("parser: backslash"),
        taken("http://news.example.com#@127.0.0.1/", "/").named("parser: fragment before an at sign"),
        taken("http://NeWs.ExAmPlE.CoM/", "/").named("parser: mixed case"),
        taken("http://news.example.com./", "/").named("parser: trailing dot on a name"),
        taken("http://new%73.example.com/", "/").named("parser: percent-encoded letter"),
        fetch("http://1572395042/")
            .page("/", page("News"))
            .card_with("url", format!("http://{NEWS}/"))
            .dials(&["93.184.216.34:80"])
            .named("parser: public address in decimal"),
        fetch("http://bücher.example.com/")
            .record(format!("xn--bcher-kva.example.com A {OTHER}"))
            .page_at(OTHER, "/", page("Books"))
            .card("Books")
            .asks(&["xn--bcher-kva.example.com"])
            .dials(&["93.184.216.35:80"])
            .named("parser: punycode"),
    ]);
    cases
}

fn taken(url: &str, path: &str) -> crate::fetch_case::FetchCase {
    fetch(url).page(path, page("News")).card("News").visits_news()
}
