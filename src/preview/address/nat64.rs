//! IPv4 addresses inside IPv6 addresses of a network that translates (RFC 6052), and how it shows that it does (RFC 7050).

use std::net::{Ipv4Addr, Ipv6Addr};

use ipnetwork::Ipv6Network;

/// The lengths that a prefix may have (RFC 6052, section 2.2).
pub const PREFIX_LENGTHS: [u8; 6] = [32, 40, 48, 56, 64, 96];

/// What `ipv4only.arpa` has as IPv4 addresses (RFC 7050, section 2.2); a network that translates answers with these inside.
const WELL_KNOWN: [Ipv4Addr; 2] = [Ipv4Addr::new(192, 0, 0, 170), Ipv4Addr::new(192, 0, 0, 171)];

/// The name to ask for.
pub const PROBED_NAME: &str = "ipv4only.arpa.";

/// The IPv4 address inside `address`, if it is one of this prefix with nothing but zeros around it.
pub fn inside(prefix: Ipv6Network, address: Ipv6Addr) -> Option<Ipv4Addr> {
    let octets = address.octets();
    let length = usize::from(prefix.prefix()) / 8;
    if !PREFIX_LENGTHS.contains(&prefix.prefix()) || !prefix.contains(address) {
        return None;
    }
    // Bits 64 to 71 are no part of it, and zero.
    let at = |number: usize| {
        if length + number < 8 || length == 12 { length + number } else { length + number + 1 }
    };
    let inner = std::array::from_fn(|number| octets[at(number)]);
    let around = (length..16).filter(|position| !(0..4).any(|number| at(number) == *position));
    around.into_iter().all(|position| octets[position] == 0).then(|| Ipv4Addr::from(inner))
}

/// The prefix that a network translates with which answers so for [`PROBED_NAME`].
pub fn prefix_of(answer: Ipv6Addr) -> Option<Ipv6Network> {
    PREFIX_LENGTHS.into_iter().rev().find_map(|length| {
        let network = Ipv6Network::new(answer, length).ok()?;
        let prefix = Ipv6Network::new(network.network(), length).ok()?;
        inside(prefix, answer).filter(|inner| WELL_KNOWN.contains(inner)).map(|_| prefix)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_examples_of_the_rfc() {
        // RFC 6052, section 2.4.
        for (prefix, address) in [
            ("2001:db8::/32", "2001:db8:c000:221::"),
            ("2001:db8:100::/40", "2001:db8:1c0:2:21::"),
            ("2001:db8:122::/48", "2001:db8:122:c000:2:2100::"),
            ("2001:db8:122:300::/56", "2001:db8:122:3c0:0:221::"),
            ("2001:db8:122:344::/64", "2001:db8:122:344:c0:2:2100::"),
            ("2001:db8:122:344::/96", "2001:db8:122:344::192.0.2.33"),
            ("64:ff9b::/96", "64:ff9b::192.0.2.33"),
        ] {
            let (prefix, address) = (prefix.parse().expect(prefix), address.parse().expect(address));
            assert_eq!(inside(prefix, address), Some(Ipv4Addr::new(192, 0, 2, 33)), "{prefix}");
            let beside = Ipv6Addr::from(u128::from(address) | 1 << 60);
            assert!(
                prefix.prefix() > 56 || inside(prefix, beside).is_none(),
                "bits 64 to 71 are zero: {beside}"
            );
        }
        let longer = "2001:db8::/33".parse().expect("a network");
        assert_eq!(inside(longer, "2001:db8:c000:221::".parse().expect("an address")), None);
    }

    #[test]
    fn the_answer_to_the_probe_shows_the_prefix() {
        for prefix in [
            "2001:db8::/32",
            "2001:db8:100::/40",
            "2001:db8:122::/48",
            "2001:db8:122:344::/64",
            "fd00:64::/96",
        ] {
            let prefix: Ipv6Network = prefix.parse().expect(prefix);
            let shift = match prefix.prefix() {
                32 => 64,
                40 => 56,
                48 => 48,
                _ => 0,
            };
            let answer = match prefix.prefix() {
                32 => u128::from(prefix.network()) | 0xc000_00aa << shift,
                40 => u128::from(prefix.network()) | 0xc0_0000 << 64 | 0xaa << 48,
                48 => u128::from(prefix.network()) | 0xc000 << 64 | 0x00aa << 40,
                64 => u128::from(prefix.network()) | 0xc000_00aa << 24,
                _ => u128::from(prefix.network()) | 0xc000_00aa,
            };
            assert_eq!(prefix_of(answer.into()), Some(prefix), "{prefix}");
        }
        assert_eq!(prefix_of("2606:4700::1".parse().expect("an address")), None);
    }
}
