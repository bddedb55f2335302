//! The preview worker as an HTTP service.

mod card_json;
mod document;
mod edge;
mod get_preview;

#[cfg(test)]
mod tests;

use poem::{Endpoint, IntoEndpoint, Response, Route};

pub use self::document::{VERSION, document};
use self::{document::open_api, edge::Edge, get_preview::Api};
use super::{Previewer, cache::CardCache};
use crate::allowed_hosts::AllowedHosts;

/// The service without a listener: it answers to `hosts`, fetches at most `concurrent` pages at once, and remembers
/// cards in at most `cache_bytes`.
pub fn endpoint(
    previewer: Previewer,
    concurrent: usize,
    cache_bytes: u64,
    hosts: AllowedHosts,
) -> impl Endpoint<Output = Response> + 'static {
    let operations =
        Route::new().nest("/", open_api(Api::new(CardCache::new(previewer, concurrent, cache_bytes))));
    Edge::new(operations.into_endpoint(), hosts)
}
