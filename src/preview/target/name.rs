//! Names that never lead to a public web page.

/// The last labels of names that are resolved inside a host, a cluster, a home or another network, or
/// nowhere: IANA's special-use domain names (RFC 6761 and later), and the private names of clouds,
/// clusters and home routers.
const SPECIAL_SUFFIXES: [&str; 20] = [
    "localhost",   // RFC 6761
    "test",        // RFC 6761
    "invalid",     // RFC 6761
    "example",     // RFC 6761
    "local",       // RFC 6762; also cluster.local
    "onion",       // RFC 7686
    "alt",         // RFC 9476
    "arpa",        // RFC 8375 home.arpa, RFC 7050 ipv4only.arpa, reverse names
    "internal",    // reserved by ICANN for private use in 2024; metadata.google.internal
    "svc",         // Kubernetes, with a search domain
    "cluster",     // Kubernetes
    "localdomain", // resolvers of long standing
    "intranet",    // RFC 6762, appendix G
    "private",     // RFC 6762, appendix G
    "corp",        // RFC 6762, appendix G
    "home",        // RFC 6762, appendix G
    "lan",         // RFC 6762, appendix G
    "consul",      // HashiCorp Consul
    "docker",      // Docker
    "podman",      // Podman
];

/// Whether the name ends in a special-use label.
pub fn is_special(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or(name);
    SPECIAL_SUFFIXES.contains(&last)
}

/// Whether the name has one label only, so that it means something only beside a search domain.
pub fn is_single_label(name: &str) -> bool {
    !name.contains('.')
}

/// Whether DNS can carry the name: labels of 1 to 63 bytes, 253 bytes in all (RFC 1035, section 2.3.4).
pub fn is_well_formed(name: &str) -> bool {
    name.len() <= 253 && name.split('.').all(|label| (1..=63).contains(&label.len()))
}

/// Whether `name` is `domain` or below it.
pub fn is_within(name: &str, domain: &str) -> bool {
    name.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}
