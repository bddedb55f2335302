//! The preview worker as an HTTP service.

mod document;
mod edge;
mod get_preview;

#[cfg(test)]
mod tests;

use poem::{Endpoint, IntoEndpoint, Response, Route};

pub use self::document::{VERSION, document};
use self::{document::open_api, edge::Edge, get_preview::Api};
use super::Previewer;
use crate::allowed_hosts::AllowedHosts;

/// The service without a listener: it answers to `hosts` and fetches at most `concurrent` pages at once.
pub fn endpoint(
    previewer: Previewer,
    concurrent: usize,
    hosts: AllowedHosts,
) -> impl Endpoint<Output = Response> + 'static {
    let operations = Route::new().nest("/", open_api(Api::new(previewer, concurrent)));
    Edge::new(operations.into_endpoint(), hosts)
}
