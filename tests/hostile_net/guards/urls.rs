//! What the URL alone shows.

use crate::mutation::Mutation;

/// One mutation for each guard.
pub fn mutations() -> Vec<Mutation> {
    vec![
        Mutation::off("length of the URL")
            .change("target/mod.rs", "if text.len() > MAX_URL_BYTES", "if false")
            .noticed_by(&["parser: endless path"])
            .showing("dialled: {\"93.184.216.34:80\"}"),
        Mutation::off("control characters in the URL")
            .change("target/mod.rs", "if text.contains(char::is_control)", "if false")
            .noticed_by(&["parser: tab in the host"])
            .showing("dialled: {\"93.184.216.34:80\"}"),
        Mutation::off("scheme")
            .change("target/mod.rs", "if matches!(url.scheme(), \"http\" | \"https\")", "if true")
            .noticed_by(&["scheme: ftp"])
            .showing("asked: {\"news.example.com\"}"),
        Mutation::off("user name and password")
            .change("target/mod.rs", "if url.username().is_empty() && url.password().is_none()", "if true")
            .noticed_by(&["parser: user name", "parser: password alone"])
            .showing("dialled: {\"93.184.216.34:80\"}"),
        Mutation::off("port")
            .change("target/mod.rs", ".filter(|port| self.ports.contains(port))", "")
            .noticed_by(&["port: redis"])
            .showing("dialled: {\"93.184.216.34:6379\"}"),
        Mutation::off("special names")
            .change("target/mod.rs", "if name::is_special(name)", "if false")
            .noticed_by(&["name: cloud metadata", "name: Kubernetes cluster", "name: multicast DNS"])
            .showing("dialled: {\"93.184.216.66:80\"}"),
        Mutation::off("single labels")
            .change("target/mod.rs", "if name::is_single_label(name)", "if false")
            .noticed_by(&["name: single label"])
            .showing("dialled: {\"93.184.216.66:80\"}"),
        Mutation::off("hosts that the operator denies")
            .change("target/mod.rs", "name::is_within(name, denied)", "{ let _ = denied; false }")
            .noticed_by(&["name: denied by the operator"])
            .showing("asked: {\"sub.news.example.com\"}"),
        Mutation::off("addresses in the URL")
            .change(
                "target/mod.rs",
                "Verdict::Denied(rule) => Err(UrlRule::Address(rule))",
                "Verdict::Denied(_) => Ok(address)",
            )
            .noticed_by(&[
                "parser: dotted loopback",
                "parser: octal parts",
                "parser: IPv4-mapped loopback",
                "redirect: loopback literal",
            ])
            .showing("\"127.0.0.1:80\""),
    ]
}
