//! Where answers and pages lead.

use crate::mutation::Mutation;

/// One mutation for each guard.
pub fn mutations() -> Vec<Mutation> {
    vec![
        Mutation::off("redirects and references are judged")
            .change(
                "target/mod.rs",
                "self.judge(base.join(reference).map_err(|_| UrlRule::Malformed)?)",
                "{ let url = base.join(reference).map_err(|_| UrlRule::Malformed)?;
                let host = match url.host().ok_or(UrlRule::Malformed)? {
                    Host::Domain(name) => TargetHost::Name(name.to_owned()),
                    Host::Ipv4(address) => TargetHost::Address(address.into()),
                    Host::Ipv6(address) => TargetHost::Address(address.into()),
                };
                let port = url.port_or_known_default().ok_or(UrlRule::Port)?;
                Ok(Target { url, host, port }) }",
            )
            .noticed_by(&[
                "redirect: loopback literal",
                "redirect: loopback in decimal",
                "redirect: other port",
            ])
            .showing("dialled: {\""),
        Mutation::off("number of redirects")
            .change("fetch/mod.rs", "in 0..=self.max_redirects {", "in 0..=self.max_redirects + 1 {")
            .noticed_by(&["redirect: the eleventh hop is not"])
            .showing("\"title\": \"End\""),
        Mutation::off("one Location")
            .change("fetch/redirect.rs", "let (Some(location), None) =", "let (Some(location), _) =")
            .noticed_by(&["redirect: two Locations"])
            .showing("\"93.184.216.35:80\""),
        Mutation::off("statuses that redirect")
            .change("fetch/redirect.rs", "301 | 302 | 303 | 307 | 308", "201 | 300..=308")
            .noticed_by(&[
                "redirect: 201 with Location leads nowhere",
                "redirect: 304 with Location leads nowhere",
            ])
            .showing("[fetch.redirect-refused]"),
        Mutation::off("references on a page are judged")
            .change(
                "page/assemble.rs",
                "let target = self.policy.judge_reference(&self.base, reference.trim()).ok()?;
        Some(target.url().as_str().to_owned())",
                "Some(self.base.join(reference.trim()).ok()?.to_string())",
            )
            .noticed_by(&[
                "second stage: image and icon with private address",
                "second stage: image and icon with userinfo",
            ])
            .showing("x.png"),
        Mutation::off("a page speaks for its own site alone")
            .change(
                "page/assemble.rs",
                "(site(name) == site(url.host_str()?)).then(",
                "(name != url.as_str()).then(",
            )
            .noticed_by(&["second stage: canonical of another site"])
            .showing("\"canonical\": \"http://other.example.net/\""),
    ]
}
