//! The texts that clients choose, valid by construction.
//!
//! The rules are the book's; they stand in the schema, where [`crate::json_body`] enforces them and clients
//! read them.

use poem_openapi::{
    registry::MetaSchema,
    types::{ParseError, ParseFromJSON, ParseFromParameter, ParseResult, ToJSON, Type},
};

use crate::{
    json_body::{self, UTF_16},
    wire_type::wire_type,
};

macro_rules! texts {
    ($($(#[$doc:meta])+ $name:ident as $schema_name:literal = $schema:expr;)+) => { $(
        $(#[$doc])+
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        pub struct $name(String);

        impl $name {
            /// The text itself.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// The valid text, or `None`.
            pub fn parse(text: &str) -> Option<Self> {
                Self::parse_from_json(Some(text.into())).ok()
            }
        }

        wire_type!($name, $schema_name, $schema);

        impl ToJSON for $name {
            fn to_json(&self) -> Option<serde_json::Value> {
                Some(self.0.as_str().into())
            }
        }

        impl ParseFromJSON for $name {
            fn parse_from_json(value: Option<serde_json::Value>) -> ParseResult<Self> {
                let value = value.unwrap_or_default();
                let registry = poem_openapi::registry::Registry::new();
                match (json_body::violations(&value, &Self::schema_ref(), &registry).first(), value) {
                    (None, serde_json::Value::String(text)) => Ok(Self(text)),
                    (offence, _) => {
                        Err(ParseError::custom(offence.map_or("must be a string", |error| &error.detail)))
                    }
                }
            }
        }

        impl ParseFromParameter for $name {
            fn parse_from_parameter(text: &str) -> ParseResult<Self> {
                Self::parse_from_json(Some(text.into()))
            }
        }
    )+ };
}

texts! {
    /// The name of an account: a letter, then letters and digits, 2 to 30 in all.
    UserName as "string_user_name" = MetaSchema {
        pattern: Some("^[a-zA-Z][a-zA-Z0-9]{1,29}$".into()),
        min_length: Some(2),
        max_length: Some(30),
        ..MetaSchema::new("string")
    };

    /// The name of a space: 1 to 255 characters, no control characters.
    SpaceName as "string_space_name" = MetaSchema {
        pattern: Some(r"^[^\u0000-\u001f\u007f-\u009f]*$".into()),
        min_length: Some(1),
        max_length: Some(255),
        ..MetaSchema::new("string")
    };

    /// The text of a message: 1 to 1024 UTF-16 code units of anything but U+0000.
    MessageText as "string_message_text" = MetaSchema {
        pattern: Some(r"^[^\u0000]*$".into()),
        min_length: Some(1),
        max_length: Some(1024),
        ..MetaSchema::new_with_format("string", UTF_16)
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn user_names() {
        for good in ["ab", "Demo", "a23456789012345678901234567890"] {
            assert!(UserName::parse(good).is_some(), "{good}");
        }
        for bad in ["", "a", "1a", "a b", "é1", "a2345678901234567890123456789012", "ab\n", "a\0"] {
            assert!(UserName::parse(bad).is_none(), "{bad:?}");
        }
    }

    #[test]
    fn space_names() {
        assert!(SpaceName::parse(&"ü".repeat(255)).is_some());
        for bad in ["".into(), "x".repeat(256), "a\u{7}".into(), "a\u{85}b".into(), "a\nb".into()] {
            assert!(SpaceName::parse(&bad).is_none(), "{bad:?}");
        }
    }

    #[test]
    fn messages_count_utf_16() {
        assert!(MessageText::parse(&"𝄞".repeat(512)).is_some());
        assert!(MessageText::parse(&"𝄞".repeat(513)).is_none());
        assert!(MessageText::parse("line\nline\t<script>'; DROP TABLE").is_some());
        assert!(MessageText::parse("").is_none());
    }
}
