//! Points in time as the wire and the store see them.

use std::{fmt, ops::Add, time::Duration};

use poem_openapi::{
    registry::MetaSchema,
    types::{ParseError, ParseFromJSON, ParseFromParameter, ParseResult, ToJSON},
};
use time::{OffsetDateTime, UtcOffset, format_description::well_known::Rfc3339};

use crate::wire_type::wire_type;

/// A point in time in UTC, in whole microseconds since 1970-01-01T00:00:00Z.
///
/// Both stores keep it as a 64-bit integer, so that ordering, comparison and the MAC over a row
/// mean the same on each. On the wire it is RFC 3339 in UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The start of the year 10000: RFC 3339 ends there, and so do our times.
    const LIMIT: i64 = 253_402_300_800_000_000;

    /// The time `micros` microseconds after the Unix epoch; clamped to what RFC 3339 can write
    /// (1970 to 9999).
    pub fn from_micros(micros: i64) -> Self {
        Self(micros.clamp(0, Self::LIMIT - 1))
    }

    /// Microseconds since the Unix epoch.
    pub fn micros(self) -> i64 {
        self.0
    }

    /// Parses RFC 3339 with any offset. `None` if it is not RFC 3339 or lies outside 1970–9999.
    pub fn parse(text: &str) -> Option<Self> {
        let parsed = OffsetDateTime::parse(text, &Rfc3339).ok()?;
        let micros = i64::try_from(parsed.unix_timestamp_nanos().div_euclid(1000)).ok()?;
        (0..Self::LIMIT).contains(&micros).then_some(Self(micros))
    }

    /// This time less `duration`, not before the Unix epoch.
    pub fn minus(self, duration: Duration) -> Self {
        Self::from_micros(self.0.saturating_sub(micros(duration)))
    }

    /// How long it is from `earlier` to this time; zero if `earlier` is later.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }
}

fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

impl Add<Duration> for Timestamp {
    type Output = Self;

    fn add(self, duration: Duration) -> Self {
        Self::from_micros(self.0.saturating_add(micros(duration)))
    }
}

/// RFC 3339 in UTC with a `Z`, fractions only where there are any.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = OffsetDateTime::from_unix_timestamp_nanos(i128::from(self.0) * 1000)
            .ok()
            .and_then(|time| time.to_offset(UtcOffset::UTC).format(&Rfc3339).ok())
            .ok_or(fmt::Error)?;
        f.write_str(&text)
    }
}

wire_type!(Timestamp, "string_date-time", MetaSchema::new_with_format("string", "date-time"));

impl ToJSON for Timestamp {
    fn to_json(&self) -> Option<serde_json::Value> {
        Some(self.to_string().into())
    }
}

impl ParseFromJSON for Timestamp {
    fn parse_from_json(value: Option<serde_json::Value>) -> ParseResult<Self> {
        let text = value.as_ref().and_then(serde_json::Value::as_str).unwrap_or_default();
        Self::parse_from_parameter(text).map_err(ParseError::propagate)
    }
}

impl ParseFromParameter for Timestamp {
    fn parse_from_parameter(text: &str) -> ParseResult<Self> {
        Self::parse(text).ok_or_else(|| ParseError::custom("must be a time as in RFC 3339"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_and_reads_rfc_3339() {
        for text in ["1970-01-01T00:00:00Z", "2026-11-22T10:20:30.123456Z", "9999-12-31T23:59:59.999999Z"] {
            assert_eq!(Timestamp::parse(text).expect(text).to_string(), text);
        }
        let with_offset = Timestamp::parse("2026-11-22T12:20:30+02:00").expect("an offset is RFC 3339");
        assert_eq!(with_offset.to_string(), "2026-11-22T10:20:30Z");
    }

    #[test]
    fn refuses_what_is_not_a_time() {
        for text in
            ["", "now", "2026-11-22", "2026-11-22T10:20:30", "1969-12-31T23:59:59Z", "2026-02-30T00:00:00Z"]
        {
            assert_eq!(Timestamp::parse(text), None, "{text}");
        }
    }

    #[test]
    fn arithmetic_saturates() {
        let late = Timestamp::from_micros(i64::MAX);
        assert_eq!(late + Duration::from_secs(u64::MAX), late);
        assert_eq!(Timestamp::default().minus(Duration::from_secs(1)), Timestamp::default());
        assert_eq!(Timestamp::default().since(late), Duration::ZERO);
    }
}
