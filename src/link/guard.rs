//! Which links are never fetched, and which only when the sender says so.

use percent_encoding::percent_decode_str;
use url::Url;

use crate::token::{capability, invitation, session};

/// Judges links before anything of them leaves the process.
#[derive(Clone, Debug)]
pub struct Guard {
    own_hosts: Vec<String>,
}

/// What becomes of a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is fetched.
    Fetch,
    /// It looks as if it worked only once, and fetching would use it up: only if the sender says so.
    OnlyIfAsked,
    /// It is one of our own, or holds one of our tokens: never.
    Never,
}

impl Guard {
    /// A guard of these hosts, in lower case and without ports.
    pub fn new(own_hosts: impl IntoIterator<Item = String>) -> Self {
        Self { own_hosts: own_hosts.into_iter().map(|host| host.to_ascii_lowercase()).collect() }
    }

    /// Whether a link is fetched, given what the sender said about previews.
    pub fn permits(&self, url: &Url, previews: Option<bool>) -> bool {
        match self.judge(url) {
            Verdict::Fetch => previews != Some(false),
            Verdict::OnlyIfAsked => previews == Some(true),
            Verdict::Never => false,
        }
    }

    /// What becomes of a link that the sender said nothing about.
    pub fn judge(&self, url: &Url) -> Verdict {
        let host = url.host_str().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
        let host = host.trim_end_matches('.');
        if self.own_hosts.iter().any(|own| own == host) || holds_token(url.as_str()) {
            Verdict::Never
        } else if looks_single_use(url) {
            Verdict::OnlyIfAsked
        } else {
            Verdict::Fetch
        }
    }
}

/// Whether the text holds one of our tokens: plain, percent-encoded any number of times, in base64 or in hex.
fn holds_token(text: &str) -> bool {
    let mut text = text.to_owned();
    loop {
        if [session::PREFIX, capability::PREFIX, invitation::PREFIX]
            .iter()
            .any(|prefix| in_any_encoding(&text, prefix))
        {
            return true;
        }
        let decoded = percent_decode_str(&text).decode_utf8_lossy().into_owned();
        // Decoding shortens what it changes, so this ends.
        if decoded.len() >= text.len() {
            return false;
        }
        text = decoded;
    }
}

fn in_any_encoding(text: &str, prefix: &str) -> bool {
    use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};

    // Base64 writes the same bytes in three ways, by where they stand; the characters that depend on nothing but
    // the prefix are told apart.
    let shifted = |shift: usize| {
        let encoded = STANDARD_NO_PAD.encode([&vec![0; shift], prefix.as_bytes()].concat());
        let (first, last) = ([0, 2, 3][shift], (shift + prefix.len()) * 8 / 6);
        encoded[first..last].to_owned()
    };
    let hex: String = prefix.bytes().map(|byte| format!("{byte:02x}")).collect();
    text.contains(prefix)
        || text.to_ascii_lowercase().contains(&hex)
        || (0..3).map(shifted).any(|encoded| text.contains(&encoded))
}

/// Parameters that one-time links and signed links bear.
const PARAMETERS: [&str; 17] = [
    "token",
    "access_token",
    "id_token",
    "code",
    "otp",
    "nonce",
    "key",
    "auth",
    "authkey",
    "secret",
    "password",
    "signature",
    "sig",
    "hash",
    "ticket",
    "invite",
    "x-amz-signature",
];

/// Parts of paths where one-time links lead.
const SEGMENTS: [&str; 15] = [
    "reset",
    "reset-password",
    "password-reset",
    "verify",
    "verification",
    "confirm",
    "confirmation",
    "activate",
    "activation",
    "invite",
    "invitation",
    "magic",
    "magic-link",
    "unsubscribe",
    "optout",
];

fn looks_single_use(url: &Url) -> bool {
    let is = |list: &[&str], word: &str| list.iter().any(|known| word.eq_ignore_ascii_case(known));
    url.query_pairs().any(|(name, _)| is(&PARAMETERS, &name))
        || url.path_segments().into_iter().flatten().any(|segment| is(&SEGMENTS, segment))
}

#[cfg(test)]
mod tests {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

    use super::*;

    fn judge(url: &str) -> Verdict {
        Guard::new(["api.natter.local".into(), "::1".into()]).judge(&Url::parse(url).expect(url))
    }

    #[test]
    fn own_hosts_are_never_fetched() {
        for url in ["https://api.natter.local/x", "http://API.natter.local.:4567/", "http://[::1]:80/"] {
            assert_eq!(judge(url), Verdict::Never, "{url}");
        }
        assert_eq!(judge("https://natter.local.example/"), Verdict::Fetch);
    }

    #[test]
    fn tokens_are_never_sent_away() {
        assert_eq!(judge("https://a.example/ntrs_AAAA"), Verdict::Never);
        assert_eq!(judge("https://a.example/?join=ntri_AAAA"), Verdict::Never);
        let token = "ntrc_AAAAAQAAAAAAAAAAAAAA";
        for before in ["", "a", "ab"] {
            let encoded = URL_SAFE_NO_PAD.encode(format!("{before}{token}"));
            assert_eq!(judge(&format!("https://a.example/{encoded}")), Verdict::Never, "{encoded}");
        }
        for hidden in [
            token.to_owned(),
            token.replace('n', "%6e").replace('_', "%5F"),
            token.replace('n', "%256e").replace('_', "%255f"),
            token.replace('n', "%2525256E"),
            token.bytes().map(|byte| format!("{byte:02X}")).collect(),
        ] {
            assert_eq!(judge(&format!("https://a.example/?q={hidden}")), Verdict::Never, "{hidden}");
        }
    }

    #[test]
    fn single_use_links_are_fetched_only_when_asked() {
        let guard = Guard::new([]);
        for url in
            ["https://a.example/Reset/x", "https://a.example/?TOKEN=1", "https://a.example/a?b=1&code=2"]
        {
            let url = Url::parse(url).expect(url);
            assert_eq!(guard.judge(&url), Verdict::OnlyIfAsked, "{url}");
            assert_eq!(
                [None, Some(false), Some(true)].map(|said| guard.permits(&url, said)),
                [false, false, true]
            );
        }
        assert_eq!(judge("https://a.example/tokens?codec=1"), Verdict::Fetch);
    }
}
