//! What a path names below a space.

use poem::{Request, RequestBody, Result};
use poem_openapi::{
    ApiExtractor, ApiExtractorType, ExtractParamOptions,
    registry::{MetaParamIn, MetaSchemaRef, Registry},
    types::ParseFromParameter,
};

use crate::problem::{Problem, plain};

/// The second parameter of a path whose first is the space that [`Authorised`](super::Authorised) reads.
///
/// The framework's own `Path` cannot stand there: it counts only its own kind, and would read the space.
#[derive(Clone, Copy, Debug)]
pub struct Below<T>(pub T);

impl<'a, T: ParseFromParameter> ApiExtractor<'a> for Below<T> {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::Parameter];
    const PARAM_IS_REQUIRED: bool = true;

    type ParamType = T;
    type ParamRawType = T::RawValueType;

    fn register(registry: &mut Registry) {
        T::register(registry);
    }

    fn param_in() -> Option<MetaParamIn> {
        Some(MetaParamIn::Path)
    }

    fn param_schema_ref() -> Option<MetaSchemaRef> {
        Some(T::schema_ref())
    }

    fn param_raw_type(&self) -> Option<&Self::ParamRawType> {
        self.0.as_raw_value()
    }

    async fn from_request(
        request: &'a Request,
        _body: &mut RequestBody,
        options: ExtractParamOptions<T>,
    ) -> Result<Self> {
        let text = request.raw_path_param("param1").unwrap_or_default();
        T::parse_from_parameter(text)
            .map(Self)
            .map_err(|error| Problem::invalid_field(options.name, plain(&error.into_message())).into())
    }
}
