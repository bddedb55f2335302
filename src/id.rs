//! Identifiers: UUID version 7 (RFC 9562), one type for each kind of thing.

use std::{fmt, str::FromStr};

use poem_openapi::{
    registry::MetaSchema,
    types::{ParseError, ParseFromJSON, ParseFromParameter, ParseResult, ToJSON},
};
use uuid::{Builder, Uuid};

use crate::{random::Random, timestamp::Timestamp, wire_type::wire_type};

/// A version 7 UUID made at `now`.
///
/// The 12 bits after the millisecond hold its fraction (RFC 9562, section 6.2, method 3), so that ids made one
/// after the other by one process sort by time.
fn new_v7(now: Timestamp, random: &Random) -> Uuid {
    let micros = now.micros().unsigned_abs();
    let fraction = u16::try_from((micros % 1000) * 4096 / 1000).unwrap_or(0x0FFF);
    let mut tail = [0; 10];
    tail[..2].copy_from_slice(&fraction.to_be_bytes());
    tail[2..].copy_from_slice(&random.bytes::<8>());
    Builder::from_unix_timestamp_millis(micros / 1000, &tail).into_uuid()
}

macro_rules! ids {
    ($($(#[$doc:meta])+ $name:ident)+) => { $(
        $(#[$doc])+
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub Uuid);

        impl $name {
            /// A new one, made at `now`.
            pub fn new(now: Timestamp, random: &Random) -> Self {
                Self(new_v7(now, random))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        /// Only the hyphenated lower-case form is an id: one thing has one name.
        impl FromStr for $name {
            type Err = NotAnId;

            fn from_str(text: &str) -> Result<Self, NotAnId> {
                let id = Uuid::try_parse(text).map_err(|_| NotAnId)?;
                if id.to_string() == text { Ok(Self(id)) } else { Err(NotAnId) }
            }
        }

        wire_type!($name, "string_uuid", MetaSchema::new_with_format("string", "uuid"));

        impl ToJSON for $name {
            fn to_json(&self) -> Option<serde_json::Value> {
                Some(self.to_string().into())
            }
        }

        impl ParseFromJSON for $name {
            fn parse_from_json(value: Option<serde_json::Value>) -> ParseResult<Self> {
                value
                    .as_ref()
                    .and_then(serde_json::Value::as_str)
                    .and_then(|text| text.parse().ok())
                    .ok_or_else(|| ParseError::custom(NotAnId))
            }
        }

        impl ParseFromParameter for $name {
            fn parse_from_parameter(text: &str) -> ParseResult<Self> {
                text.parse().map_err(|error: NotAnId| ParseError::custom(error))
            }
        }
    )+ };
}

ids! {
    /// An account. Everything binds to it and never to the name.
    AccountId
    /// A login.
    SessionId
    /// A space.
    SpaceId
    /// A message; sorts by the time of posting.
    MessageId
    /// A root of capabilities: what is listed and revoked.
    CapabilityId
    /// One request, in the log, the audit and error bodies.
    RequestId
}

impl MessageId {
    /// The lowest id that a message posted at `time` or later can have, to a millisecond.
    pub fn first_at(time: Timestamp) -> Self {
        let millis = time.micros().unsigned_abs() / 1000;
        Self(Builder::from_unix_timestamp_millis(millis, &[0; 10]).into_uuid())
    }
}

/// The text is not an id as this server writes them.
#[derive(Debug, thiserror::Error)]
#[error("must be a UUID in hyphenated lower-case form")]
pub struct NotAnId;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_sort_by_time_within_a_millisecond() {
        let random = Random::seeded(1);
        let ids: Vec<_> = (0..50)
            .map(|i| MessageId::new(Timestamp::from_micros(1_700_000_000_000_000 + i * 3), &random))
            .collect();
        assert!(ids.is_sorted());
        assert_eq!(ids[0].0.get_version_num(), 7);
    }

    #[test]
    fn one_form_only() {
        let id = SpaceId::new(Timestamp::from_micros(1), &Random::seeded(2));
        assert_eq!(id.to_string().parse::<SpaceId>().expect("its own text"), id);
        for other in
            [id.to_string().to_uppercase(), id.0.simple().to_string(), format!("{{{id}}}"), "1".into()]
        {
            assert!(other.parse::<SpaceId>().is_err(), "{other}");
        }
    }
}
