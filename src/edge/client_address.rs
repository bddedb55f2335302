//! Whose address a request comes from.

use std::net::{IpAddr, Ipv4Addr};

use ipnetwork::IpNetwork;
use poem::{Request, http::HeaderMap};

/// Knows which peers are proxies whose word is taken.
#[derive(Clone, Debug)]
pub struct ClientAddresses {
    trusted_proxies: Vec<IpNetwork>,
}

impl ClientAddresses {
    /// Takes the word of proxies in these networks, and nobody else's.
    pub fn new(trusted_proxies: Vec<IpNetwork>) -> Self {
        Self { trusted_proxies }
    }

    /// The client's address: the peer's; behind trusted proxies, the last one in `X-Forwarded-For` that is not one
    /// of them. What a client writes there itself stands further left and never counts.
    pub fn of(&self, request: &Request) -> IpAddr {
        let peer =
            request.remote_addr().as_socket_addr().map_or(Ipv4Addr::UNSPECIFIED.into(), |peer| peer.ip());
        self.behind(peer, request.headers())
    }

    fn behind(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut address = peer.to_canonical();
        let forwarded = headers.get_all("x-forwarded-for").iter();
        let hops: Vec<&str> =
            forwarded.filter_map(|value| value.to_str().ok()).flat_map(|text| text.split(',')).collect();
        for hop in hops.into_iter().rev() {
            if !self.trusted_proxies.iter().any(|network| network.contains(address)) {
                break;
            }
            match hop.trim().parse::<IpAddr>() {
                Ok(earlier) => address = earlier.to_canonical(),
                Err(_) => break,
            }
        }
        address
    }
}

#[cfg(test)]
mod tests {
    use poem::http::HeaderValue;

    use super::*;

    fn of(trusted: &[&str], peer: &str, forwarded: &[&'static str]) -> String {
        let networks = trusted.iter().map(|network| network.parse().expect("a network")).collect();
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append("x-forwarded-for", HeaderValue::from_static(value));
        }
        ClientAddresses::new(networks).behind(peer.parse().expect("an address"), &headers).to_string()
    }

    #[test]
    fn nobody_is_believed_by_default() {
        assert_eq!(of(&[], "192.0.2.1", &["198.51.100.7"]), "192.0.2.1");
        assert_eq!(of(&["10.0.0.0/8"], "192.0.2.1", &["198.51.100.7"]), "192.0.2.1");
    }

    #[test]
    fn behind_proxies_the_last_stranger_counts() {
        let trusted = ["10.0.0.0/8"];
        assert_eq!(of(&trusted, "10.0.0.1", &["1.2.3.4, 198.51.100.7, 10.0.0.2"]), "198.51.100.7");
        assert_eq!(of(&trusted, "10.0.0.1", &["1.2.3.4", "198.51.100.7"]), "198.51.100.7");
        assert_eq!(of(&trusted, "10.0.0.1", &["nonsense"]), "10.0.0.1");
        assert_eq!(of(&trusted, "::ffff:10.0.0.1", &[]), "10.0.0.1");
    }
}
