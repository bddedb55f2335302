//! Passwords in requests.

use poem_openapi::{
    registry::MetaSchema,
    types::{ParseError, ParseFromJSON, ParseResult, ToJSON},
};
use zeroize::Zeroizing;

use crate::{json_body::PASSWORD, password::Password, wire_type::wire_type};

/// A password that somebody chooses: 8 characters or more, at most 1,024 bytes.
#[derive(Clone, Debug)]
pub struct NewPassword(pub Password);

wire_type!(
    NewPassword,
    "string_password",
    MetaSchema {
        min_length: Some(8),
        max_length: Some(1024),
        ..MetaSchema::new_with_format("string", PASSWORD)
    }
);

/// A password is never written.
impl ToJSON for NewPassword {
    fn to_json(&self) -> Option<serde_json::Value> {
        None
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
