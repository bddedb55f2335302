//! What names lead to.

use crate::mutation::Mutation;

/// One mutation for each guard.
pub fn mutations() -> Vec<Mutation> {
    vec![
        Mutation::off("the table of special addresses")
            .change(
                "address/mod.rs",
                "Judgement::Verdict(Verdict::Denied(Rule(row.prefix)))",
                "Judgement::Verdict(Verdict::Allowed)",
            )
            .noticed_by(&["dns: loopback", "parser: dotted loopback"])
            .showing("\"127.0.0.1:80\""),
        Mutation::off("networks that the operator denies")
            .change("address/mod.rs", "if self.is_denied_by_operator(address)", "if false")
            .noticed_by(&["network: denied by the operator"])
            .showing("dialled: {\"93.184.216.34:80\"}"),
        Mutation::off("IPv4 addresses inside IPv6 addresses")
            .change(
                "address/mod.rs",
                "(Judgement::Embedded(inner), _) => self.judge(inner)",
                "(Judgement::Embedded(_), _) => Verdict::Allowed",
            )
            .noticed_by(&["dns: IPv4-mapped AAAA", "parser: IPv4-mapped loopback"])
            .showing("dialled: {\"127.0.0.1:80\"}"),
        Mutation::off("IPv4 addresses inside addresses that the network translates")
            .change(
                "address/mod.rs",
                "if let Some(verdict) = self.judge_translated(address) {",
                "if let (Some(verdict), false) = (self.judge_translated(address), true) {",
            )
            .noticed_by(&["nat64: loopback inside the network's prefix"])
            .showing("dialled: {\"[2606:4700:64::7f00:1]:80\"}"),
        Mutation::off("zeros around IPv4 addresses that the network translates")
            .change("address/mod.rs", "map_or(Verdict::Denied(Rule::NAT64), ", "map_or(Verdict::Allowed, ")
            .noticed_by(&["nat64: a private address with something behind it"])
            .showing("dialled: {\"[2606:4700:48:a00:0:1ff:0:1]:80\"}"),
        Mutation::off("a prefix that is not known is not ready")
            .change("fetch/nat64.rs", "(!self.addresses.translates(prefix)).then(", "false.then(")
            .noticed_by(&["nat64: an unknown prefix is not ready"])
            .showing("status: 200"),
        Mutation::off("IPv4 addresses inside ISATAP addresses")
            .change("address/mod.rs", "=> Verdict::Denied(Rule::ISATAP)", "=> Verdict::Allowed")
            .noticed_by(&["dns: ISATAP AAAA"])
            .showing("dialled: {\"[2606:4700::5efe:a00:1]:80\"}"),
        Mutation::off("resolved addresses")
            .change("fetch/resolve.rs", "return Err(FetchError::AddressDenied(rule));", "let _ = rule;")
            .noticed_by(&["dns: loopback", "redirect: name with a private address"])
            .showing("\"127.0.0.1:80\""),
        Mutation::off("resolved addresses, by URLs made up at random")
            .change("fetch/resolve.rs", "return Err(FetchError::AddressDenied(rule));", "let _ = rule;")
            .noticed_by(&["differential: made up from seed 0"])
            .showing("dialled: ["),
        Mutation::off("every resolved address, not only the first")
            .change(
                "fetch/resolve.rs",
                "for address in addresses {",
                "for address in addresses.iter().take(1) {",
            )
            .noticed_by(&["dns: good answer, then a bad one", "dns: public A with private AAAA"])
            .showing("dialled: {\"93.184.216.34:80\"}"),
        Mutation::off("names are fully qualified, and search domains are unknown")
            .change("fetch/resolve.rs", "name.set_fqdn(true);", "name.set_fqdn(false);")
            .change(
                "fetch/resolve.rs",
                "ResolverConfig::from_parts(None, Vec::new(), servers)",
                "ResolverConfig::from_parts(None, read_system_conf()?.0.search().to_vec(), servers)",
            )
            .noticed_by(&["dns: search domains are not used"])
            .showing("\"nowhere.example.com.search.example.org\""),
        Mutation::off("/etc/hosts is not read")
            .change("fetch/resolve.rs", "ResolveHosts::Never", "ResolveHosts::Always")
            .noticed_by(&["dns: a name in /etc/hosts alone"])
            .showing("dialled: {\"93.184.216.66:80\"}"),
    ]
}
