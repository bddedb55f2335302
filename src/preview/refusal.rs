//! Why there is no card.

use std::time::Duration;

use crate::{
    preview::{address, target::UrlRule},
    problem::{Kind, Problem},
};

/// Why there is no card.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The URL alone shows that it is never fetched; this may be told.
    #[error("{0}")]
    Url(#[from] UrlRule),
    /// Something that depends on the network; outside, all of these look the same.
    #[error("{0}")]
    Fetch(#[from] FetchError),
}

impl Refusal {
    /// The reason's id for logs and metrics.
    pub fn id(&self) -> &'static str {
        match self {
            Self::Url(rule) => rule.id(),
            Self::Fetch(error) => error.id(),
        }
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Url(rule) => Self::new(Kind::UrlRefused, rule.to_string()),
            Refusal::Fetch(_) => Self::new(Kind::NoPreview, "There is no preview for this URL."),
        }
    }
}

/// What went wrong between this program and the page. For the operator's eyes only.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    /// DNS has no address for the name, or no answer.
    #[error("the name cannot be resolved: {0}")]
    Unresolvable(String),
    /// At least one of the name's addresses is denied.
    #[error("the name resolves to an address that is denied (rule {0})")]
    AddressDenied(address::Rule),
    /// A redirect leads to a URL that is refused.
    #[error("a redirect leads to a URL that is refused (rule {})", .0.id())]
    RedirectRefused(UrlRule),
    /// A redirect without a readable `Location`.
    #[error("a redirect does not say where to")]
    RedirectNowhere,
    /// More redirects than are followed.
    #[error("too many redirects")]
    TooManyRedirects,
    /// The connection, TLS or the HTTP exchange failed.
    #[error("the exchange failed: {0}")]
    Exchange(String),
    /// The connection went to an address that was not judged.
    #[error("the connection went to an address that was not judged")]
    PeerNotJudged,
    /// The deadline passed.
    #[error("the deadline passed")]
    Deadline,
    /// The header is larger than the budget.
    #[error("the answer's header is over the budget")]
    HeaderTooLarge,
    /// Another status than 200.
    #[error("the answer has the status {0}")]
    Status(u16),
    /// Neither an HTML page nor a feed or an image.
    #[error("the answer is neither an HTML page nor a feed or an image")]
    NotHtml,
    /// No image that a small one can be made of.
    #[error("the answer is no image that can be shown: {0}")]
    NotAnImage(String),
    /// The body ended early, or is over the budget.
    #[error("the body did not come whole, or is over the budget")]
    NotWhole,
    /// A content coding that is not taken, or several.
    #[error("the answer has a content coding that is not taken")]
    ContentCoding,
    /// The host has answered 429, or 503 with `Retry-After`, and the time it named is not over.
    #[error("the host has asked to be left alone for a while")]
    AskedToWait,
    /// More is asked of the host already than it may be asked in the time there is.
    #[error("too much is asked of the host already")]
    Crowded,
    /// The preview worker could not be asked, or answered something else than a card.
    #[error("the preview worker gave no card: {0}")]
    Worker(String),
}

impl FetchError {
    /// The reason's id for logs and metrics.
    pub fn id(&self) -> &'static str {
        match self {
            Self::Unresolvable(_) => "fetch.unresolvable",
            Self::AddressDenied(_) => "fetch.address-denied",
            Self::RedirectRefused(_) => "fetch.redirect-refused",
            Self::RedirectNowhere => "fetch.redirect-nowhere",
            Self::TooManyRedirects => "fetch.too-many-redirects",
            Self::Exchange(_) => "fetch.exchange",
            Self::PeerNotJudged => "fetch.peer-not-judged",
            Self::Deadline => "fetch.deadline",
            Self::HeaderTooLarge => "fetch.header-too-large",
            Self::Status(_) => "fetch.status",
            Self::NotHtml => "fetch.not-html",
            Self::NotAnImage(_) => "fetch.not-an-image",
            Self::NotWhole => "fetch.not-whole",
            Self::ContentCoding => "fetch.content-coding",
            Self::AskedToWait => "fetch.asked-to-wait",
            Self::Crowded => "fetch.crowded",
            Self::Worker(_) => "fetch.worker",
        }
    }

    /// How long the worker remembers it, instead of trying again. What a site's server has said lasts longer than what
    /// may be over soon. Nothing is told by it of what happened before a server answered: whoever counts how often a
    /// redirect of his is followed would otherwise learn which names of a network there are, and which ports are open.
    pub fn remembered(&self) -> Duration {
        Duration::from_secs(match self {
            Self::RedirectRefused(_)
            | Self::RedirectNowhere
            | Self::TooManyRedirects
            | Self::HeaderTooLarge
            | Self::NotHtml
            | Self::NotAnImage(_)
            | Self::ContentCoding => 300,
            Self::Status(_) if self.is_said() => 300,
            Self::AddressDenied(_)
            | Self::Unresolvable(_)
            | Self::Exchange(_)
            | Self::Status(_)
            | Self::PeerNotJudged
            | Self::NotWhole
            | Self::Deadline
            | Self::AskedToWait
            | Self::Crowded => 60,
            Self::Worker(_) => 0,
        })
    }

    /// Whether the site itself says that there is nothing here to show, as with 404, 410 or 403; what it showed before is
    /// not shown any more.
    pub fn is_said(&self) -> bool {
        matches!(self, Self::Status(400..=407 | 409..=424 | 426..=428 | 430..=499))
    }

    /// The rule behind the reason, where there is one.
    pub fn rule(&self) -> Option<&'static str> {
        match self {
            Self::AddressDenied(rule) | Self::RedirectRefused(UrlRule::Address(rule)) => Some(rule.id()),
            Self::RedirectRefused(rule) => Some(rule.id()),
            _ => None,
        }
    }
}
