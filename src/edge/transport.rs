//! Over what a request came to us: TLS, or in the clear for all to read.

use ipnetwork::IpNetwork;
use poem::{Request, http::uri::Scheme};

use crate::{
    caller::CAPABILITY_PARAMETER,
    problem::{FieldError, Problem},
};

/// Knows how a request came, as far as it matters.
#[derive(Clone, Debug)]
pub struct Transport {
    trusted_proxies: Vec<IpNetwork>,
    is_tls_expected: bool,
}

impl Transport {
    /// Takes the word of proxies in these networks. `is_tls_expected` says that clients can reach us by https, so that
    /// one that comes without need not.
    pub fn new(trusted_proxies: Vec<IpNetwork>, is_tls_expected: bool) -> Self {
        Self { trusted_proxies, is_tls_expected }
    }

    /// Refuses a capability in the query of a request in the clear: addresses end up in the logs and histories of all
    /// that stand in between. It is refused whether it is good or not, so that nobody gets used to it.
    ///
    /// # Errors
    /// 400, where https is to be had.
    pub(super) fn check(&self, request: &Request, query: &[(String, String)]) -> Result<(), Problem> {
        let bears_capability = || query.iter().any(|(name, _)| name == CAPABILITY_PARAMETER);
        if !self.is_tls_expected || self.is_https(request) || !bears_capability() {
            return Ok(());
        }
        let detail =
            "came over plain HTTP: call by https, or send the capability in the header Natter-Capability";
        Err(Problem::invalid(vec![FieldError::new(CAPABILITY_PARAMETER, detail)]))
    }

    /// Whether the client spoke https: to us, or else to a trusted proxy that says so. Of several proxies each has
    /// to.
    fn is_https(&self, request: &Request) -> bool {
        let peer = request.remote_addr().as_socket_addr().map(|peer| peer.ip().to_canonical());
        let is_trusted =
            peer.is_some_and(|peer| self.trusted_proxies.iter().any(|network| network.contains(peer)));
        let mut said = request.headers().get_all("x-forwarded-proto").iter().peekable();
        if is_trusted && said.peek().is_some() {
            said.flat_map(|value| value.to_str().unwrap_or_default().split(','))
                .all(|scheme| scheme.trim().eq_ignore_ascii_case("https"))
        } else {
            *request.scheme() == Scheme::HTTPS
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use poem::{
        http,
        web::{LocalAddr, RemoteAddr},
    };

    use super::*;

    fn is_refused(expected: bool, peer: &str, scheme: Scheme, proto: &[&str]) -> bool {
        let transport = Transport::new(vec!["10.0.0.0/8".parse().expect("a network")], expected);
        let mut request = http::Request::builder().uri("/spaces");
        for proto in proto {
            request = request.header("x-forwarded-proto", *proto);
        }
        let (parts, ()) = request.body(()).expect("a request").into_parts();
        let peer: SocketAddr = peer.parse().expect("an address");
        let remote = RemoteAddr(peer.into());
        let request =
            Request::from_parts((parts, LocalAddr::default(), remote, scheme).into(), poem::Body::empty());
        let query = [("access_token".to_owned(), "secret".to_owned())];
        assert!(transport.check(&request, &[]).is_ok(), "nothing to be refused");
        transport.check(&request, &query).is_err()
    }

    #[test]
    fn a_proxy_that_is_trusted_says_how_the_client_came() {
        let (proxy, stranger) = ("10.0.0.1:1", "192.0.2.1:1");
        for (expected, peer, scheme, proto, refused) in [
            (true, stranger, Scheme::HTTPS, &[][..], false),
            (true, stranger, Scheme::HTTP, &[], true),
            (true, stranger, Scheme::HTTP, &["https"], true),
            (true, proxy, Scheme::HTTP, &["HTTPS"], false),
            (true, "[::ffff:10.0.0.1]:1", Scheme::HTTP, &["https"], false),
            (true, proxy, Scheme::HTTP, &[], true),
            (true, proxy, Scheme::HTTP, &["http"], true),
            (true, proxy, Scheme::HTTPS, &["http"], true),
            (true, proxy, Scheme::HTTPS, &[], false),
            (true, proxy, Scheme::HTTP, &["https, http"], true),
            (true, proxy, Scheme::HTTP, &["https", "http"], true),
            (true, proxy, Scheme::HTTP, &["https, https"], false),
            (false, stranger, Scheme::HTTP, &[], false),
            (false, proxy, Scheme::HTTP, &["http"], false),
        ] {
            let found = is_refused(expected, peer, scheme.clone(), proto);
            assert_eq!(found, refused, "{expected} {peer} {scheme} {proto:?}");
        }
    }
}
