//! What pages point to: nothing of it is dialled, and what leads to a forbidden place is not even shown.

use crate::{
    case::Case,
    fetch_case::{FetchCase, fetch},
    reply::html,
};

/// References that are never shown.
const FORBIDDEN: [(&str, &str); 6] = [
    ("private address", "http://10.0.0.1/x.png"),
    ("metadata service", "//169.254.169.254/x.png"),
    ("special name", "http://metadata.google.internal/x.png"),
    ("other port", "http://other.example.net:6379/x.png"),
    ("userinfo", "http://user@other.example.net/x.png"),
    ("data scheme", "data:image/png;base64,AAAA"),
];

fn pointing(head: &str) -> FetchCase {
    fetch("http://news.example.com/")
        .page("/", html(&format!("<title>Pointing</title>{head}")))
        .card("Pointing")
        .visits_news()
}

pub fn cases() -> Vec<Case> {
    let images = FORBIDDEN.map(|(what, url)| {
        pointing(&format!("<meta property=og:image content='{url}'><link rel=icon href='{url}'>"))
            .card_with("image", ())
            .card_with("icon", ())
            .named(format!("second stage: image and icon with {what}"))
    });
    let others = [
        pointing("<meta property=og:image content=http://other.example.net/x.png>")
            .card_with("image", "http://other.example.net/x.png")
            .named("second stage: an image is shown and not fetched"),
        pointing("<link rel=canonical href=http://10.0.0.1/>")
            .card_with("canonical", ())
            .named("second stage: canonical with a private address"),
        pointing("<link rel=canonical href=http://other.example.net/>")
            .card_with("canonical", ())
            .named("second stage: canonical of another site"),
        pointing("<link rel=canonical href=/real>")
            .card_with("canonical", "http://news.example.com/real")
            .named("second stage: canonical of the same site"),
        pointing("<base href=http://10.0.0.1/><link rel=icon href=x.png>")
            .card_with("icon", "http://news.example.com/x.png")
            .named("second stage: base with a private address"),
        pointing(
            "<link rel=alternate type=application/json+oembed href=http://10.0.0.1/oembed>\
             <link rel=preconnect href=http://10.0.0.2/><link rel=dns-prefetch href=//dns.example.org>",
        )
        .named("second stage: oEmbed and prefetch links"),
        pointing(
            "<meta property=og:video content=http://10.0.0.1/v.mp4><iframe src=http://10.0.0.2/></iframe>",
        )
        .named("second stage: video and frame"),
    ];
    images.into_iter().chain(others).collect()
}
