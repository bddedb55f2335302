//! Texts that are read as something narrower. Each says what it expects and never quotes what it got.

use std::{fmt::Write, net::SocketAddr};

use ipnetwork::IpNetwork;
use poem::http::uri::Authority;
use serde::{Deserialize, Deserializer, de::Error};
use url::{Host, Url};

/// An IP address with a port. No name: resolving one would be a guess.
pub(super) fn socket_address<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SocketAddr, D::Error> {
    String::deserialize(deserializer)?
        .parse()
        .map_err(|_| D::Error::custom("expected an IP address with a port, such as 127.0.0.1:4567"))
}

/// Networks in CIDR notation; a bare address is a network of one.
pub(super) fn networks<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<IpNetwork>, D::Error> {
    list(deserializer, "an IP network, such as 10.0.0.0/8", |text| text.parse().ok())
}

/// Values of a `Host` header: a name or an address, with a port unless it is the scheme's own.
pub(super) fn authorities<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Authority>, D::Error> {
    list(deserializer, "a host with its port, such as api.example.org:4567", |text| {
        let authority: Authority = text.parse().ok()?;
        (!text.contains('@')).then_some(authority)
    })
}

/// Hosts without a port, in the form in which URLs hold them.
pub(super) fn hosts<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Host>, D::Error> {
    list(deserializer, "a host without a port, such as intranet.example.org", |text| Host::parse(text).ok())
}

/// Origins as browsers write them (RFC 6454, section 6.2): scheme, host, port unless it is the default.
pub(super) fn origins<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    list(deserializer, "an origin without a path, such as https://app.example.org", |text| {
        let url = Url::parse(text).ok().filter(is_web)?;
        let bare = url.path() == "/" && !text.ends_with('/') && is_plain(&url);
        bare.then(|| url.origin().ascii_serialization())
    })
}

/// The base URL of a service; empty for none.
pub(super) fn service<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Url>, D::Error> {
    let text = String::deserialize(deserializer)?;
    if text.is_empty() {
        return Ok(None);
    }
    Url::parse(&text).ok().filter(|url| is_web(url) && is_plain(url)).map(Some).ok_or_else(|| {
        D::Error::custom("expected an http or https URL without user, query and fragment, or nothing")
    })
}

fn is_web(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https") && url.has_host()
}

fn is_plain(url: &Url) -> bool {
    url.username().is_empty() && url.password().is_none() && url.query().is_none() && url.fragment().is_none()
}

fn list<'de, D: Deserializer<'de>, T>(
    deserializer: D,
    expected: &str,
    parse: impl Fn(&str) -> Option<T>,
) -> Result<Vec<T>, D::Error> {
    let texts = Vec::<String>::deserialize(deserializer)?;
    let mut wrong = String::new();
    let mut items = Vec::new();
    for (index, text) in texts.iter().enumerate() {
        match parse(text) {
            Some(item) => items.push(item),
            None => {
                let comma = if wrong.is_empty() { "" } else { ", " };
                write!(wrong, "{comma}{}", index + 1).expect("writing to a String succeeds");
            }
        }
    }
    if wrong.is_empty() {
        return Ok(items);
    }
    Err(D::Error::custom(format_args!("expected in each place {expected}; not so in place {wrong}")))
}
