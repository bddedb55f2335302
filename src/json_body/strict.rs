//! JSON read strictly: UTF-8, no member named twice, no U+0000, bounded depth.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// Why bytes are not JSON that we take. Tells where, never what stood there.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotJson {
    /// RFC 3629.
    #[error("the body is not UTF-8")]
    Encoding,
    /// RFC 8259, or nested deeper than 128 levels.
    #[error("the body is not JSON, or nested too deeply, at line {line}, column {column}")]
    Syntax {
        /// Counted from 1.
        line: usize,
        /// Counted from 1.
        column: usize,
    },
    /// RFC 8259 leaves open what a doubled name means; readers differ, so it is refused.
    #[error("an object names a member twice, at line {line}, column {column}")]
    DuplicateMember {
        /// Counted from 1.
        line: usize,
        /// Counted from 1.
        column: usize,
    },
}

const DUPLICATE: &str = "duplicate member";

/// Reads one JSON text.
///
/// # Errors
/// See [`NotJson`].
pub fn parse(bytes: &[u8]) -> Result<Value, NotJson> {
    let text = std::str::from_utf8(bytes).map_err(|_| NotJson::Encoding)?;
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let parsed =
        StrictValue.deserialize(&mut deserializer).and_then(|value| deserializer.end().map(|()| value));
    parsed.map_err(|error| {
        let (line, column) = (error.line(), error.column());
        if error.is_data() && error.to_string().starts_with(DUPLICATE) {
            NotJson::DuplicateMember { line, column }
        } else {
            NotJson::Syntax { line, column }
        }
    })
}

struct StrictValue;

impl<'de> DeserializeSeed<'de> for StrictValue {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for StrictValue {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut array = Vec::new();
        while let Some(item) = items.next_element_seed(Self)? {
            array.push(item);
        }
        Ok(array.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            if object.contains_key(&name) {
                return Err(A::Error::custom(DUPLICATE));
            }
            object.insert(name, members.next_value_seed(Self)?);
        }
        Ok(object.into())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn refuses_what_readers_would_take_differently() {
        assert_eq!(parse(b"\"\xff\""), Err(NotJson::Encoding));
        assert!(matches!(parse(br#"{"a":1,"a":2}"#), Err(NotJson::DuplicateMember { line: 1, .. })));
        assert!(matches!(parse(br#"[{"x":{"a":1,"a":1}}]"#), Err(NotJson::DuplicateMember { .. })));
        for bad in ["", "{", "{}}", "[1,]", "nul", r#""\ud800""#, "\u{feff}{}", "NaN", "{'a':1}", "01"] {
            assert!(matches!(parse(bad.as_bytes()), Err(NotJson::Syntax { .. })), "{bad}");
        }
        assert!(matches!(parse("[".repeat(200).as_bytes()), Err(NotJson::Syntax { .. })));
    }

    proptest! {
        #[test]
        fn agrees_with_serde_json_on_what_it_takes(bytes in r#"[\[\]{}:,"a0-9.eE\\u -]{0,40}"#) {
            if let Ok(value) = parse(bytes.as_bytes()) {
                prop_assert_eq!(serde_json::from_str::<Value>(&bytes).ok(), Some(value));
            }
        }
    }
}
