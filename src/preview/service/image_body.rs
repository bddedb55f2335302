//! A thumbnail as the body of an answer.

use bytes::Bytes;
use poem::{IntoResponse, Response, http::header};
use poem_openapi::{
    ApiResponse,
    payload::{Binary, Payload},
    registry::{MetaResponses, MetaSchemaRef, Registry},
};

use super::{answer, card_json::FromMemory};

/// The bytes of an image that the worker has made. In the document it is bytes of the types that the worker makes.
pub(super) struct ImageBody {
    /// The image.
    pub(super) bytes: Bytes,
    /// What it is.
    pub(super) media_type: &'static str,
    /// Whether it came from memory.
    pub(super) from_memory: bool,
}

impl Payload for ImageBody {
    const CONTENT_TYPE: &'static str = "image/jpeg";

    fn check_content_type(content_type: &str) -> bool {
        content_type == Self::CONTENT_TYPE
    }

    fn schema_ref() -> MetaSchemaRef {
        Binary::<Vec<u8>>::schema_ref()
    }
}

impl IntoResponse for ImageBody {
    fn into_response(self) -> Response {
        let mut response = Response::builder()
            .header(header::CONTENT_TYPE, self.media_type)
            // Pages of any origin show it: it is a picture that a stranger made public.
            .header("cross-origin-resource-policy", "cross-origin")
            .body(self.bytes);
        if self.from_memory {
            response.extensions_mut().insert(FromMemory);
        }
        response
    }
}

impl ApiResponse for ImageBody {
    fn meta() -> MetaResponses {
        answer::described(Self::CONTENT_TYPE, Self::schema_ref())
    }

    fn register(_: &mut Registry) {}
}
