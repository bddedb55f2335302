//! Passwords in requests.

use std::borrow::Cow;

use poem_openapi::{
    registry::{MetaSchema, MetaSchemaRef},
    types::{ParseError, ParseFromJSON, ParseResult, Type},
};
use zeroize::Zeroizing;

use crate::{json_body::PASSWORD, password::Password};

/// A password that somebody chooses: 8 characters or more, at most 1,024 bytes.
#[derive(Clone, Debug)]
pub struct NewPassword(pub Password);

impl Type for NewPassword {
    const IS_REQUIRED: bool = true;
    type RawValueType = Self;
    type RawElementValueType = Self;

    fn name() -> Cow<'static, str> {
        "string_password".into()
    }

    fn schema_ref() -> MetaSchemaRef {
        MetaSchemaRef::Inline(Box::new(MetaSchema {
            min_length: Some(8),
            max_length: Some(1024),
            ..MetaSchema::new_with_format("string", PASSWORD)
        }))
    }

    fn as_raw_value(&self) -> Option<&Self> {
        Some(self)
    }

    fn raw_element_iter<'a>(&'a self) -> Box<dyn Iterator<Item = &'a Self> + 'a> {
        Box::new(std::iter::once(self))
    }
}

impl ParseFromJSON for NewPassword {
    fn parse_from_json(value: Option<serde_json::Value>) -> ParseResult<Self> {
        let Some(serde_json::Value::String(text)) = value else {
            return Err(ParseError::custom("must be a string"));
        };
        Password::new(Zeroizing::new(text)).map(Self).map_err(ParseError::custom)
    }
}
