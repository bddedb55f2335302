//! `[fetch]` of the worker and `[preview.fetch]` of the API: how pages are fetched. What each means stands in
//! `fetch.default.toml`.

use std::{net::SocketAddr, time::Duration};

use ipnetwork::{IpNetwork, Ipv6Network};
use poem::http::{HeaderValue, uri::Authority};
use serde::{Deserialize, Deserializer, de::Error};
use url::Host;

use super::{Check, value};
use crate::preview::address::nat64::PREFIX_LENGTHS;

/// The defaults, as TOML without a section.
pub(super) const DEFAULTS: &str = include_str!("fetch.default.toml");

const MEBIBYTE: u64 = 1024 * 1024;

/// How pages are fetched.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FetchSettings {
    /// The time for one page, over all redirects and with the body.
    #[serde(rename = "deadline_seconds", deserialize_with = "value::seconds")]
    pub deadline: Duration,
    /// The time to connect to one host, over all its addresses, and for one question to a name server.
    #[serde(rename = "connect_seconds", deserialize_with = "value::seconds")]
    pub connect: Duration,
    /// Redirects that are followed.
    pub max_redirects: usize,
    /// Ports that are fetched from.
    pub ports: Vec<u16>,
    /// Bytes of a page as sent.
    pub max_compressed_bytes: u64,
    /// Bytes of a page after decompression.
    pub max_inflated_bytes: u64,
    /// Bytes of the names and values of one answer's header fields.
    pub max_header_bytes: u32,
    /// Header fields of one answer.
    pub max_header_fields: usize,
    /// Requests at once to one host.
    pub concurrent_per_destination: u32,
    /// Requests a second to one host.
    pub per_second_per_destination: u32,
    /// Hosts whose oEmbed endpoints are asked.
    #[serde(deserialize_with = "value::hosts")]
    pub oembed_hosts: Vec<Host>,
    /// Whether the first bytes of a card's image are fetched where the page does not say its size.
    pub image_dimensions: bool,
    /// What the `User-Agent` field says.
    #[serde(deserialize_with = "value::header")]
    pub user_agent: HeaderValue,
    /// DNS servers; none: those of `/etc/resolv.conf`.
    #[serde(deserialize_with = "value::socket_addresses")]
    pub nameservers: Vec<SocketAddr>,
    /// Networks that are never dialled, beside the special-purpose ones.
    #[serde(deserialize_with = "value::networks")]
    pub deny_networks: Vec<IpNetwork>,
    /// Hosts that are never fetched from, with every name below them.
    #[serde(deserialize_with = "value::hosts")]
    pub deny_hosts: Vec<Host>,
    /// NAT64 prefixes of this network; addresses of them are judged by the IPv4 address inside.
    #[serde(deserialize_with = "nat64_prefixes")]
    pub nat64_prefixes: Vec<Ipv6Network>,
    /// The HTTP proxy that everything goes out through, as host and port; none: directly.
    #[serde(deserialize_with = "proxy")]
    pub egress_proxy: Option<Authority>,
    /// Networks that may be dialled although they are special. For development only.
    #[serde(deserialize_with = "value::networks")]
    pub allow_for_development: Vec<IpNetwork>,
}

impl FetchSettings {
    /// Reports what lies outside its range; `section` is where these settings stand.
    pub(super) fn check(&self, section: &str, check: &mut Check<'_>) {
        let key = |name: &str| format!("{section}.{name}");
        check.range(&key("deadline_seconds"), self.deadline.as_secs_f64(), 0.1..=60.0);
        check.range(&key("connect_seconds"), self.connect.as_secs_f64(), 0.1..=60.0);
        check.range(&key("max_redirects"), self.max_redirects, 0..=20);
        let some_ports = !self.ports.is_empty() && !self.ports.contains(&0);
        check.require(some_ports, &key("ports"), "expected at least one port, and none of them 0");
        check.range(&key("max_compressed_bytes"), self.max_compressed_bytes, 1024..=64 * MEBIBYTE);
        check.range(&key("max_inflated_bytes"), self.max_inflated_bytes, 1024..=64 * MEBIBYTE);
        check.range(&key("max_header_bytes"), self.max_header_bytes, 1024..=256 * 1024);
        check.range(&key("max_header_fields"), self.max_header_fields, 10..=1000);
        check.range(&key("concurrent_per_destination"), self.concurrent_per_destination, 1..=1000);
        check.range(&key("per_second_per_destination"), self.per_second_per_destination, 1..=10_000);
    }
}

/// IPv6 networks that can be NAT64 prefixes.
fn nat64_prefixes<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Ipv6Network>, D::Error> {
    let prefix = |network| match network {
        IpNetwork::V6(prefix)
            if PREFIX_LENGTHS.contains(&prefix.prefix()) && prefix.network() == prefix.ip() =>
        {
            Some(prefix)
        }
        _ => None,
    };
    let prefixes: Option<Vec<_>> = value::networks(deserializer)?.into_iter().map(prefix).collect();
    prefixes.ok_or_else(|| {
        D::Error::custom("expected IPv6 prefixes of 32, 40, 48, 56, 64 or 96 bits, such as 2001:db8:64::/96")
    })
}

/// A host and a port, or nothing.
fn proxy<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Authority>, D::Error> {
    let text = String::deserialize(deserializer)?;
    if text.is_empty() {
        return Ok(None);
    }
    let authority: Option<Authority> = text.parse().ok().filter(|_| !text.contains('@'));
    let authority = authority.filter(|authority| authority.port_u16().is_some_and(|port| port > 0));
    authority
        .map(Some)
        .ok_or_else(|| D::Error::custom("expected a host with its port, such as proxy.example.org:3128"))
}

#[cfg(test)]
impl FetchSettings {
    /// The defaults, for tests to change.
    pub(crate) fn defaults() -> Self {
        let loaded: super::Loaded<super::PreviewSettings> =
            super::load(None, []).expect("the embedded defaults are tested");
        loaded.settings.fetch
    }
}
