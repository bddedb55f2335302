//! Which values of `Host` a listener answers.
//!
//! A name that an attacker controls can be made to resolve to our address (DNS rebinding); the browser
//! then takes our answers for that site's. Only names that are known to be ours are answered.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use poem::{
    Request,
    http::{Version, header, uri::Authority},
};

use crate::problem::{Kind, Problem};

/// The hosts that a listener answers to.
#[derive(Clone, Debug)]
pub struct AllowedHosts {
    listed: Vec<Authority>,
    any_address: bool,
}

impl AllowedHosts {
    /// For a public listener bound to `listen`: that address and localhost with its port, and `listed`.
    pub fn public(listen: SocketAddr, listed: &[Authority]) -> Self {
        let mut addresses = vec![listen.ip()];
        if listen.ip().is_unspecified() {
            addresses.extend([IpAddr::from(Ipv4Addr::LOCALHOST), Ipv6Addr::LOCALHOST.into()]);
        }
        let port = listen.port();
        let own = addresses
            .into_iter()
            .map(|address| SocketAddr::new(address, port).to_string())
            .chain([format!("localhost:{port}")])
            .filter_map(|host| host.parse().ok());
        Self { listed: own.chain(listed.iter().cloned()).collect(), any_address: false }
    }

    /// For an admin listener: every IP address, localhost, and `listed`.
    ///
    /// Probes and scrapers call pods by address, and no name can be rebound to an address.
    pub fn admin(listed: &[Authority]) -> Self {
        Self { listed: listed.to_vec(), any_address: true }
    }

    /// Refuses a request for another host, or one whose `Host` and request target disagree (RFC 9112,
    /// section 3.2; RFC 9113, section 8.3.1).
    ///
    /// # Errors
    /// The problem [`Kind::InvalidHost`], which does not quote the host.
    pub fn check(&self, request: &Request) -> Result<(), Problem> {
        match authority(request) {
            Some(host) if self.admits(&host) => Ok(()),
            _ => Err(Problem::new(Kind::InvalidHost, "The Host header names no host of this server.")),
        }
    }

    fn admits(&self, host: &Authority) -> bool {
        // The comparison ignores case.
        self.listed.contains(host) || self.any_address && is_address_or_localhost(host.host())
    }
}

fn is_address_or_localhost(host: &str) -> bool {
    let address = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    address.parse::<IpAddr>().is_ok() || host.eq_ignore_ascii_case("localhost")
}

/// The one host that a request names.
fn authority(request: &Request) -> Option<Authority> {
    let mut fields = request.headers().get_all(header::HOST).iter();
    let host: Option<Authority> = match fields.next() {
        Some(field) => Some(field.to_str().ok()?.parse().ok()?),
        None => None,
    };
    if fields.next().is_some() {
        return None;
    }
    let host = match (host, request.uri().authority()) {
        (Some(host), Some(target)) => (host == *target).then_some(host),
        (Some(host), None) => Some(host),
        (None, Some(target)) => (request.version() == Version::HTTP_2).then(|| target.clone()),
        (None, None) => None,
    };
    host.filter(|host| !host.as_str().contains('@'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(hosts: &AllowedHosts, fields: &[&str]) -> bool {
        let mut request = Request::builder();
        for field in fields {
            request = request.header("host", *field);
        }
        hosts.check(&request.finish()).is_ok()
    }

    #[test]
    fn a_public_listener_answers_to_itself_and_to_what_is_listed() {
        let listed = ["api.example:4567".parse().expect("a host")];
        let hosts = AllowedHosts::public(([10, 0, 0, 1], 4567).into(), &listed);
        for host in ["10.0.0.1:4567", "localhost:4567", "LocalHost:4567", "API.example:4567"] {
            assert!(answered(&hosts, &[host]), "{host}");
        }
        for host in ["10.0.0.1", "10.0.0.1:80", "127.0.0.1:4567", "api.example", "evil.example:4567", ""] {
            assert!(!answered(&hosts, &[host]), "{host}");
        }
        assert!(!answered(&hosts, &[]));
        assert!(!answered(&hosts, &["localhost:4567", "localhost:4567"]));
        assert!(!answered(&hosts, &["user@localhost:4567"]));
    }

    #[test]
    fn a_listener_on_all_addresses_answers_on_loopback() {
        let hosts = AllowedHosts::public(([0, 0, 0, 0], 4567).into(), &[]);
        assert!(answered(&hosts, &["127.0.0.1:4567"]));
        assert!(answered(&hosts, &["[::1]:4567"]));
        assert!(!answered(&hosts, &["10.0.0.1:4567"]));
    }

    #[test]
    fn an_admin_listener_answers_to_addresses_but_to_no_other_name() {
        let hosts = AllowedHosts::admin(&["metrics.example".parse().expect("a host")]);
        for host in ["10.1.2.3:4568", "[fd00::1]:4568", "localhost", "metrics.example"] {
            assert!(answered(&hosts, &[host]), "{host}");
        }
        for host in ["evil.example", "10.1.2.3.evil.example:4568", "localhost.evil.example"] {
            assert!(!answered(&hosts, &[host]), "{host}");
        }
    }

    #[test]
    fn the_target_and_the_host_agree() {
        let hosts = AllowedHosts::admin(&[]);
        let request = |target: &'static str, version| {
            Request::builder().uri(target.parse().expect("a target")).version(version)
        };
        let refused = request("http://localhost/", Version::HTTP_11).header("host", "127.0.0.1").finish();
        assert!(hosts.check(&refused).is_err());
        let agreed = request("http://localhost/", Version::HTTP_11).header("host", "localhost").finish();
        assert!(hosts.check(&agreed).is_ok());
        assert!(hosts.check(&request("http://localhost/", Version::HTTP_2).finish()).is_ok());
        assert!(hosts.check(&request("http://localhost/", Version::HTTP_11).finish()).is_err());
    }
}
