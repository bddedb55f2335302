use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use proptest::prelude::*;

use super::{Policy, Rule, Verdict, rows};

/// Every special address that the published deny lists were tried with, and the edges of the blocks.
const DENIED: [&str; 80] = [
    "0.0.0.0",
    "0.255.255.255",
    "10.0.0.0",
    "10.255.255.255",
    "100.64.0.0",
    "100.100.100.200",
    "100.127.255.255",
    "127.0.0.1",
    "127.255.255.255",
    "168.63.129.16",
    "169.254.0.0",
    "169.254.169.254",
    "169.254.255.255",
    "172.16.0.0",
    "172.31.255.255",
    "192.0.0.0",
    "192.0.0.8",
    "192.0.0.9",
    "192.0.0.10",
    "192.0.0.170",
    "192.0.0.192",
    "192.0.0.255",
    "192.0.2.1",
    "192.31.196.1",
    "192.52.193.1",
    "192.88.99.1",
    "192.88.99.2",
    "192.168.0.0",
    "192.168.255.255",
    "192.175.48.1",
    "198.18.0.0",
    "198.19.255.255",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.254",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::8.8.8.8",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "::ffff:0:127.0.0.1",
    "::ffff:0:169.254.169.254",
    "64:ff9b::127.0.0.1",
    "64:ff9b::10.0.0.1",
    "64:ff9b:1::",
    "64:ff9b:1::8.8.8.8",
    "100::1",
    "100:0:0:1::1",
    "200::1",
    "400::1",
    "1fff:ffff::1",
    "2001::1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "2001:1::1",
    "2001:1::3",
    "2001:2::1",
    "2001:3::1",
    "2001:4:112::1",
    "2001:10::1",
    "2001:20::1",
    "2001:30::1",
    "2001:1ff:ffff::1",
    "2001:db8::1",
    "2002:7f00:1::1",
    "2002:808:808::1",
    "2620:4f:8000::1",
    "2606:4700::5efe:127.0.0.1",
    "2606:4700::200:5efe:10.0.0.1",
    "3fff:fff:ffff::1",
    "5f00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fec0::1",
    "ff02::1",
];

const ALLOWED: [&str; 22] = [
    "1.1.1.1",
    "8.8.8.8",
    "9.255.255.255",
    "11.0.0.0",
    "100.63.255.255",
    "100.128.0.0",
    "126.255.255.255",
    "128.0.0.0",
    "168.63.129.15",
    "168.63.129.17",
    "172.15.255.255",
    "172.32.0.0",
    "192.0.1.0",
    "198.17.255.255",
    "198.20.0.0",
    "223.255.255.255",
    "2000::1",
    "2001:200::1",
    "2606:4700:4700::1111",
    "2606:4700::5efe:8.8.8.8",
    "3ffe::1",
    "3fff:1000::1",
];

fn judge(address: &str) -> Verdict {
    Policy::default().judge(address.parse().expect("an address"))
}

#[test]
fn special_addresses_are_denied() {
    for address in DENIED {
        assert!(matches!(judge(address), Verdict::Denied(_)), "{address} is allowed");
    }
}

#[test]
fn ordinary_addresses_are_allowed() {
    for address in ALLOWED {
        assert_eq!(judge(address), Verdict::Allowed, "{address}");
    }
}

#[test]
fn the_rule_is_the_most_specific_row() {
    assert_eq!(judge("10.1.2.3"), Verdict::Denied(Rule("10.0.0.0/8")));
    assert_eq!(judge("2001:db8::1"), Verdict::Denied(Rule("2001:db8::/32")));
    assert_eq!(judge("::ffff:10.0.0.1"), Verdict::Denied(Rule("10.0.0.0/8")));
    assert_eq!(judge("4000::1"), Verdict::Denied(Rule("::/0")));
}

#[test]
fn every_row_names_its_block_its_purpose_and_its_source() {
    for row in rows() {
        assert!(!row.name.is_empty() && !row.source.is_empty(), "{row:?}");
        assert_eq!(row.network.ip(), row.network.network(), "{row:?} has host bits");
    }
}

#[test]
fn the_operator_denies_more() {
    let policy = Policy::new(vec!["8.8.8.0/24".parse().expect("a network")], Vec::new());
    let denied = Verdict::Denied(Rule::CONFIGURED);
    assert_eq!(policy.judge("8.8.8.8".parse().expect("an address")), denied);
    assert_eq!(policy.judge("::ffff:8.8.8.8".parse().expect("an address")), denied);
    assert_eq!(policy.judge("8.8.4.4".parse().expect("an address")), Verdict::Allowed);
}

#[test]
fn development_opens_what_it_lists_and_no_more() {
    let network = |text: &str| text.parse().expect("a network");
    let policy = Policy::new(vec![network("127.0.0.2/32")], vec![network("127.0.0.0/8")]);
    let judge = |text: &str| policy.judge(text.parse().expect("an address"));
    assert_eq!(judge("127.0.0.1"), Verdict::Allowed);
    assert_eq!(judge("127.0.0.2"), Verdict::Denied(Rule::CONFIGURED));
    assert!(matches!(judge("10.0.0.1"), Verdict::Denied(_)));
    assert!(matches!(judge("::1"), Verdict::Denied(_)));
}

/// IPv4 addresses, half of them near a block of the table.
fn ipv4() -> impl Strategy<Value = Ipv4Addr> {
    let edges: Vec<u32> = rows()
        .iter()
        .filter_map(|row| match row.network {
            ipnetwork::IpNetwork::V4(network) => {
                Some([u32::from(network.network()), u32::from(network.broadcast())])
            }
            ipnetwork::IpNetwork::V6(_) => None,
        })
        .flatten()
        .collect();
    let near = (prop::sample::select(edges), -2i32..=2)
        .prop_map(|(edge, step)| Ipv4Addr::from(edge.wrapping_add_signed(step)));
    prop_oneof![near, any::<u32>().prop_map(Ipv4Addr::from)]
}

fn embed(prefix: [u16; 6], inner: Ipv4Addr) -> IpAddr {
    let [a, b, c, d, e, f] = prefix;
    let bits = u32::from(inner);
    Ipv6Addr::new(a, b, c, d, e, f, (bits >> 16) as u16, (bits & 0xffff) as u16).into()
}

#[test]
fn an_address_that_is_translated_has_zeros_around_the_inner_one() {
    let prefixes =
        ["2606:4700:48::/48", "2606:4700:64::/64", "2606:4700:64::/96"].map(|prefix| prefix.parse());
    let prefixes = prefixes.into_iter().collect::<Result<_, _>>().expect("they are prefixes");
    let policy = Policy::default().translating(prefixes);
    for (address, denied) in [
        ("2606:4700:48:5db8:d8:2200::", None),
        ("2606:4700:48:a00:0:100::", Some("10.0.0.0/8")),
        ("2606:4700:48:a00:0:1ff:0:1", Some("nat64")),
        ("2606:4700:48:5db8:1d8:2200::", Some("nat64")),
        ("2606:4700:64:0:5d:b8d8:2200:0", None),
        ("2606:4700:64:0:a:1:0:1", Some("nat64")),
        ("2606:4700:64::93.184.216.34", None),
        ("2606:4700:64::127.0.0.1", Some("127.0.0.0/8")),
    ] {
        let verdict = policy.judge(address.parse().expect(address));
        let rule = match verdict {
            Verdict::Allowed => None,
            Verdict::Denied(rule) => Some(rule.id()),
        };
        assert_eq!(rule, denied, "{address}");
    }
}

proptest! {
    #[test]
    fn an_embedded_address_is_judged_like_itself(inner in ipv4()) {
        let policy = Policy::default();
        let plain = policy.judge(inner.into());
        for prefix in [[0, 0, 0, 0, 0, 0xffff], [0, 0, 0, 0, 0xffff, 0], [0x64, 0xff9b, 0, 0, 0, 0]] {
            prop_assert_eq!(policy.judge(embed(prefix, inner)), plain);
        }
        for prefix in [[0x2606, 0x4700, 0, 1, 0, 0x5efe], [0x2606, 0x4700, 0, 1, 0x200, 0x5efe]] {
            let allowed = policy.judge(embed(prefix, inner)) == Verdict::Allowed;
            prop_assert_eq!(allowed, plain == Verdict::Allowed);
        }
    }

    #[test]
    fn tunnels_are_denied_whatever_they_carry(inner in any::<u32>(), rest in any::<[u16; 5]>()) {
        let (high, low) = ((inner >> 16) as u16, (inner & 0xffff) as u16);
        let [a, b, c, d, e] = rest;
        let six_to_four = Ipv6Addr::new(0x2002, high, low, a, b, c, d, e);
        let teredo = Ipv6Addr::new(0x2001, 0, a, b, c, d, !high, !low);
        for address in [six_to_four, teredo] {
            prop_assert!(matches!(Policy::default().judge(address.into()), Verdict::Denied(_)));
        }
    }

    #[test]
    fn outside_global_unicast_only_translations_are_allowed(address in any::<u128>()) {
        let address = Ipv6Addr::from(address & !(0b111 << 125));
        prop_assert!(matches!(Policy::default().judge(address.into()), Verdict::Denied(_)));
    }
}
