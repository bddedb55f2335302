//! Where a problem becomes HTTP, and where framework errors become problems.

use poem::{
    Response,
    error::{MethodNotAllowedError, NotFoundError, ResponseError},
    http::{HeaderName, StatusCode, header},
};
use poem_openapi::{
    ApiResponse, Object,
    error::{ContentTypeError, ParseParamError, ParsePathError, ParseRequestPayloadError},
    payload::Json,
    registry::{MetaMediaType, MetaResponse, MetaResponses, Registry},
    types::{ToJSON, Type},
};

use super::{FieldError, Kind, Problem};

/// The media type of RFC 9457.
pub const CONTENT_TYPE: &str = "application/problem+json";

/// Problem details (RFC 9457), with the book's `error` member.
#[derive(Object)]
#[oai(rename = "Problem", skip_serializing_if_is_none)]
pub struct Document {
    /// Which kind of problem, as a reference into the catalogue, relative to the server.
    #[oai(rename = "type")]
    kind: String,
    /// The kind in words: the same for every occurrence.
    title: String,
    /// The HTTP status, again.
    status: u16,
    /// What happened this time.
    detail: String,
    /// The same sentence under the name that clients of the book's API read.
    error: String,
    /// Each member or parameter that cannot be taken.
    errors: Option<Vec<DocumentFieldError>>,
    /// Names this request in the server's log.
    request_id: Option<String>,
}

/// One member or parameter that cannot be taken.
#[derive(Object)]
#[oai(rename = "FieldError")]
struct DocumentFieldError {
    /// The member's path, or the parameter's name.
    field: String,
    /// What is wrong with it.
    detail: String,
}

impl Problem {
    /// The body of the HTTP answer.
    pub fn document(&self, request_id: Option<&str>) -> Document {
        let errors = self.errors.iter().cloned();
        Document {
            kind: self.kind.type_uri(),
            title: self.kind.title().into(),
            status: self.kind.status().as_u16(),
            error: self.detail.to_string(),
            detail: self.detail.to_string(),
            errors: (!self.errors.is_empty()).then(|| {
                errors.map(|FieldError { field, detail }| DocumentFieldError { field, detail }).collect()
            }),
            request_id: request_id.map(str::to_owned),
        }
    }

    /// The HTTP answer, under the id of the request it answers.
    pub fn into_response(self, request_id: Option<&str>) -> Response {
        let status = self.kind.status();
        let document = self.document(request_id);
        let headers: [(HeaderName, Option<String>); 3] = [
            (header::WWW_AUTHENTICATE, self.challenge),
            (
                header::RETRY_AFTER,
                self.retry_after.map(|wait| wait.as_secs_f64().ceil().max(1.0).to_string()),
            ),
            (header::ALLOW, self.allow),
        ];
        let mut response = Response::builder().status(status).content_type(CONTENT_TYPE);
        for (name, value) in headers {
            if let Some(value) = value {
                response = response.header(name, value);
            }
        }
        response.body(document.to_json_string())
    }
}

impl ResponseError for Problem {
    fn status(&self) -> StatusCode {
        self.kind.status()
    }

    fn as_response(&self) -> Response {
        self.clone().into_response(None)
    }
}

/// Documents every status of the catalogue; [`crate::document`] keeps those an operation can give.
impl ApiResponse for Problem {
    fn meta() -> MetaResponses {
        let mut responses: Vec<MetaResponse> = Vec::new();
        for kind in Kind::ALL {
            let status = kind.status().as_u16();
            if responses.iter().any(|response| response.status == Some(status)) {
                continue;
            }
            responses.push(MetaResponse {
                description: kind.status().canonical_reason().unwrap_or_default(),
                status: Some(status),
                status_range: None,
                content: vec![MetaMediaType { content_type: CONTENT_TYPE, schema: Document::schema_ref() }],
                headers: Vec::new(),
            });
        }
        MetaResponses { responses }
    }

    fn register(registry: &mut Registry) {
        <Json<Document> as ApiResponse>::register(registry);
    }
}

/// The problem in an error of the framework or of one of our extractors.
///
/// Texts of the framework are replaced where they could quote what the client sent.
pub fn from_poem(error: poem::Error) -> Problem {
    from_poem_at(error, "")
}

/// The same for an operation with this path (`/spaces/{space_id}`), whose parameters the framework only numbers.
pub fn from_poem_at(error: poem::Error, pattern: &str) -> Problem {
    let error = match error.downcast::<Problem>() {
        Ok(problem) => return problem,
        Err(error) => error,
    };
    if let Some(ParseParamError { name, reason }) = error.downcast_ref() {
        return Problem::invalid_field(*name, plain(reason));
    }
    if let Some(ParsePathError { name, reason }) = error.downcast_ref() {
        return Problem::invalid_field(path_parameter(pattern, name), plain(reason));
    }
    if error.is::<ParseRequestPayloadError>() {
        return Problem::new(Kind::Malformed, "The body cannot be read as this operation's JSON.");
    }
    if error.is::<ContentTypeError>() {
        return Problem::new(Kind::UnsupportedMediaType, "The body has to be application/json.");
    }
    if error.is::<NotFoundError>() {
        return Problem::not_found("path");
    }
    if error.is::<MethodNotAllowedError>() {
        return Problem::new(Kind::MethodNotAllowed, "This path does not take this method.");
    }
    tracing::error!(%error, "an error of the framework has no problem of its own");
    Problem::internal()
}

/// What is wrong with a parameter, without the framework's word on which of its types refused it.
pub fn plain(reason: &str) -> &str {
    let named = reason.strip_prefix("failed to parse \"").and_then(|rest| rest.split_once("\": "));
    named.map_or(reason, |(_, reason)| reason)
}

/// The name of the path parameter that the framework calls `param0`, `param1` …
fn path_parameter<'a>(pattern: &'a str, numbered: &'a str) -> &'a str {
    let mut names = pattern.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    let number = numbered.strip_prefix("param").and_then(|number| number.parse().ok());
    number.and_then(|number| names.nth(number)).unwrap_or(numbered)
}
