//! A card that has been written already, as the body of an answer.

use bytes::Bytes;
use poem::{IntoResponse, Response};
use poem_openapi::{
    ApiResponse,
    payload::{Json, Payload},
    registry::{MetaMediaType, MetaResponse, MetaResponses, MetaSchemaRef, Registry},
};

use crate::preview::Card;

/// The bytes of a [`Card`] as JSON. In the document it is the same as `Json<Card>`.
pub(super) struct CardJson(pub(super) Bytes);

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
        Response::builder().body(self.0)
    }
}

impl ApiResponse for CardJson {
    fn meta() -> MetaResponses {
        let content = MetaMediaType { content_type: Self::CONTENT_TYPE, schema: Self::schema_ref() };
        let response = MetaResponse {
            description: "",
            status: Some(200),
            status_range: None,
            content: vec![content],
            headers: Vec::new(),
        };
        MetaResponses { responses: vec![response] }
    }

    fn register(registry: &mut Registry) {
        <Self as Payload>::register(registry);
    }
}
