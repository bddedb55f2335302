//! Whether this network translates to IPv4, and whether the policy knows with what prefix (RFC 7050).
//!
//! An address of a prefix that is not known looks public, and leads to whatever IPv4 address is inside it.

use std::time::Duration;

use tokio::time::sleep;

use super::resolve::Resolver;
use crate::preview::address::{self, nat64};

/// How often the network is asked again.
const EVERY: Duration = Duration::from_secs(60);

/// How soon it is asked again that did not answer.
const SOON: Duration = Duration::from_secs(5);

/// The network translates with this prefix, which the policy does not know.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "this network translates to IPv4 with a prefix that is not known, {0}: if it is right, add it to fetch.nat64_prefixes"
)]
pub struct UnknownPrefix(String);

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

    /// Tells what is found each time: a prefix that is not known stays so until it is gone. Never returns.
    pub async fn follow(self, tell: impl Fn(Result<(), UnknownPrefix>)) {
        let mut answered = false;
        loop {
            match self.resolver.ipv6(nat64::PROBED_NAME).await {
                Ok(answers) => {
                    answered = true;
                    let unknown = answers.into_iter().find_map(|answer| match nat64::prefix_of(answer) {
                        Some(prefix) => (!self.addresses.translates(prefix)).then(|| prefix.to_string()),
                        None => Some(format!("that of {answer}")),
                    });
                    tell(unknown.map_or(Ok(()), |prefix| Err(UnknownPrefix(prefix))));
                }
                // What was found last still holds. At first, a network that does not answer resolves no other name either.
                Err(error) => {
                    tracing::warn!(%error, "it is not known whether this network translates to IPv4");
                    if !answered {
                        tell(Ok(()));
                    }
                }
            }
            sleep(if answered { EVERY } else { SOON }).await;
        }
    }
}
