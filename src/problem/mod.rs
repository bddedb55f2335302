//! The one error that reaches a client: RFC 9457 problem details.
//!
//! Inside, modules have typed errors of their own; each says in a `From` which problem it is.
//! [`response`] is the one place where a problem becomes HTTP.

mod kind;
#[cfg(all(test, feature = "api"))]
mod page;
mod response;

use std::{borrow::Cow, fmt, time::Duration};

pub use self::{
    kind::Kind,
    response::{CONTENT_TYPE, Document as ProblemDocument, from_poem, from_poem_at, plain},
};

/// What went wrong with one request, as the client is told it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    kind: Kind,
    detail: Cow<'static, str>,
    errors: Vec<FieldError>,
    challenge: Option<String>,
    retry_after: Option<Duration>,
    allow: Option<String>,
}

/// One member or parameter of the request that cannot be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldError {
    /// The member as a path (`username`, `roles[1]`), or the parameter's name. Never its value.
    pub field: String,
    /// What is wrong and what would be right. Never the value sent: it may be a secret.
    pub detail: String,
}

impl FieldError {
    /// An error at `field`.
    pub fn new(field: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { field: field.into(), detail: detail.into() }
    }
}

impl Problem {
    /// A problem of this kind with a sentence for this occurrence.
    pub fn new(kind: Kind, detail: impl Into<Cow<'static, str>>) -> Self {
        Self {
            kind,
            detail: detail.into(),
            errors: Vec::new(),
            challenge: None,
            retry_after: None,
            allow: None,
        }
    }

    /// 400, naming each offending member or parameter.
    pub fn invalid(errors: Vec<FieldError>) -> Self {
        let names: Vec<_> = errors.iter().map(|error| error.field.as_str()).collect();
        let detail = format!("The request has invalid values: {}.", names.join(", "));
        Self { errors, ..Self::new(Kind::InvalidInput, detail) }
    }

    /// 400 for one member or parameter.
    pub fn invalid_field(field: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::invalid(vec![FieldError::new(field, detail)])
    }

    /// 401 where a session is needed and none was given (RFC 6750, section 3).
    pub fn unauthenticated() -> Self {
        Self::new(Kind::Unauthenticated, "This operation needs a session: send Authorization: Bearer TOKEN.")
            .challenged("Bearer")
    }

    /// 401 for a name and a password that do not go together.
    pub fn unauthenticated_with(detail: &'static str) -> Self {
        Self { detail: detail.into(), ..Self::unauthenticated() }
    }

    /// 401 for a session token that is not, or no longer, good.
    pub fn invalid_token() -> Self {
        Self::new(Kind::InvalidToken, "The session token is invalid, expired or revoked: log in again.")
            .challenged(r#"Bearer error="invalid_token""#)
    }

    /// 403 for a session without the scope that the operation needs.
    pub fn insufficient_scope(scope: &str) -> Self {
        Self::new(Kind::InsufficientScope, format!("The session lacks the scope {scope}."))
            .challenged(format!(r#"Bearer error="insufficient_scope",scope="{scope}""#))
    }

    /// 403 for what the caller may not do, or what does not exist: the two look alike.
    pub fn forbidden() -> Self {
        Self::new(Kind::Forbidden, "The caller has no permission for this.")
    }

    /// 404 for an object whose container the caller may read.
    pub fn not_found(what: &'static str) -> Self {
        Self::new(Kind::NotFound, format!("There is no such {what}."))
    }

    /// 500. What happened goes to the log under the request's id, not to the client.
    pub fn internal() -> Self {
        Self::new(Kind::Internal, "The server failed. The log has the details under this request_id.")
    }

    /// 503 with a Retry-After.
    pub fn unavailable(detail: &'static str, retry_after: Duration) -> Self {
        Self { retry_after: Some(retry_after), ..Self::new(Kind::Unavailable, detail) }
    }

    /// 429 with a Retry-After.
    pub fn rate_limited(detail: &'static str, retry_after: Duration) -> Self {
        Self { retry_after: Some(retry_after), ..Self::new(Kind::RateLimited, detail) }
    }

    /// 405 naming the methods that the path does take.
    pub fn method_not_allowed(allow: String) -> Self {
        Self {
            detail: format!("This path takes {allow}.").into(),
            allow: Some(allow),
            ..Self::new(Kind::MethodNotAllowed, "")
        }
    }

    /// Which entry of the catalogue this is.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The sentence for this occurrence.
    pub fn detail(&self) -> &str {
        &self.detail
    }

    fn challenged(self, challenge: impl Into<String>) -> Self {
        Self { challenge: Some(challenge.into()), ..self }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.kind.title(), self.detail)
    }
}

impl std::error::Error for Problem {}
