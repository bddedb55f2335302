//! Pages of other origins call the API only if they are listed.

use reqwest::{Method, RequestBuilder};

use crate::{client::send, server::Server};

const LISTED: &str = "https://app.example.org";

fn from(request: RequestBuilder, origin: &str) -> RequestBuilder {
    request.header("origin", origin)
}

#[tokio::test]
async fn nobody_is_listed_by_default() {
    let server = Server::start();
    for origin in [LISTED, "null", "http://127.0.0.1", "https://evil.example"] {
        for method in [Method::GET, Method::OPTIONS] {
            let request =
                server.visitor().request(method, "/spaces").header("access-control-request-method", "POST");
            let refused = send(from(request, origin)).await.expect_problem(403, "origin-not-allowed");
            assert_eq!(refused.header("access-control-allow-origin"), None, "{origin}");
        }
    }
    let own = server.visitor().request(Method::GET, "/docs");
    send(from(own, &format!("http://{}", server.address))).await.expect(200);
}

#[tokio::test]
async fn a_listed_origin_is_named_and_credentials_are_not_allowed_to_it() {
    let server = Server::start_with(&[("NATTER_HTTP__CORS_ORIGINS", &format!("['{LISTED}']"))]);
    let alice = server.user("alice").await;
    let preflight =
        server.visitor().request(Method::OPTIONS, "/spaces").header("access-control-request-method", "POST");
    let preflight = send(from(preflight, LISTED)).await.expect(204);
    let answer = send(from(alice.client.request(Method::GET, "/spaces"), LISTED)).await.expect(200);
    for answer in [preflight, answer] {
        assert_eq!(answer.header("access-control-allow-origin"), Some(LISTED));
        assert_eq!(answer.header("vary"), Some("Origin"));
        assert_eq!(answer.header("access-control-allow-credentials"), None);
    }
    for other in
        ["https://app.example.org.evil.example", "http://app.example.org", "https://app.example.org:444"]
    {
        let request = from(alice.client.request(Method::GET, "/spaces"), other);
        let refused = send(request).await.expect_problem(403, "origin-not-allowed");
        assert_eq!(refused.header("access-control-allow-origin"), None, "{other}");
    }
}
