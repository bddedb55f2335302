//! `GET /preview`: the card of a page.

use poem::{
    Request,
    http::{HeaderValue, header},
};
use poem_openapi::{OpenApi, param::Query, payload::Response};
use tokio::time::Instant;

use super::{answer, card_json::CardJson};
use crate::{preview::cache::CardCache, problem::Problem};

/// Where the operation is.
pub(super) const PATH: &str = "/preview";

/// The operation for cards.
pub struct Api {
    /// Absent where only the document is made.
    cards: Option<CardCache>,
}

impl Api {
    /// The operation, with these cards.
    pub fn new(cards: CardCache) -> Self {
        Self { cards: Some(cards) }
    }

    /// The operation as a description only; it fetches nothing.
    pub fn described() -> Self {
        Self { cards: None }
    }
}

#[OpenApi]
impl Api {
    /// Get the card of a page
    ///
    /// Fetches the page at `url` and gives what the page says about itself. A URL that shows by itself
    /// that it is never fetched is refused at once with 400. Everything that depends on the network
    /// gives the same 502 at the same moment, so that the service cannot be used to scan a network.
    #[oai(path = "/preview", method = "get", operation_id = "getPreview")]
    async fn get_preview(
        &self,
        request: &Request,
        /// The page's URL: http or https, with a public host, on the scheme's usual port.
        url: Query<String>,
        /// The languages wanted of the page, as the value of an Accept-Language field; sites may heed it.
        lang: Query<Option<String>>,
    ) -> Result<Response<CardJson>, Problem> {
        answer::check_given_once(request, "url")?;
        let language = lang.0.as_deref().map(language).transpose()?;
        let cards = self.cards.as_ref().ok_or_else(Problem::internal)?;
        let begun = Instant::now();
        match cards.card(&url, language).await {
            Ok(kept) => {
                Ok(Response::new(CardJson { json: kept.shown.body.clone(), from_memory: kept.from_memory })
                    .header(header::CACHE_CONTROL, answer::lifetime(&kept))
                    .header(header::ETAG, kept.shown.tag))
            }
            Err(nothing) => Err(answer::late(nothing, begun, cards.deadline()).await),
        }
    }
}

/// A list of languages as RFC 9110, section 12.5.4, has it, as far as its characters show.
fn language(text: &str) -> Result<HeaderValue, Problem> {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '*' | ',' | ';' | '=' | '.' | ' ');
    let well_formed = (1..=MAX_LANGUAGE).contains(&text.len()) && text.chars().all(fits);
    let value = HeaderValue::from_str(&text.to_ascii_lowercase()).ok().filter(|_| well_formed);
    value.ok_or_else(|| Problem::invalid_field("lang", "has to be languages, such as \"de, en;q=0.5\""))
}

/// The most bytes of languages.
const MAX_LANGUAGE: usize = 64;
