//! From a name to addresses that are all allowed.

use std::{
    net::{IpAddr, Ipv6Addr, SocketAddr},
    time::Duration,
};

use hickory_resolver::{
    TokioResolver,
    config::{LookupIpStrategy, NameServerConfig, ResolveHosts, ResolverConfig},
    net::{NetError, runtime::TokioRuntimeProvider},
    proto::rr::{Name, RData},
    system_conf::read_system_conf,
};

use crate::preview::{
    address::{self, Verdict},
    refusal::FetchError,
};

/// Resolves names by asking DNS servers and nobody else.
#[derive(Clone)]
pub struct Resolver(TokioResolver);

impl Resolver {
    /// A resolver that asks `nameservers`, or without any those of `/etc/resolv.conf`; it gives up on
    /// one question after `timeout`.
    ///
    /// # Errors
    /// If `/etc/resolv.conf` is needed and cannot be read or names no server.
    pub fn new(nameservers: &[SocketAddr], timeout: Duration) -> Result<Self, NetError> {
        let servers = if nameservers.is_empty() {
            let (system, _) = read_system_conf()?;
            system.name_servers().to_vec()
        } else {
            nameservers.iter().map(|server| name_server(*server)).collect()
        };
        // Of the system's configuration the servers alone: no search domain is even known here.
        let config = ResolverConfig::from_parts(None, Vec::new(), servers);
        let mut builder = TokioResolver::builder_with_config(config, TokioRuntimeProvider::default());
        let options = builder.options_mut();
        options.use_hosts_file = ResolveHosts::Never;
        options.ip_strategy = LookupIpStrategy::Ipv4AndIpv6;
        options.timeout = timeout;
        options.attempts = 1;
        // Every lookup is judged anew, so a cached answer is as safe as a fresh one.
        options.cache_size = 256;
        Ok(Self(builder.build()?))
    }

    /// Every address of `name`, both families.
    pub async fn addresses(&self, name: &str) -> Result<Vec<IpAddr>, FetchError> {
        let unresolvable = |error: &dyn std::fmt::Display| FetchError::Unresolvable(error.to_string());
        let name = fully_qualified(name).map_err(|error| unresolvable(&error))?;
        let answer = self.0.lookup_ip(name).await.map_err(|error| unresolvable(&error))?;
        let addresses: Vec<_> = answer.iter().collect();
        if addresses.is_empty() { Err(unresolvable(&"no address")) } else { Ok(addresses) }
    }
}

impl Resolver {
    /// The IPv6 addresses of `name`, none of which is judged.
    ///
    /// # Errors
    /// If nobody says whether there are any.
    pub async fn ipv6(&self, name: &str) -> Result<Vec<Ipv6Addr>, NetError> {
        match self.0.ipv6_lookup(fully_qualified(name)?).await {
            Ok(found) => Ok(found
                .answers()
                .iter()
                .filter_map(|record| match record.data {
                    RData::AAAA(address) => Some(address.0),
                    _ => None,
                })
                .collect()),
            Err(error) if error.is_no_records_found() => Ok(Vec::new()),
            Err(error) => Err(error),
        }
    }
}

/// A fully qualified name, to which no search domain is ever added.
fn fully_qualified(name: &str) -> Result<Name, hickory_resolver::proto::ProtoError> {
    let mut name = Name::from_ascii(name)?;
    name.set_fqdn(true);
    Ok(name)
}

fn name_server(server: SocketAddr) -> NameServerConfig {
    let mut config = NameServerConfig::udp_and_tcp(server.ip());
    for connection in &mut config.connections {
        connection.port = server.port();
    }
    config
}

/// Refuses the name if any of its addresses is denied: who mixes good and bad answers means harm.
pub fn judge_all(policy: &address::Policy, addresses: &[IpAddr]) -> Result<(), FetchError> {
    for address in addresses {
        if let Verdict::Denied(rule) = policy.judge(*address) {
            return Err(FetchError::AddressDenied(rule));
        }
    }
    Ok(())
}
