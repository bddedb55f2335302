//! The headers that keep a browser from doing anything with an answer but hand it to its caller.

use poem::{
    Endpoint, IntoResponse, Middleware, Request, Response, Result,
    http::{HeaderMap, HeaderName, HeaderValue, header},
};

/// No script, no frame, no form: an answer of an API is data.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; frame-ancestors 'none'; sandbox";

const ALWAYS: [(HeaderName, &str); 6] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::CACHE_CONTROL, "no-store"),
    (header::X_FRAME_OPTIONS, "DENY"),
    // The filter that this switches off leaked more than it caught.
    (header::X_XSS_PROTECTION, "0"),
    (header::REFERRER_POLICY, "no-referrer"),
    // The book's clients get an empty one; it also keeps a proxy from adding its own.
    (header::SERVER, ""),
];

/// Sets the security headers. A Content-Security-Policy that is there stays: a page has its own.
pub fn apply(headers: &mut HeaderMap) {
    headers.reserve(ALWAYS.len() + 1);
    for (name, value) in ALWAYS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers
        .entry(header::CONTENT_SECURITY_POLICY)
        .or_insert(HeaderValue::from_static(CONTENT_SECURITY_POLICY));
}

/// Sets the security headers on every answer of an endpoint, errors included.
#[derive(Clone, Copy, Debug)]
pub struct SecurityHeaders;

impl<E: Endpoint> Middleware<E> for SecurityHeaders {
    type Output = Secured<E>;

    fn transform(&self, endpoint: E) -> Self::Output {
        Secured(endpoint)
    }
}

/// An endpoint whose every answer has the security headers.
pub struct Secured<E>(E);

impl<E: Endpoint> Endpoint for Secured<E> {
    type Output = Response;

    async fn call(&self, request: Request) -> Result<Response> {
        let mut response = match self.0.call(request).await {
            Ok(output) => output.into_response(),
            Err(error) => error.into_response(),
        };
        apply(response.headers_mut());
        Ok(response)
    }
}

#[cfg(test)]
mod tests {
    use poem::{EndpointExt, endpoint::make_sync, error::NotFoundError};

    use super::*;

    #[tokio::test]
    async fn an_error_has_them_too() {
        let endpoint =
            make_sync(|_| Err::<Response, poem::Error>(NotFoundError.into())).with(SecurityHeaders);
        let response = endpoint.call(Request::default()).await.expect("errors are answers");
        assert_eq!(response.status(), 404);
        for (name, value) in ALWAYS {
            assert_eq!(response.header(&name), Some(value), "{name}");
        }
        assert_eq!(response.header("content-security-policy"), Some(CONTENT_SECURITY_POLICY));
    }

    #[tokio::test]
    async fn a_page_keeps_its_own_policy() {
        let page = || Response::builder().header("content-security-policy", "script-src 'self'").finish();
        let endpoint = make_sync(move |_| page()).with(SecurityHeaders);
        let response = endpoint.call(Request::default()).await.expect("it answers");
        assert_eq!(response.header("content-security-policy"), Some("script-src 'self'"));
        assert_eq!(response.headers().get_all("content-security-policy").iter().count(), 1);
    }
}
