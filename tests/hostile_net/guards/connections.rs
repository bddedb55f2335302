//! Whom a connection goes to, and for how long.

use crate::mutation::Mutation;

/// One mutation for each guard.
pub fn mutations() -> Vec<Mutation> {
    vec![
        Mutation::off("the addresses that were judged are dialled")
            .change("fetch/connect.rs", ".dns_resolver(judged)", "")
            .noticed_by(&["dns: rebinding to loopback"])
            .showing("dialled: {\"127.0.0.1:80\"}"),
        Mutation::off("the same, with the peer's address as the last word")
            .change("fetch/connect.rs", ".dns_resolver(judged)", "")
            .noticed_by(&["dns: rebinding to another public address"])
            .showing("[fetch.peer-not-judged]"),
        Mutation::off("the same and the peer's address")
            .change("fetch/connect.rs", ".dns_resolver(judged)", "")
            .change(
                "fetch/connect.rs",
                "if judged.contains(&peer.ip()) => Ok(())",
                "if peer.port() > 0 => Ok(())",
            )
            .noticed_by(&["dns: rebinding to another public address"])
            .showing("a canary sang"),
        Mutation::off("proxies of the environment are not used")
            .change("fetch/connect.rs", ".no_proxy()", "")
            .noticed_by(&[
                "client: HTTP_PROXY is not used",
                "client: https_proxy is not used",
                "client: ALL_PROXY is not used",
            ])
            .showing("dialled: {\"10.0.0.1:3128\"}"),
        Mutation::off("nothing goes around the proxy that everything has to go through")
            .change(
                "fetch/mod.rs",
                "egress.get(&self.connecting, &self.resolver, (target, &addresses), fields).await?",
                "match egress
                    .get(&self.connecting, &self.resolver, (target, &addresses), fields.clone())
                    .await
                {
                    Ok(response) => response,
                    Err(_) => self.direct(target, name, &addresses, fields).await?,
                }",
            )
            .noticed_by(&["egress: a proxy that is not there"])
            .showing("93.184.216.34:80"),
        Mutation::off("redirects are not followed by the HTTP client")
            .change("fetch/connect.rs", "redirect::Policy::none()", "redirect::Policy::limited(10)")
            .noticed_by(&["redirect: loopback literal", "redirect: 307 to a private address"])
            .showing("\"93.184.216.34:80\"}"),
        Mutation::off("deadline")
            .change(
                "previewer.rs",
                "let deadline = Instant::now() + self.deadline;",
                "let deadline = Instant::now() + self.deadline * 600;",
            )
            .noticed_by(&["resource: no header for long", "resource: slow body"])
            .showing("it took"),
    ]
}
