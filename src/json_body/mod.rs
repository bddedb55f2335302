//! The body of a request: strict JSON, judged by the schema in our own document.

mod nothing;
mod strict;
mod violations;

use bytes::Bytes;
use poem::{Request, RequestBody, Result};
use poem_openapi::{
    ApiExtractor, ApiExtractorType, ExtractParamOptions,
    registry::{MetaMediaType, MetaRequest, MetaSchemaRef, Registry},
    types::{ParseFromJSON, Type},
};

pub use self::{
    nothing::NoBody,
    strict::{NotJson, parse},
    violations::{PASSWORD, UTF_16, violations},
};
use crate::problem::{Kind, Problem};

/// The JSON body of a request, read into `T`.
///
/// Stands in for poem-openapi's own `Json`, which takes doubled members and stops at the first error.
#[derive(Debug)]
pub struct JsonBody<T>(pub T);

/// Reads `bytes` as `T`.
///
/// # Errors
/// [`Kind::Malformed`] for what is no JSON, [`Kind::InvalidInput`] naming each member otherwise.
pub fn read<T: ParseFromJSON>(bytes: &[u8]) -> Result<T, Problem> {
    let value =
        parse(bytes).map_err(|error| Problem::new(Kind::Malformed, format!("Cannot read: {error}.")))?;
    let mut registry = Registry::new();
    T::register(&mut registry);
    let offences = violations(&value, &T::schema_ref(), &registry);
    if !offences.is_empty() {
        return Err(Problem::invalid(offences));
    }
    T::parse_from_json(Some(value)).map_err(|_| Problem::invalid_field("body", "does not fit this operation"))
}

async fn bytes(body: &mut RequestBody) -> Result<Bytes> {
    let unreadable = || Problem::new(Kind::Malformed, "The body did not arrive whole.");
    Ok(body.take()?.into_bytes().await.map_err(|_| unreadable())?)
}

impl<'a, T: ParseFromJSON> ApiExtractor<'a> for JsonBody<T> {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::RequestObject];

    type ParamType = ();
    type ParamRawType = ();

    fn register(registry: &mut Registry) {
        <T as Type>::register(registry);
    }

    fn request_meta() -> Option<MetaRequest> {
        let schema: MetaSchemaRef = T::schema_ref();
        Some(MetaRequest {
            description: None,
            content: vec![MetaMediaType { content_type: "application/json", schema }],
            required: true,
        })
    }

    async fn from_request(
        _request: &'a Request,
        body: &mut RequestBody,
        _options: ExtractParamOptions<()>,
    ) -> Result<Self> {
        Ok(Self(read(&bytes(body).await?)?))
    }
}
