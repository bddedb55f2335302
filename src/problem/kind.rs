//! The catalogue of problems: every `type` that an answer can bear.

use poem::http::StatusCode;

/// A kind of problem. Its `type` is a reference that a running server resolves: `/docs/problems#SLUG`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The bytes are not the request they claim to be.
    Malformed,
    /// A member or parameter has a value that cannot be taken; `errors` names each.
    InvalidInput,
    /// The `Host` is none of the names this server answers to.
    InvalidHost,
    /// The address of a preview cannot be fetched, as the URL alone shows.
    UrlRefused,
    /// A session is needed.
    Unauthenticated,
    /// The session token is not, or no longer, good.
    InvalidToken,
    /// The session lacks a scope.
    InsufficientScope,
    /// The caller has no permission.
    Forbidden,
    /// The server takes no registrations, or only with an invitation that is good.
    RegistrationRefused,
    /// The browser's origin is not on the list.
    OriginNotAllowed,
    /// There is nothing here.
    NotFound,
    /// The path does not take this method.
    MethodNotAllowed,
    /// The name belongs to somebody or something else.
    NameTaken,
    /// The space would be left without an owner.
    OwnerNeeded,
    /// The body is larger than the server takes.
    TooLarge,
    /// The body is not `application/json`.
    UnsupportedMediaType,
    /// An `Idempotency-Key` came again with another body.
    IdempotencyMismatch,
    /// Too many requests, or too many failed attempts.
    RateLimited,
    /// The server failed.
    Internal,
    /// The linked page gave no preview.
    NoPreview,
    /// The server cannot do this right now.
    Unavailable,
}

impl Kind {
    /// The whole catalogue, in the order of the statuses.
    pub const ALL: [Self; 21] = [
        Self::Malformed,
        Self::InvalidInput,
        Self::InvalidHost,
        Self::UrlRefused,
        Self::Unauthenticated,
        Self::InvalidToken,
        Self::InsufficientScope,
        Self::Forbidden,
        Self::RegistrationRefused,
        Self::OriginNotAllowed,
        Self::NotFound,
        Self::MethodNotAllowed,
        Self::NameTaken,
        Self::OwnerNeeded,
        Self::TooLarge,
        Self::UnsupportedMediaType,
        Self::IdempotencyMismatch,
        Self::RateLimited,
        Self::Internal,
        Self::NoPreview,
        Self::Unavailable,
    ];

    /// The HTTP status.
    pub fn status(self) -> StatusCode {
        match self {
            Self::Malformed | Self::InvalidInput | Self::InvalidHost | Self::UrlRefused => {
                StatusCode::BAD_REQUEST
            }
            Self::Unauthenticated | Self::InvalidToken => StatusCode::UNAUTHORIZED,
            Self::InsufficientScope
            | Self::Forbidden
            | Self::RegistrationRefused
            | Self::OriginNotAllowed => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::NameTaken | Self::OwnerNeeded => StatusCode::CONFLICT,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::IdempotencyMismatch => StatusCode::UNPROCESSABLE_ENTITY,
            Self::RateLimited => StatusCode::TOO_MANY_REQUESTS,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            Self::NoPreview => StatusCode::BAD_GATEWAY,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// The last part of the `type`; it never changes once published.
    pub fn slug(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::InvalidInput => "invalid-input",
            Self::InvalidHost => "invalid-host",
            Self::UrlRefused => "url-refused",
            Self::Unauthenticated => "unauthenticated",
            Self::InvalidToken => "invalid-token",
            Self::InsufficientScope => "insufficient-scope",
            Self::Forbidden => "forbidden",
            Self::RegistrationRefused => "registration-refused",
            Self::OriginNotAllowed => "origin-not-allowed",
            Self::NotFound => "not-found",
            Self::MethodNotAllowed => "method-not-allowed",
            Self::NameTaken => "name-taken",
            Self::OwnerNeeded => "owner-needed",
            Self::TooLarge => "too-large",
            Self::UnsupportedMediaType => "unsupported-media-type",
            Self::IdempotencyMismatch => "idempotency-mismatch",
            Self::RateLimited => "rate-limited",
            Self::Internal => "internal",
            Self::NoPreview => "no-preview",
            Self::Unavailable => "unavailable",
        }
    }

    /// The `title`: the same for every occurrence.
    pub fn title(self) -> &'static str {
        match self {
            Self::Malformed => "Malformed request",
            Self::InvalidInput => "Invalid input",
            Self::InvalidHost => "Unknown host",
            Self::UrlRefused => "URL refused",
            Self::Unauthenticated => "Authentication required",
            Self::InvalidToken => "Invalid token",
            Self::InsufficientScope => "Insufficient scope",
            Self::Forbidden => "Forbidden",
            Self::RegistrationRefused => "Registration refused",
            Self::OriginNotAllowed => "Origin not allowed",
            Self::NotFound => "Not found",
            Self::MethodNotAllowed => "Method not allowed",
            Self::NameTaken => "Name taken",
            Self::OwnerNeeded => "Owner needed",
            Self::TooLarge => "Body too large",
            Self::UnsupportedMediaType => "Unsupported media type",
            Self::IdempotencyMismatch => "Key used for another request",
            Self::RateLimited => "Too many requests",
            Self::Internal => "Internal error",
            Self::NoPreview => "No preview",
            Self::Unavailable => "Unavailable",
        }
    }

    /// What it means and what a client does about it, for the catalogue in docs/problems.md.
    pub fn remedy(self) -> &'static str {
        match self {
            Self::Malformed => {
                "The request cannot be read: the JSON is broken or names a member twice, the text is not UTF-8, \
                 a query parameter or credential header is doubled or undecodable. Mend the request; do not repeat it."
            }
            Self::InvalidInput => {
                "The request was read, but values in it cannot be taken. `errors` names each member or parameter \
                 and says what would be right. Unknown members are refused by name."
            }
            Self::InvalidHost => {
                "The `Host` header is missing, doubled or not on the server's list. Operators add names with \
                 `http.hosts`."
            }
            Self::UrlRefused => {
                "The URL shows by itself that it will never be fetched: not http or https, no public host, \
                 credentials or an unusual port in it. Do not repeat it."
            }
            Self::Unauthenticated => {
                "No session was given, or the name or password was wrong. Log in with `POST /sessions` and send \
                 the token as `Authorization: Bearer TOKEN`."
            }
            Self::InvalidToken => {
                "The session token is forged, cut short, expired or revoked; the answer does not say which. \
                 Log in again."
            }
            Self::InsufficientScope => {
                "The session was made without the scope that `WWW-Authenticate` names. Log in again and ask for it."
            }
            Self::Forbidden => {
                "No role of the caller, or not the capability that was given, permits this; or there is no such \
                 space. The two look alike. A capability that is given decides alone: leave it out to use a role."
            }
            Self::RegistrationRefused => {
                "The server takes registrations only with an invitation that is good, or none at all. Ask its operator \
                 for an invitation, and send the code as `invitation`; each makes one account."
            }
            Self::OriginNotAllowed => {
                "A browser sent this from an origin that is not listed. Operators list origins with \
                 `http.cors_origins`."
            }
            Self::NotFound => "There is no such path, or no such object inside what the caller may read.",
            Self::MethodNotAllowed => "The path exists and takes the methods that `Allow` lists.",
            Self::NameTaken => {
                "The name is in use, or was used by an account since deleted. Choose another one."
            }
            Self::OwnerNeeded => "A space always has an owner. Hand the space over or delete it first.",
            Self::TooLarge => {
                "The body has more bytes than the server takes (1 MiB unless configured). Send less."
            }
            Self::UnsupportedMediaType => {
                "Every POST is `Content-Type: application/json`, also one without a body."
            }
            Self::IdempotencyMismatch => {
                "The `Idempotency-Key` came with another body within the last 24 hours, and what that asked for is \
                 done. A request that is sent again has to be the same to the last byte; another request takes a new \
                 key."
            }
            Self::RateLimited => "Wait for the seconds in `Retry-After`, then try again.",
            Self::Internal => {
                "A defect in the server; nothing was changed unless an earlier answer said so. Give the operator \
                 the `request_id`."
            }
            Self::NoPreview => {
                "The page could not be fetched or is no page. Why is not told, since that would make the service \
                 a port scanner. Show the link without a card."
            }
            Self::Unavailable => {
                "The server is busy or something it needs is away; nothing was changed, unless `detail` says that it \
                 could not be found out in time. Try again after `Retry-After`, with the same `Idempotency-Key` if there \
                 was one: what was done is not done twice then."
            }
        }
    }

    /// The `type` member, relative to the server that answered.
    pub fn type_uri(self) -> String {
        format!("/docs/problems#{}", self.slug())
    }
}
