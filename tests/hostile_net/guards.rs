//! Every guard of the worker.
//!
//! Guards that others stand behind are switched off together with those; a few cannot be told from what
//! stands behind them and are not here: the form of names (the DNS library refuses the same ones), the
//! parser's memory (bounded by the budgets as well), the time for connecting (the deadline is shorter than
//! two of it), idle connections and Referer (a client makes one request).

use crate::mutation::{Change, Mutation};

/// One change in one file.
macro_rules! change {
    ($file:literal: $find:literal => $replace:literal) => {
        Change { file: $file, find: $find, replace: $replace }
    };
}

/// A guard, its changes, the cases that notice, and what they show.
macro_rules! off {
    ($guard:literal, [$($file:literal: $find:literal => $replace:literal),+], $cases:expr, $shows:literal) => {
        Mutation {
            guard: $guard,
            changes: &[$(change!($file: $find => $replace)),+],
            cases: &$cases,
            shows: $shows,
        }
    };
}

/// All mutations, in the order in which a URL meets the guards.
pub fn all() -> Vec<Mutation> {
    [urls(), addresses(), connections(), redirects(), answers(), outside()].into_iter().flatten().collect()
}

fn urls() -> Vec<Mutation> {
    vec![
        off!(
            "length of the URL",
            ["target/mod.rs": "if text.len() > MAX_URL_BYTES" => "if false"],
            ["parser: endless path"],
            "dialled: {\"93.184.216.34:80\"}"
        ),
        off!(
            "control characters in the URL",
            ["target/mod.rs": "if text.contains(char::is_control)" => "if false"],
            ["parser: tab in the host"],
            "dialled: {\"93.184.216.34:80\"}"
        ),
        off!(
            "scheme",
            ["target/mod.rs": "if matches!(url.scheme(), \"http\" | \"https\")" => "if true"],
            ["scheme: ftp"],
            "asked: {\"news.example.com\"}"
        ),
        off!(
            "user name and password",
            ["target/mod.rs": "if url.username().is_empty() && url.password().is_none()" => "if true"],
            ["parser: user name", "parser: password alone"],
            "dialled: {\"93.184.216.34:80\"}"
        ),
        off!(
            "port",
            ["target/mod.rs": ".filter(|port| self.ports.contains(port))" => ""],
            ["port: redis"],
            "dialled: {\"93.184.216.34:6379\"}"
        ),
        off!(
            "special names",
            ["target/mod.rs": "if name::is_special(name)" => "if false"],
            ["name: cloud metadata", "name: Kubernetes cluster", "name: multicast DNS"],
            "dialled: {\"93.184.216.66:80\"}"
        ),
        off!(
            "single labels",
            ["target/mod.rs": "if name::is_single_label(name)" => "if false"],
            ["name: single label"],
            "dialled: {\"93.184.216.66:80\"}"
        ),
        off!(
            "hosts that the operator denies",
            ["target/mod.rs": "name::is_within(name, denied)" => "{ let _ = denied; false }"],
            ["name: denied by the operator"],
            "asked: {\"sub.news.example.com\"}"
        ),
        off!(
            "addresses in the URL",
            ["target/mod.rs": "Verdict::Denied(rule) => Err(UrlRule::Address(rule))" => "Verdict::Denied(_) => Ok(address)"],
            ["parser: dotted loopback", "parser: octal parts", "parser: IPv4-mapped loopback", "redirect: loopback literal"],
            "\"127.0.0.1:80\""
        ),
    ]
}

fn addresses() -> Vec<Mutation> {
    vec![
        off!(
            "the table of special addresses",
            ["address/mod.rs": "(RowVerdict::Deny | RowVerdict::Embedded, _) => Judgement::Verdict(Verdict::Denied(Rule(row.prefix)))" => "(RowVerdict::Deny | RowVerdict::Embedded, _) => Judgement::Verdict(Verdict::Allowed)"],
            ["dns: loopback", "parser: dotted loopback"],
            "\"127.0.0.1:80\""
        ),
        off!(
            "networks that the operator denies",
            ["address/mod.rs": "if self.is_denied_by_operator(address)" => "if false"],
            ["network: denied by the operator"],
            "dialled: {\"93.184.216.34:80\"}"
        ),
        off!(
            "IPv4 addresses inside IPv6 addresses",
            ["address/mod.rs": "(Judgement::Embedded(inner), _) => self.judge(inner)" => "(Judgement::Embedded(_), _) => Verdict::Allowed"],
            ["dns: IPv4-mapped AAAA", "parser: IPv4-mapped loopback"],
            "dialled: {\"127.0.0.1:80\"}"
        ),
        off!(
            "IPv4 addresses inside ISATAP addresses",
            ["address/mod.rs": "Some(Verdict::Denied(_)) => Verdict::Denied(Rule::ISATAP)" => "Some(Verdict::Denied(_)) => Verdict::Allowed"],
            ["dns: ISATAP AAAA"],
            "dialled: {\"[2606:4700::5efe:a00:1]:80\"}"
        ),
        off!(
            "resolved addresses",
            ["fetch/resolve.rs": "return Err(FetchError::AddressDenied(rule));" => "let _ = rule;"],
            ["dns: loopback", "redirect: name with a private address"],
            "\"127.0.0.1:80\""
        ),
        off!(
            "every resolved address, not only the first",
            ["fetch/resolve.rs": "for address in addresses {" => "for address in addresses.iter().take(1) {"],
            ["dns: good answer, then a bad one", "dns: public A with private AAAA"],
            "dialled: {\"93.184.216.34:80\"}"
        ),
        off!(
            "names are fully qualified",
            ["fetch/resolve.rs": "name.set_fqdn(true);" => "name.set_fqdn(false);"],
            ["dns: search domains are not used"],
            "\"nowhere.example.com.search.example.org\""
        ),
        off!(
            "/etc/hosts is not read",
            ["fetch/resolve.rs": "ResolveHosts::Never" => "ResolveHosts::Always"],
            ["dns: a name in /etc/hosts alone"],
            "dialled: {\"93.184.216.66:80\"}"
        ),
    ]
}

fn connections() -> Vec<Mutation> {
    vec![
        off!(
            "the addresses that were judged are dialled",
            ["fetch/connect.rs": ".dns_resolver(judged)" => ""],
            ["dns: rebinding to loopback"],
            "dialled: {\"127.0.0.1:80\"}"
        ),
        off!(
            "the same, with the peer's address as the last word",
            ["fetch/connect.rs": ".dns_resolver(judged)" => ""],
            ["dns: rebinding to another public address"],
            "[fetch.peer-not-judged]"
        ),
        off!(
            "the same and the peer's address",
            [
                "fetch/connect.rs": ".dns_resolver(judged)" => "",
                "fetch/connect.rs": "if judged.contains(&peer.ip()) => Ok(())" => "if peer.port() > 0 => Ok(())"
            ],
            ["dns: rebinding to another public address"],
            "a canary sang"
        ),
        off!(
            "proxies of the environment are not used",
            ["fetch/connect.rs": ".no_proxy()" => ""],
            ["client: HTTP_PROXY is not used", "client: https_proxy is not used", "client: ALL_PROXY is not used"],
            "dialled: {\"10.0.0.1:3128\"}"
        ),
        off!(
            "redirects are not followed by the HTTP client",
            ["fetch/connect.rs": "redirect::Policy::none()" => "redirect::Policy::limited(10)"],
            ["redirect: loopback literal", "redirect: 307 to a private address"],
            "\"93.184.216.34:80\"}"
        ),
        off!(
            "deadline",
            ["previewer.rs": "timeout_at(Instant::now() + self.deadline, self.fetch(target))" => "timeout_at(Instant::now() + self.deadline * 600, self.fetch(target))"],
            ["resource: no header for long", "resource: slow body"],
            "it took"
        ),
    ]
}

fn redirects() -> Vec<Mutation> {
    vec![
        off!(
            "redirects and references are judged",
            ["target/mod.rs": "self.judge(base.join(reference).map_err(|_| UrlRule::Malformed)?)" =>
             "{ let url = base.join(reference).map_err(|_| UrlRule::Malformed)?;
                let host = match url.host().ok_or(UrlRule::Malformed)? {
                    Host::Domain(name) => TargetHost::Name(name.to_owned()),
                    Host::Ipv4(address) => TargetHost::Address(address.into()),
                    Host::Ipv6(address) => TargetHost::Address(address.into()),
                };
                let port = url.port_or_known_default().ok_or(UrlRule::Port)?;
                Ok(Target { url, host, port }) }"],
            ["redirect: loopback literal", "redirect: loopback in decimal", "redirect: other port"],
            "dialled: {\""
        ),
        off!(
            "number of redirects",
            ["fetch/mod.rs": "in 0..=self.max_redirects {" => "in 0..=self.max_redirects + 1 {"],
            ["redirect: the eleventh hop is not"],
            "\"title\": \"End\""
        ),
        off!(
            "one Location",
            ["fetch/redirect.rs": "let (Some(location), None) =" => "let (Some(location), _) ="],
            ["redirect: two Locations"],
            "\"93.184.216.35:80\""
        ),
        off!(
            "statuses that redirect",
            ["fetch/redirect.rs": "301 | 302 | 303 | 307 | 308" => "201 | 300..=308"],
            ["redirect: 201 with Location leads nowhere", "redirect: 304 with Location leads nowhere"],
            "[fetch.redirect-refused]"
        ),
        off!(
            "references on a page are judged",
            ["page/assemble.rs": "let target = self.policy.judge_reference(&self.base, &reference(raw)).ok()?;\n        Some(target.url().to_string())" => "Some(self.base.join(&reference(raw)).ok()?.to_string())"],
            ["second stage: image and icon with private address", "second stage: image and icon with userinfo"],
            "x.png"
        ),
        off!(
            "a page speaks for its own site alone",
            ["page/assemble.rs": "(site(name) == site(url.host_str()?)).then(" => "(name != url.as_str()).then("],
            ["second stage: canonical of another site"],
            "\"canonical\": \"http://other.example.net/\""
        ),
    ]
}

fn answers() -> Vec<Mutation> {
    vec![
        off!(
            "bytes of a header",
            ["fetch/header.rs": "if bytes > max_bytes as usize" => "if bytes > max_bytes as usize * 9"],
            ["resource: large header"],
            "\"title\": \"Headed\""
        ),
        off!(
            "bytes of a header in HTTP/2, while it comes",
            ["fetch/connect.rs": ".http2_max_header_list_size(self.max_header_bytes)" => ".http2_max_header_list_size(1 << 20)"],
            ["http2: endless headers"],
            "[fetch.header-too-large]"
        ),
        off!(
            "fields of a header",
            ["fetch/connect.rs": ".http1_max_headers(self.max_header_fields)" => ".http1_max_headers(10_000)"],
            ["resource: many header fields"],
            "\"title\": \"Headed\""
        ),
        off!(
            "status of a page",
            ["fetch/header.rs": "status => Err(FetchError::Status(status.as_u16()))" => "_ => Ok(())"],
            ["http: server error"],
            "exit status: 0"
        ),
        off!(
            "content type of a page",
            ["fetch/header.rs": "if !matches!(essence.as_str(), \"text/html\" | \"application/xhtml+xml\")" => "if essence == \"x\""],
            ["http: plain text is no page", "http: SVG is no page"],
            "\"title\": \"Typed\""
        ),
        off!(
            "one content coding",
            ["fetch/body.rs": "_ => Err(FetchError::ContentCoding)," => "_ => Ok(Coding::Gzip),"],
            ["resource: chained codings"],
            "exit status: 0"
        ),
        off!(
            "bytes of a page as sent",
            ["fetch/body.rs": ".take(max_compressed)" => ".take(max_compressed * 9)"],
            ["resource: a title after the budget of sent bytes"],
            "\"title\": \"Late\""
        ),
        off!(
            "bytes of a page inflated",
            ["fetch/body.rs": ".take(max_inflated)" => ".take(max_inflated * 9)"],
            ["resource: gzip bomb", "resource: brotli bomb", "resource: zstd bomb"],
            "\"title\": \"Late\""
        ),
        off!(
            "window of zstd",
            ["fetch/body.rs": "const ZSTD_WINDOW_LOG: u32 = 23;" => "const ZSTD_WINDOW_LOG: u32 = 27;"],
            ["resource: zstd with a large window"],
            "\"title\": \"Late\""
        ),
    ]
}

fn outside() -> Vec<Mutation> {
    vec![
        off!(
            "failures look the same",
            ["refusal.rs": "Refusal::Fetch(_) => Self::new(Kind::NoPreview, \"There is no preview for this URL.\")" => "Refusal::Fetch(error) => Self::new(Kind::NoPreview, error.to_string())"],
            ["service: every failure looks the same and shows at the deadline"],
            "instead of"
        ),
        off!(
            "failures show at the deadline",
            ["service/get_preview.rs": "sleep_until(shown_at).await;" => "sleep_until(shown_at - previewer.deadline()).await;"],
            ["service: every failure looks the same and shows at the deadline"],
            "http://"
        ),
        off!(
            "one URL in a request",
            ["service/get_preview.rs": ".filter(|(name, _)| name == \"url\").count()" => ".filter(|(name, _)| name == \"url\").count().min(1)"],
            ["service: two URLs in one request"],
            "status: "
        ),
        off!(
            "our own requests are known again",
            ["fetch/header.rs": "pub const PSEUDONYM: &str = \"natter-preview\";" => "pub const PSEUDONYM: &str = \"somebody-else\";"],
            ["service: a request of our own fetch goes round in circles"],
            "status: "
        ),
        off!(
            "our requests name us",
            ["fetch/header.rs": "(header::VIA, VIA)," => ""],
            ["service: a card"],
            "no Via"
        ),
    ]
}
