//! The settings of fetching. Meanings, units and defaults stand in `default.toml`.

use std::net::SocketAddr;

use figment::{
    Figment,
    providers::{Format, Toml},
};
use ipnetwork::IpNetwork;
use serde::Deserialize;

use super::{address, target::UrlPolicy};

/// The default settings as TOML, commented: the sections `[fetch]` and `[service]`.
pub const DEFAULTS: &str = include_str!("default.toml");

/// How pages are fetched: the section `[fetch]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Seconds from the request to the card, over all redirects and with the body.
    pub deadline_seconds: f64,
    /// Seconds to connect to one host, over all its addresses.
    pub connect_seconds: f64,
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
    /// What the `User-Agent` field says.
    pub user_agent: String,
    /// DNS servers; empty: those of `/etc/resolv.conf`.
    pub nameservers: Vec<SocketAddr>,
    /// Networks that are never dialled, beside the special-purpose ones.
    pub deny_networks: Vec<IpNetwork>,
    /// Host names that are never fetched from, with every name below them.
    pub deny_hosts: Vec<String>,
    /// Networks that may be dialled although they are special. For development only.
    pub allow_for_development: Vec<IpNetwork>,
}

impl Settings {
    /// The default settings.
    pub fn defaults() -> Self {
        section("fetch")
    }

    /// The address policy that these settings make.
    pub fn address_policy(&self) -> address::Policy {
        address::Policy::new(self.deny_networks.clone(), self.allow_for_development.clone())
    }

    /// The URL policy that these settings make.
    pub fn url_policy(&self) -> UrlPolicy {
        UrlPolicy::new(self.address_policy(), self.ports.clone(), &self.deny_hosts)
    }
}

/// One section of the default settings.
pub(super) fn section<'de, T: Deserialize<'de>>(name: &str) -> T {
    let defaults = Figment::from(Toml::string(DEFAULTS));
    defaults.extract_inner(name).expect("the embedded defaults are tested")
}

#[cfg(test)]
mod tests {
    use super::{Settings, section};
    use crate::preview::service;

    #[test]
    fn the_embedded_defaults_are_settings_and_open_nothing() {
        let settings = Settings::defaults();
        assert_eq!(settings.ports, [80, 443]);
        assert!(settings.allow_for_development.is_empty());
        let service: service::Settings = section("service");
        assert!(service.max_concurrent > 0);
    }
}
