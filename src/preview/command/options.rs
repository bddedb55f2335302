//! Options that several commands have in common.

use std::net::SocketAddr;

use clap::Args;
use ipnetwork::IpNetwork;

use crate::preview::Settings;

/// What is changed about the default settings of fetching.
#[derive(Args)]
pub struct FetchOptions {
    /// Never dial this network, beside the special-purpose ones. May be repeated.
    #[arg(long = "deny-network", value_name = "NETWORK")]
    deny_networks: Vec<IpNetwork>,
    /// Never fetch from this host or below it. May be repeated.
    #[arg(long = "deny-host", value_name = "NAME")]
    deny_hosts: Vec<String>,
    /// FOR DEVELOPMENT ONLY: let pages reach this special network. May be repeated.
    #[arg(long, value_name = "NETWORK")]
    allow_for_development: Vec<IpNetwork>,
    /// Fetch from this port instead of 80 and 443. May be repeated.
    #[arg(long = "port", value_name = "PORT")]
    ports: Vec<u16>,
    /// Ask this DNS server instead of those of /etc/resolv.conf. May be repeated.
    #[arg(long = "nameserver", value_name = "ADDRESS:PORT")]
    nameservers: Vec<SocketAddr>,
    /// Seconds for one page, over all redirects.
    #[arg(long, value_name = "SECONDS")]
    deadline: Option<f64>,
    /// The User-Agent that sites see.
    #[arg(long, value_name = "TEXT")]
    user_agent: Option<String>,
}

impl FetchOptions {
    /// The default settings with these changes.
    pub fn settings(&self) -> Settings {
        let mut settings = Settings::defaults();
        settings.deny_networks.extend(&self.deny_networks);
        settings.deny_hosts.extend_from_slice(&self.deny_hosts);
        settings.allow_for_development.extend(&self.allow_for_development);
        settings.nameservers.extend(&self.nameservers);
        if !self.ports.is_empty() {
            settings.ports.clone_from(&self.ports);
        }
        if let Some(deadline) = self.deadline {
            settings.deadline_seconds = deadline;
        }
        if let Some(user_agent) = &self.user_agent {
            settings.user_agent.clone_from(user_agent);
        }
        settings
    }
}
