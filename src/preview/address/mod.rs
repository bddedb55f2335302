//! Which addresses may be dialled: deny by default, from one table.

mod embedded;
pub mod nat64;
mod table;

#[cfg(test)]
mod generation;
#[cfg(test)]
mod tests;

use std::{
    fmt,
    net::{IpAddr, Ipv6Addr},
};

use ipnetwork::{IpNetwork, Ipv6Network};
use url::Host;

pub use self::table::{Row, RowVerdict, most_specific, rows};
use crate::settings::FetchSettings;

/// Names the rule that denied an address: a prefix of the table, `configured`, `nat64` or `isatap`.
///
/// For logs and metrics only: told to a stranger, it would map the network for them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Rule(&'static str);

impl Rule {
    /// A network denied by the operator.
    pub const CONFIGURED: Self = Self("configured");
    /// An address of a prefix that is translated, with more around the IPv4 address inside it than zeros.
    pub const NAT64: Self = Self("nat64");
    /// An ISATAP address around an IPv4 address that is denied.
    pub const ISATAP: Self = Self("isatap");
    /// No row of the table covers the address.
    const NO_ROW: Self = Self("no-row");

    /// The id as a metric label.
    pub fn id(self) -> &'static str {
        self.0
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// Whether an address may be dialled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It may.
    Allowed,
    /// It may not, by this rule.
    Denied(Rule),
}

/// The table, with what the operator adds to it.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    denied: Vec<IpNetwork>,
    allowed_for_development: Vec<IpNetwork>,
    nat64: Vec<Ipv6Network>,
}

impl Policy {
    /// A policy that denies `denied` beside the table's rows.
    ///
    /// `allowed_for_development` opens networks that the table denies and is for development only:
    /// whoever sets it lets strangers' pages reach those networks.
    pub fn new(denied: Vec<IpNetwork>, allowed_for_development: Vec<IpNetwork>) -> Self {
        Self { denied, allowed_for_development, nat64: Vec::new() }
    }

    /// The same where the network translates to IPv4 with these prefixes: an address of one is judged by the IPv4 address
    /// inside it.
    #[must_use]
    pub fn translating(self, nat64: Vec<Ipv6Network>) -> Self {
        Self { nat64, ..self }
    }

    /// Whether addresses of this NAT64 prefix are judged by what is inside them.
    pub fn translates(&self, prefix: Ipv6Network) -> bool {
        let by_table = || {
            most_specific(prefix.network().into()).is_some_and(|row| {
                row.verdict == RowVerdict::Embedded && row.network == IpNetwork::V6(prefix)
            })
        };
        self.nat64.contains(&prefix) || by_table()
    }

    /// The networks that are open for development only.
    pub fn allowed_for_development(&self) -> &[IpNetwork] {
        &self.allowed_for_development
    }

    /// Judges one address.
    pub fn judge(&self, address: IpAddr) -> Verdict {
        if self.is_denied_by_operator(address) {
            return Verdict::Denied(Rule::CONFIGURED);
        }
        if self.is_allowed_for_development(address) {
            return Verdict::Allowed;
        }
        if let Some(verdict) = self.judge_translated(address) {
            return verdict;
        }
        match (judge_by_table(address), address) {
            (Judgement::Embedded(inner), _) => self.judge(inner),
            (Judgement::Verdict(Verdict::Allowed), IpAddr::V6(outer)) => self.judge_isatap(outer),
            (Judgement::Verdict(verdict), _) => verdict,
        }
    }

    fn is_denied_by_operator(&self, address: IpAddr) -> bool {
        self.denied.iter().any(|network| network.contains(address))
    }

    fn is_allowed_for_development(&self, address: IpAddr) -> bool {
        self.allowed_for_development.iter().any(|network| network.contains(address))
    }

    /// Translators need not look at the bits around the IPv4 address, so an address with something in them leads to it, too.
    fn judge_translated(&self, address: IpAddr) -> Option<Verdict> {
        let IpAddr::V6(address) = address else { return None };
        let within = self.nat64.iter().filter(|prefix| prefix.contains(address));
        let prefix = within.max_by_key(|prefix| prefix.prefix())?;
        let inner = nat64::inside(*prefix, address);
        Some(inner.map_or(Verdict::Denied(Rule::NAT64), |inner| self.judge(inner.into())))
    }

    /// An ISATAP address in a public prefix leads to the IPv4 address inside it.
    fn judge_isatap(&self, outer: Ipv6Addr) -> Verdict {
        match embedded::isatap(outer).map(|inner| self.judge(inner.into())) {
            Some(Verdict::Denied(_)) => Verdict::Denied(Rule::ISATAP),
            Some(Verdict::Allowed) | None => Verdict::Allowed,
        }
    }
}

impl From<&FetchSettings> for Policy {
    /// A host that is denied and is an address is a network of one.
    fn from(settings: &FetchSettings) -> Self {
        let addresses = settings.deny_hosts.iter().filter_map(|host| match host {
            Host::Domain(_) => None,
            Host::Ipv4(address) => Some(IpAddr::from(*address)),
            Host::Ipv6(address) => Some(IpAddr::from(*address)),
        });
        let denied = settings.deny_networks.iter().copied().chain(addresses.map(IpNetwork::from));
        Self::new(denied.collect(), settings.allow_for_development.clone())
            .translating(settings.nat64_prefixes.clone())
    }
}

enum Judgement {
    Verdict(Verdict),
    Embedded(IpAddr),
}

fn judge_by_table(address: IpAddr) -> Judgement {
    let Some(row) = most_specific(address) else {
        return Judgement::Verdict(Verdict::Denied(Rule::NO_ROW));
    };
    match (row.verdict, address) {
        (RowVerdict::Allow, _) => Judgement::Verdict(Verdict::Allowed),
        (RowVerdict::Embedded, IpAddr::V6(outer)) => Judgement::Embedded(embedded::low_bits(outer).into()),
        (RowVerdict::Deny | RowVerdict::Embedded, _) => Judgement::Verdict(Verdict::Denied(Rule(row.prefix))),
    }
}
