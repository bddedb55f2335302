//! Under which keys the store counts attempts: never a name or an address itself.

use super::Counter;
use crate::{client_network::ClientNetwork, key_ring::KeyRing};

/// The keys of one attempt's counters: HMACs by the
/// [`Name`](crate::key_ring::RingKind::Name) ring, so that the store tells neither the names that
/// were tried nor from where. After a rotation of the ring all counters start anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Subjects {
    account: [u8; 32],
    address: [u8; 32],
    pair: [u8; 32],
}

impl Subjects {
    /// The key of this counter.
    pub fn get(&self, counter: Counter) -> [u8; 32] {
        match counter {
            Counter::Account => self.account,
            Counter::Address => self.address,
            Counter::Pair => self.pair,
        }
    }
}

/// The keys for an attempt with this name, known or not, from this network.
pub fn subjects(ring: &KeyRing, name: &str, network: ClientNetwork) -> Subjects {
    let mac = |label, parts: &[&[u8]]| ring.mac(label, parts).1;
    let network = network.to_bytes();
    Subjects {
        account: mac("natter login account 1", &[name.as_bytes()]),
        address: mac("natter login address 1", &[&network]),
        pair: mac("natter login pair 1", &[name.as_bytes(), &network]),
    }
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use super::*;
    use crate::{random::Random, timestamp::Timestamp};

    fn of(seed: u64, name: &str, address: &str) -> Subjects {
        let ring = KeyRing::generate(&Random::seeded(seed), Timestamp::default());
        subjects(&ring, name, address.parse::<IpAddr>().expect(address).into())
    }

    #[test]
    fn each_counter_depends_on_what_it_counts_and_nothing_else() {
        use Counter::{Account, Address, Pair};
        let one = of(1, "alice", "192.0.2.1");
        let same = |other: Subjects| [Account, Address, Pair].map(|c| one.get(c) == other.get(c));
        assert_eq!(same(of(1, "alice", "192.0.2.1")), [true, true, true]);
        assert_eq!(same(of(1, "alice", "192.0.2.2")), [true, false, false]);
        assert_eq!(same(of(1, "bob", "192.0.2.1")), [false, true, false]);
        assert_eq!(same(of(2, "alice", "192.0.2.1")), [false, false, false]);
    }

    #[test]
    fn a_network_of_ipv6_is_one_address() {
        assert_eq!(of(1, "alice", "2001:db8::1"), of(1, "alice", "2001:db8::2"));
    }
}
