//! A client of the API, as thin as it can be: tests see the wire.

use reqwest::{Method, RequestBuilder, StatusCode, header::HeaderMap};
use rustls::ClientConfig;
use serde_json::{Value, json};

use crate::documented;

/// Every scope there is.
pub const ALL_SCOPES: &str = "create_space post_message read_message list_messages delete_message add_member \
                              list_spaces list_members manage_space manage_account read_log full_access";

/// What a browser is told with every answer, errors included.
pub const SECURITY_HEADERS: [(&str, &str); 7] = [
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("x-xss-protection", "0"),
    ("cache-control", "no-store"),
    ("content-security-policy", "default-src 'none'; frame-ancestors 'none'; sandbox"),
    ("referrer-policy", "no-referrer"),
    ("server", ""),
];

/// The password of every account under test, by its name.
pub fn password(name: &str) -> String {
    format!("pw of {name} !")
}

/// A client, with or without a session.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    base: String,
    token: Option<String>,
}

/// A client with a session, and whose it is.
#[derive(Clone)]
pub struct Session {
    pub name: String,
    pub token: String,
    pub client: Client,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Client {
    pub fn new(address: &str) -> Self {
        // reqwest builds a TLS set-up for every client.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder().no_proxy().build().expect("a client");
        Self { http, base: format!("http://{address}"), token: None }
    }

    /// One with a connection for every request.
    pub fn without_reuse(address: &str) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder().no_proxy().pool_max_idle_per_host(0).build().expect("a client");
        Self { http, base: format!("http://{address}"), token: None }
    }

    /// One that speaks TLS like this, with a connection for every request.
    pub fn secure(address: &str, tls: ClientConfig) -> Self {
        let http = reqwest::Client::builder()
            .no_proxy()
            .tls_backend_preconfigured(tls)
            .tls_info(true)
            .pool_max_idle_per_host(0)
            .build()
            .expect("a client");
        Self { http, base: format!("https://{address}"), token: None }
    }

    /// The same client with this session token.
    pub fn with_token(&self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..self.clone() }
    }

    /// A request to be completed by hand; a session's token is on it.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.base));
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    pub async fn get(&self, path: &str) -> Answer {
        send(self.request(Method::GET, path)).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        send(self.request(Method::DELETE, path)).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        send(self.post_request(path, body.to_string())).await
    }

    /// A POST of these bytes as JSON, to be completed by hand.
    pub fn post_request(&self, path: &str, body: impl Into<reqwest::Body>) -> RequestBuilder {
        self.request(Method::POST, path).header("content-type", "application/json").body(body)
    }

    pub async fn register(&self, name: &str) {
        let body = json!({"username": name, "password": password(name)});
        self.post("/users", &body).await.expect(201);
    }

    /// Logs in with every scope.
    pub async fn log_in(&self, name: &str) -> Session {
        self.log_in_with(name, ALL_SCOPES).await
    }

    /// Logs in with these scopes, separated by spaces.
    pub async fn log_in_with(&self, name: &str, scopes: &str) -> Session {
        let path = format!("/sessions?scope={}", scopes.replace(' ', "%20"));
        let request = self.post_request(&path, "").basic_auth(name, Some(password(name)));
        let token = send(request).await.expect(201).json()["token"].as_str().expect("a token").to_owned();
        Session { name: name.to_owned(), client: self.with_token(&token), token }
    }
}

impl Session {
    /// Creates a space; its answer.
    pub async fn create_space(&self, name: &str) -> Value {
        let body = json!({"name": name, "owner": self.name});
        self.client.post("/spaces", &body).await.expect(201).json()
    }

    /// Shares a capability URI; the URI for the other account.
    pub async fn share(&self, uri: &str, user: &str, perms: Option<&str>) -> String {
        let mut body = json!({"uri": uri, "user": user});
        if let Some(perms) = perms {
            body["perms"] = perms.into();
        }
        text(&self.client.post("/share", &body).await.expect(200).json()["uri"]).to_owned()
    }

    /// Gives somebody one role in a space.
    pub async fn add_member(&self, space: &str, user: &str, role: &str) {
        let body = json!({"username": user, "roles": [role]});
        self.client.post(&format!("{space}/members"), &body).await.expect(200);
    }

    /// Posts a message to a list of messages (a path, or a capability URI); its answer.
    pub async fn post(&self, messages: &str, text: &str) -> Value {
        let body = json!({"author": self.name, "message": text});
        self.client.post(messages, &body).await.expect(201).json()
    }
}

/// Sends a request that was completed by hand. The answer has to be one that the document knows.
pub async fn send(request: RequestBuilder) -> Answer {
    try_send(request).await.expect("an answer")
}

/// The same where the server may go away before the whole answer has come.
///
/// # Errors
/// The connection's.
pub async fn try_send(request: RequestBuilder) -> reqwest::Result<Answer> {
    let (http, request) = request.build_split();
    let request = request.expect("a request");
    let (method, url) = (request.method().clone(), request.url().clone());
    let response = http.execute(request).await?;
    let (status, headers) = (response.status(), response.headers().clone());
    let answer = Answer { status, headers, text: response.text().await? };
    documented::check(&method, url.path(), &answer);
    Ok(answer)
}

impl Answer {
    /// Itself, if it has this status.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        self
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().expect("ASCII"))
    }

    /// Itself, if it is a problem of this status and kind (the last part of its `type`).
    #[track_caller]
    pub fn expect_problem(self, status: u16, kind: &str) -> Self {
        let answer = self.expect(status);
        assert_eq!(answer.header("content-type"), Some("application/problem+json"), "{}", answer.text);
        let problem = answer.json();
        assert_eq!(problem["type"], format!("/docs/problems#{kind}"), "{}", answer.text);
        assert_eq!(problem["status"], status);
        assert_eq!(problem["error"], problem["detail"]);
        assert!(problem["request_id"].is_string(), "{}", answer.text);
        answer.expect_security_headers()
    }

    /// Itself, if it bears the headers that every answer of the API bears.
    #[track_caller]
    pub fn expect_security_headers(self) -> Self {
        for (name, value) in SECURITY_HEADERS {
            assert_eq!(self.header(name), Some(value), "{name}: {}", self.text);
        }
        self
    }

    /// The kind of a problem: the last part of its `type`.
    #[track_caller]
    pub fn kind(&self) -> String {
        text(&self.json()["type"]).rsplit('#').next().expect("a last part").to_owned()
    }

    /// The names in `errors`, in order.
    pub fn fields(&self) -> Vec<String> {
        let problem = self.json();
        let errors = problem["errors"].as_array().cloned().unwrap_or_default();
        errors.iter().filter_map(|error| error["field"].as_str().map(str::to_owned)).collect()
    }
}

/// The path of a capability URI, without its query.
pub fn path(uri: &Value) -> &str {
    bare(text(uri))
}

/// The same of one that was taken out of its answer.
pub fn bare(uri: &str) -> &str {
    uri.split('?').next().expect("a first part")
}

/// The token of a capability URI.
pub fn token(uri: &str) -> &str {
    uri.split_once("?access_token=").expect("a capability URI").1
}

/// A string of an answer.
#[track_caller]
pub fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("no string: {value}"))
}

/// Says what a test is about to try: shown when it fails.
#[allow(clippy::print_stdout, reason = "the test's own output")]
pub fn trying(what: &str) {
    println!("{what}");
}
