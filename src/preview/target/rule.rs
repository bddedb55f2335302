//! Why a URL is refused before anything is sent.

use crate::preview::address;

/// What the URL alone shows. The sentence may be told to whoever gave the URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UrlRule {
    /// Not an absolute URL by the WHATWG rules.
    #[error("The URL is not an absolute URL.")]
    Malformed,
    /// Longer than [`super::MAX_URL_BYTES`].
    #[error("The URL is longer than 2048 bytes.")]
    TooLong,
    /// Control characters, which parsers disagree about.
    #[error("The URL has control characters in it.")]
    ControlCharacters,
    /// Neither http nor https.
    #[error("The URL is neither http nor https.")]
    Scheme,
    /// A user name or password.
    #[error("The URL has a user name or password in it.")]
    Userinfo,
    /// A port that is not on the list.
    #[error("The URL names a port that is not fetched from.")]
    Port,
    /// A host that DNS cannot carry.
    #[error("The host of the URL is not a name that DNS can carry.")]
    Name,
    /// A name without a dot.
    #[error("The host of the URL is not a full name.")]
    SingleLabel,
    /// A name that is special, or local to some network.
    #[error("The host of the URL is a special name without public pages.")]
    SpecialName,
    /// A name denied by the operator.
    #[error("The host of the URL is not fetched from.")]
    DeniedHost,
    /// An address that the address policy denies.
    #[error("The host of the URL is an address that is not fetched from.")]
    Address(address::Rule),
    /// The preview worker refuses it, and knows the rule.
    #[error("The URL is not fetched from.")]
    Worker,
}

impl UrlRule {
    /// The rule's id for logs and metrics.
    pub fn id(self) -> &'static str {
        match self {
            Self::Malformed => "url.malformed",
            Self::TooLong => "url.too-long",
            Self::ControlCharacters => "url.control-characters",
            Self::Scheme => "url.scheme",
            Self::Userinfo => "url.userinfo",
            Self::Port => "url.port",
            Self::Name => "url.name",
            Self::SingleLabel => "url.single-label",
            Self::SpecialName => "url.special-name",
            Self::DeniedHost => "url.denied-host",
            Self::Address(_) => "url.address",
            Self::Worker => "url.worker",
        }
    }
}
