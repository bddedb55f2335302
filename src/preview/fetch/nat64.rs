//! Whether this network translates to IPv4, and whether the policy knows with what prefix (RFC 7050).
//!
//! An address of a prefix that is not known looks public, and leads to whatever IPv4 address is inside it.

use std::time::Duration;

use tokio::time::sleep;

use super::resolve::Resolver;
use crate::{
    preview::address::{self, nat64},
    readiness::Component,
};

/// How often the network is asked again.
const EVERY: Duration = Duration::from_secs(60);

/// How soon it is asked again that did not answer.
const SOON: Duration = Duration::from_secs(5);

/// Asks the network again and again.
pub struct Nat64Watch {
    resolver: Resolver,
    addresses: address::Policy,
}

impl Nat64Watch {
    /// A watch that asks by this resolver about what this policy knows.
    pub fn new(resolver: Resolver, addresses: address::Policy) -> Self {
        Self { resolver, addresses }
    }

    /// Says by `component` what is found: a prefix that is not known is not ready, and stays so until it is gone.
    pub async fn follow(self, component: Component) {
        let mut answered = false;
        loop {
            match self.resolver.ipv6(nat64::PROBED_NAME).await {
                Ok(answers) => {
                    answered = true;
                    let unknown = answers.into_iter().find_map(|answer| match nat64::prefix_of(answer) {
                        Some(prefix) => (!self.addresses.translates(prefix)).then(|| prefix.to_string()),
                        None => Some(format!("that of {answer}")),
                    });
                    match unknown {
                        None => component.ready(),
                        Some(prefix) => component.not_ready(format!(
                            "this network translates to IPv4 with a prefix that is not known, {prefix}: if it is right, \
                             add it to fetch.nat64_prefixes"
                        )),
                    }
                }
                // What was found last still holds. At first, a network that does not answer resolves no other name either.
                Err(error) => {
                    tracing::warn!(%error, "it is not known whether this network translates to IPv4");
                    if !answered {
                        component.ready();
                    }
                }
            }
            sleep(if answered { EVERY } else { SOON }).await;
        }
    }
}
