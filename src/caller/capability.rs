//! A capability as it comes with a request.

use std::fmt;

use poem::Request;

use crate::{
    board::Board,
    problem::{Kind, Problem},
    token::{CapabilityToken, Claims},
};

/// The header that our own clients use. The book's use the query parameter `access_token`.
pub const HEADER: &str = "natter-capability";

/// The query parameter of the book.
pub const PARAMETER: &str = "access_token";

/// The text of a capability, if the request came with one, and where it stood.
#[derive(Clone, Default)]
pub enum GivenCapability {
    /// There is none.
    #[default]
    None,
    /// In the header [`HEADER`].
    InHeader(String),
    /// In the query, as [`PARAMETER`].
    InQuery(String),
}

impl fmt::Debug for GivenCapability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_given() { "GivenCapability(given)" } else { "GivenCapability(none)" })
    }
}

impl GivenCapability {
    /// What header or query of `request` bear.
    ///
    /// # Errors
    /// 400 if there is more than one: which of them counts would be anybody's guess.
    pub fn of(request: &Request, query: &[(String, String)]) -> Result<Self, Problem> {
        let in_header = request.headers().get_all(HEADER).iter().map(|value| value.to_str().unwrap_or(""));
        let in_query = query.iter().filter(|(name, _)| name == PARAMETER).map(|(_, value)| value);
        let in_header = in_header.map(|text| Self::InHeader(text.to_owned()));
        let mut given = in_header.chain(in_query.map(|text| Self::InQuery(text.clone())));
        match (given.next(), given.next()) {
            (only, None) => Ok(only.unwrap_or_default()),
            _ => Err(Problem::new(Kind::Malformed, "The request bears more than one capability.")),
        }
    }

    /// Whether there is one, good or not.
    pub fn is_given(&self) -> bool {
        !matches!(self, Self::None)
    }

    /// Whether it stood in the query, so that a link to more of the same has to bear it again.
    pub fn is_in_query(&self) -> bool {
        matches!(self, Self::InQuery(_))
    }

    /// What its token says; `None` if none was given.
    ///
    /// # Errors
    /// 403 for a token that is not one of ours, changed or cut short.
    pub fn claims(&self, board: &Board) -> Result<Option<Claims>, Problem> {
        let (Self::InHeader(text) | Self::InQuery(text)) = self else { return Ok(None) };
        CapabilityToken::parse(text, &board.capability_ring()).map(Some).ok_or_else(Problem::forbidden)
    }
}
