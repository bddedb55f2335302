//! Logging in: nobody learns whether a name exists, and nobody guesses quickly or locks anybody out.

mod enumeration;
mod forwarded;
mod limits;
mod slow_down;

use reqwest::RequestBuilder;

use crate::server::Server;

/// A server behind a proxy on this machine, so that a test can send from any address.
fn behind_a_proxy(settings: &[(&str, &str)]) -> Server {
    let trusted = ("NATTER_HTTP__TRUSTED_PROXIES", r#"["127.0.0.0/8"]"#);
    Server::start_with(&[&[trusted], settings].concat())
}

/// An attempt to log in, from an address.
fn attempt(server: &Server, name: &str, password: &str, address: &str) -> RequestBuilder {
    let request = server.visitor().post_request("/sessions", "").header("x-forwarded-for", address);
    request.basic_auth(name, Some(password))
}
