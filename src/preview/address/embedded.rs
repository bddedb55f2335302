//! IPv4 addresses inside IPv6 addresses.

use std::net::{Ipv4Addr, Ipv6Addr};

/// The IPv4 address in the low 32 bits: where IPv4-mapped (RFC 4291), IPv4-translated (RFC 2765) and
/// NAT64 addresses under a /96 (RFC 6052) carry it.
pub fn low_bits(address: Ipv6Addr) -> Ipv4Addr {
    let [.., a, b, c, d] = address.octets();
    Ipv4Addr::new(a, b, c, d)
}

/// The IPv4 address of an ISATAP interface identifier (RFC 5214, section 6.1: `0000:5efe` or
/// `0200:5efe`, then the address), under whatever prefix.
pub fn isatap(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let [_, _, _, _, high, low, _, _] = address.segments();
    // The u bit (0x0200) is set when the IPv4 address is globally unique, and says nothing we rely on.
    (high & !0x0200 == 0 && low == 0x5efe).then(|| low_bits(address))
}
