//! Pages of lists: how many rows, and the link to the next (RFC 8288).

use std::fmt;

use poem_openapi::{
    registry::MetaSchema,
    types::{ParseError, ParseFromParameter, ParseResult, ToJSON},
};

use crate::wire_type::wire_type;

/// How many items a page has at most: 1 to 1,000.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit(u16);

impl Limit {
    const MOST: u16 = 1000;

    /// As a count of rows.
    pub fn rows(self) -> u64 {
        self.0.into()
    }

    /// The limit `count`, kept within 1 to 1,000.
    pub fn of(count: u64) -> Self {
        Self(u16::try_from(count).unwrap_or(Self::MOST).clamp(1, Self::MOST))
    }
}

impl Default for Limit {
    fn default() -> Self {
        Self(100)
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

wire_type!(
    Limit,
    "integer_limit",
    MetaSchema { minimum: Some(1.0), maximum: Some(Limit::MOST.into()), ..MetaSchema::new("integer") }
);

/// For the default in the document.
impl ToJSON for Limit {
    fn to_json(&self) -> Option<serde_json::Value> {
        Some(self.0.into())
    }
}

impl ParseFromParameter for Limit {
    fn parse_from_parameter(text: &str) -> ParseResult<Self> {
        match text.parse() {
            Ok(count @ 1..=Self::MOST) => Ok(Self(count)),
            _ => Err(ParseError::custom("must be a number from 1 to 1000")),
        }
    }
}

/// The `Link` to the page after the last of `items`; none if this page was not full.
pub fn next_link<T>(limit: Limit, items: &[T], target: impl FnOnce(&T) -> String) -> Option<String> {
    let last = items.last().filter(|_| items.len() as u64 >= limit.rows())?;
    Some(format!(r#"<{}>; rel="next""#, target(last)))
}
