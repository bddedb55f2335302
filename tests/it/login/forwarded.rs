//! Whose word on the client's address is taken: that of a trusted proxy, and nobody else's.

use serde_json::json;

use crate::{client::send, server::Server};

const ONE_EACH: [(&str, &str); 2] = [
    ("NATTER_LIMITS__REGISTRATIONS_PER_ADDRESS", "1"),
    ("NATTER_LIMITS__REGISTRATION_REFILL_SECONDS", "3600"),
];

/// Registers accounts that say they come from these addresses; which of them were heard.
async fn heard(server: &Server, addresses: &[&str]) -> Vec<bool> {
    let mut heard = Vec::new();
    for (number, address) in addresses.iter().enumerate() {
        let body = json!({"username": format!("user{number}"), "password": "long enough"});
        let request = server.visitor().post_request("/users", body.to_string());
        let answer = send(request.header("x-forwarded-for", *address)).await;
        assert!([201, 429].contains(&answer.status.as_u16()), "{}", answer.text);
        heard.push(answer.status == 201);
    }
    heard
}

#[tokio::test]
async fn nobody_is_believed_by_default() {
    let server = Server::start_with(&ONE_EACH);
    let addresses = ["192.0.2.1", "192.0.2.2", "2001:db8::1", "127.0.0.1"];
    assert_eq!(heard(&server, &addresses).await, [true, false, false, false]);
}

#[tokio::test]
async fn a_trusted_proxy_is_believed_as_far_as_it_knows() {
    let trusted = ("NATTER_HTTP__TRUSTED_PROXIES", r#"["127.0.0.1", "10.0.0.0/8"]"#);
    let server = Server::start_with(&[&[trusted], &ONE_EACH[..]].concat());
    for (address, is_heard, why) in [
        ("192.0.2.1", true, "a client"),
        ("192.0.2.1", false, "the same"),
        ("192.0.2.2", true, "another"),
        ("198.51.100.9, 192.0.2.1", false, "what a client writes itself does not count"),
        ("192.0.2.3, 10.1.2.3", true, "a chain of proxies"),
        ("203.0.113.5, 192.0.2.3, 10.9.9.9", false, "the same through other proxies"),
        ("::ffff:192.0.2.1", false, "the same address written otherwise"),
        ("2001:db8:0:1::1", true, "a network of IPv6"),
        ("2001:db8:0:1:ffff::2", false, "the same network"),
        ("2001:db8:0:2::1", true, "another network"),
    ] {
        let body = json!({"username": format!("user{}", address.len()), "password": "long enough"});
        let request = server.visitor().post_request("/users", body.to_string());
        let status = send(request.header("x-forwarded-for", address)).await.status.as_u16();
        // A name that is taken was heard as well.
        assert_eq!(status != 429, is_heard, "{address}: {why}: {status}");
    }
}

#[tokio::test]
async fn a_proxy_that_is_not_trusted_is_the_client() {
    let trusted = ("NATTER_HTTP__TRUSTED_PROXIES", r#"["10.0.0.0/8"]"#);
    let server = Server::start_with(&[&[trusted], &ONE_EACH[..]].concat());
    assert_eq!(heard(&server, &["192.0.2.1", "10.0.0.1", "192.0.2.3"]).await, [true, false, false]);
}
