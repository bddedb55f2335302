//! The preview worker as an HTTP service.

mod answer;
mod card_json;
mod document;
mod document_of_image;
mod edge;
mod get_image;
mod get_preview;
mod image_body;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use poem::{Endpoint, IntoEndpoint, Response, Route};

pub use self::document::{VERSION, document};
use self::{document::open_api, edge::Edge, get_image::ImageApi, get_preview::Api};
pub use super::cache::CardCache;
use super::image::PublicKeys;
use crate::{allowed_hosts::AllowedHosts, tls::Followed};

/// The service of cards without a listener: it answers to `hosts`.
pub fn endpoint(cards: CardCache, hosts: AllowedHosts) -> impl Endpoint<Output = Response> + 'static {
    let operations = Route::new().nest("/", open_api(Api::new(cards)));
    Edge::new(operations.into_endpoint(), hosts)
}

/// The service of images without a listener: it answers to `hosts`, for links that are signed with `keys`.
pub fn image_endpoint(
    images: CardCache,
    keys: Arc<Followed<PublicKeys>>,
    hosts: AllowedHosts,
) -> impl Endpoint<Output = Response> + 'static {
    let operations = Route::new().nest("/", open_api(ImageApi::new(images, keys)));
    Edge::new(operations.into_endpoint(), hosts)
}
