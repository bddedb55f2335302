//! The body of a POST that asks for none.

use poem::{Request, RequestBody, Result};
use poem_openapi::{
    ApiExtractor, ApiExtractorType, ExtractParamOptions, Object,
    registry::{MetaRequest, Registry},
};

use super::JsonBody;

/// No body, or an empty object.
///
/// It is in the document because of its content type: a generated client sends one only where a body is described.
#[derive(Debug)]
pub struct NoBody;

/// Nothing: an empty object, or no body at all.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
struct Nothing {}

impl<'a> ApiExtractor<'a> for NoBody {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::RequestObject];

    type ParamType = ();
    type ParamRawType = ();

    fn register(registry: &mut Registry) {
        JsonBody::<Nothing>::register(registry);
    }

    fn request_meta() -> Option<MetaRequest> {
        JsonBody::<Nothing>::request_meta().map(|body| MetaRequest { required: false, ..body })
    }

    async fn from_request(
        _request: &'a Request,
        body: &mut RequestBody,
        _options: ExtractParamOptions<()>,
    ) -> Result<Self> {
        let bytes = super::bytes(body).await?;
        if !bytes.is_empty() {
            super::read::<Nothing>(&bytes)?;
        }
        Ok(Self)
    }
}
