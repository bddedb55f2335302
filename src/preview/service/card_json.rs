//! A card that has been written already, as the body of an answer.

use bytes::Bytes;
use poem::{IntoResponse, Response};
use poem_openapi::{
    ApiResponse,
    payload::{Json, Payload},
    registry::{MetaResponses, MetaSchemaRef, Registry},
};

use super::answer;
use crate::preview::Card;

/// The bytes of a [`Card`] as JSON. In the document it is the same as `Json<Card>`.
pub(super) struct CardJson {
    /// The card.
    pub(super) json: Bytes,
    /// Whether it came from memory.
    pub(super) from_memory: bool,
}

/// Marks an answer that cost no fetch.
#[derive(Clone, Copy)]
pub(super) struct FromMemory;

impl Payload for CardJson {
    const CONTENT_TYPE: &'static str = Json::<Card>::CONTENT_TYPE;

    fn check_content_type(content_type: &str) -> bool {
        Json::<Card>::check_content_type(content_type)
    }

    fn schema_ref() -> MetaSchemaRef {
        Json::<Card>::schema_ref()
    }

    fn register(registry: &mut Registry) {
        <Json<Card> as Payload>::register(registry);
    }
}

impl IntoResponse for CardJson {
    fn into_response(self) -> Response {
        // The edge puts the content type on.
        let mut response = Response::builder().body(self.json);
        if self.from_memory {
            response.extensions_mut().insert(FromMemory);
        }
        response
    }
}

impl ApiResponse for CardJson {
    fn meta() -> MetaResponses {
        answer::described(Self::CONTENT_TYPE, Self::schema_ref())
    }

    fn register(registry: &mut Registry) {
        <Self as Payload>::register(registry);
    }
}
