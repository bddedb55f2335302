//! Texts that are read as something narrower. Each says what it expects and never quotes what it got.

use std::{fmt::Write, net::SocketAddr, time::Duration};

use ipnetwork::IpNetwork;
use poem::http::{HeaderValue, uri::Authority};
use serde::{Deserialize, Deserializer, de::Error};
use url::Host;

/// An IP address with a port. No name: resolving one would be a guess.
pub(super) fn socket_address<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SocketAddr, D::Error> {
    String::deserialize(deserializer)?
        .parse()
        .map_err(|_| D::Error::custom("expected an IP address with a port, such as 127.0.0.1:4567"))
}

/// A list of those.
pub(super) fn socket_addresses<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<SocketAddr>, D::Error> {
    list(deserializer, "an IP address with a port, such as 192.0.2.53:53", |text| text.parse().ok())
}

/// A number of seconds, with a fraction or without.
pub(super) fn seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    let seconds = f64::deserialize(deserializer)?;
    Duration::try_from_secs_f64(seconds).map_err(|_| D::Error::custom("expected a number of seconds"))
}

/// What a header field can carry.
pub(super) fn header<'de, D: Deserializer<'de>>(deserializer: D) -> Result<HeaderValue, D::Error> {
    let text = String::deserialize(deserializer)?;
    text.parse().map_err(|_| D::Error::custom("expected text that a header field can carry"))
}

/// Networks in CIDR notation; a bare address is a network of one.
pub(super) fn networks<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<IpNetwork>, D::Error> {
    list(deserializer, "an IP network, such as 10.0.0.0/8", |text| text.parse().ok())
}

/// Hosts without a port, in the form in which URLs hold them.
pub(super) fn hosts<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Host>, D::Error> {
    list(deserializer, "a host without a port, such as intranet.example.org", |text| {
        // A star is a character of names to the URL standard, but no name has one.
        Host::parse(text).ok().filter(|_| !text.contains('*'))
    })
}

/// Values of a `Host` header: a name or an address, with a port unless it is the scheme's own.
pub(super) fn authorities<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Authority>, D::Error> {
    list(deserializer, "a host with its port, such as api.example.org:4567", |text| {
        let authority: Authority = text.parse().ok()?;
        (!text.contains('@')).then_some(authority)
    })
}

/// A list of what `parse` takes; the error counts the places it does not take from 1.
pub(super) fn list<'de, D: Deserializer<'de>, T>(
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
