//! What the URL alone decides: parse it as browsers do, then judge every part of it.

mod name;
mod rule;
#[cfg(test)]
mod tests;

use std::net::IpAddr;

use url::{Host, Url};

pub use self::{name::is_within, rule::UrlRule};
use crate::{
    preview::address::{self, Verdict},
    settings::FetchSettings,
};

/// The longest URL that is taken, in bytes. Browsers and servers agree on about this much.
pub const MAX_URL_BYTES: usize = 2048;

/// A URL that may be fetched, as far as the URL alone shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    url: Url,
    host: TargetHost,
    port: u16,
}

/// Where a target is: the same parsed host that is dialled later.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TargetHost {
    /// A name in lower case without a trailing dot, to be resolved as a fully qualified name.
    Name(String),
    /// An address, already judged.
    Address(IpAddr),
}

impl Target {
    /// The URL, normalised.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// The host.
    pub fn host(&self) -> &TargetHost {
        &self.host
    }

    /// The port, explicit or the scheme's own.
    pub fn port(&self) -> u16 {
        self.port
    }
}

/// Judges URLs without touching the network.
#[derive(Clone, Debug)]
pub struct UrlPolicy {
    addresses: address::Policy,
    ports: Vec<u16>,
    denied_hosts: Vec<String>,
}

impl UrlPolicy {
    /// A policy for these ports that denies the names `denied_hosts` and everything below them.
    pub fn new(addresses: address::Policy, ports: Vec<u16>, denied_hosts: &[String]) -> Self {
        let denied_hosts =
            denied_hosts.iter().map(|host| host.trim_end_matches('.').to_ascii_lowercase()).collect();
        Self { addresses, ports, denied_hosts }
    }

    /// Judges a URL as text, given from outside.
    pub fn judge_text(&self, text: &str) -> Result<Target, UrlRule> {
        check_length(text)?;
        check_characters(text)?;
        self.judge(Url::parse(text).map_err(|_| UrlRule::Malformed)?)
    }

    /// Judges where a redirect or a page's reference leads, relative to `base`.
    pub fn judge_reference(&self, base: &Url, reference: &str) -> Result<Target, UrlRule> {
        check_length(reference)?;
        check_characters(reference)?;
        self.judge(base.join(reference).map_err(|_| UrlRule::Malformed)?)
    }

    fn judge(&self, mut url: Url) -> Result<Target, UrlRule> {
        check_length(url.as_str())?;
        check_scheme(&url)?;
        check_userinfo(&url)?;
        let port = self.check_port(&url)?;
        let host = match url.host().ok_or(UrlRule::Malformed)? {
            Host::Domain(name) => TargetHost::Name(self.check_name(name)?),
            Host::Ipv4(address) => TargetHost::Address(self.check_address(address.into())?),
            Host::Ipv6(address) => TargetHost::Address(self.check_address(address.into())?),
        };
        if let TargetHost::Name(name) = &host
            && url.host_str() != Some(name)
        {
            // Without its trailing dot the name is the same to DNS, to TLS and to every comparison.
            url.set_host(Some(name)).map_err(|_| UrlRule::Name)?;
        }
        Ok(Target { url, host, port })
    }

    fn check_port(&self, url: &Url) -> Result<u16, UrlRule> {
        url.port_or_known_default().filter(|port| self.ports.contains(port)).ok_or(UrlRule::Port)
    }

    fn check_name(&self, host: &str) -> Result<String, UrlRule> {
        let name = host.strip_suffix('.').unwrap_or(host);
        if !name::is_well_formed(name) {
            return Err(UrlRule::Name);
        }
        if name::is_special(name) {
            return Err(UrlRule::SpecialName);
        }
        if name::is_single_label(name) {
            return Err(UrlRule::SingleLabel);
        }
        if self.denied_hosts.iter().any(|denied| name::is_within(name, denied)) {
            return Err(UrlRule::DeniedHost);
        }
        Ok(name.to_owned())
    }

    /// The connector skips its resolver for literal addresses, so they are judged here.
    fn check_address(&self, address: IpAddr) -> Result<IpAddr, UrlRule> {
        match self.addresses.judge(address) {
            Verdict::Allowed => Ok(address),
            Verdict::Denied(rule) => Err(UrlRule::Address(rule)),
        }
    }
}

impl From<&FetchSettings> for UrlPolicy {
    fn from(settings: &FetchSettings) -> Self {
        let names = settings.deny_hosts.iter().filter_map(|host| match host {
            Host::Domain(name) => Some(name.clone()),
            Host::Ipv4(_) | Host::Ipv6(_) => None,
        });
        Self::new(settings.into(), settings.ports.clone(), &names.collect::<Vec<_>>())
    }
}

fn check_length(text: &str) -> Result<(), UrlRule> {
    if text.len() > MAX_URL_BYTES { Err(UrlRule::TooLong) } else { Ok(()) }
}

/// The URL standard drops tabs and newlines; other parsers do not.
fn check_characters(text: &str) -> Result<(), UrlRule> {
    if text.contains(char::is_control) { Err(UrlRule::ControlCharacters) } else { Ok(()) }
}

fn check_scheme(url: &Url) -> Result<(), UrlRule> {
    if matches!(url.scheme(), "http" | "https") { Ok(()) } else { Err(UrlRule::Scheme) }
}

fn check_userinfo(url: &Url) -> Result<(), UrlRule> {
    if url.username().is_empty() && url.password().is_none() { Ok(()) } else { Err(UrlRule::Userinfo) }
}
