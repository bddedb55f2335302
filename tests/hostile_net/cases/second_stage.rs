//! What pages point to: nothing of it is dialled, and what leads to a forbidden place is not even shown.

use std::{path::Path, time::Duration};

use crate::{
    case::{Case, Outcome, ensure},
    fetch_case::{FetchCase, fetch},
    reply::{HTML, Reply, body, html, raw, redirect},
    worker::Worker,
    world::{NEWS, OTHER, World},
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

/// An image with its size.
fn sized(url: &str) -> String {
    format!(
        "<meta property=og:image content={url}><meta property=og:image:width content=2>\
         <meta property=og:image:height content=1>"
    )
}

/// The head of a PNG of 1200 times 630 pixels.
fn png() -> Reply {
    let size = [1200u32.to_be_bytes(), 630u32.to_be_bytes()].concat();
    let head = [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".as_slice(), &size, b"\x08\x06\0\0\0"].concat();
    body(&["Content-Type: image/png"], &head)
}

fn json(text: &str) -> Reply {
    body(&["Content-Type: application/json"], text.as_bytes())
}

/// An image that leads somewhere else, where nobody is dialled.
fn image_to(location: &str) -> FetchCase {
    pointing("<meta property=og:image content=http://other.example.net/x.png>")
        .page_at(OTHER, "/x.png", redirect(302, location))
        .visits_other()
        .card_with("image_width", ())
}

/// A page without an image that names an oEmbed endpoint, where this host is on the list.
fn oembed(host: &'static str) -> FetchCase {
    let list = if host == "other.example.net" { "[\"other.example.net\"]" } else { "[\"example.com\"]" };
    pointing("<link rel=alternate type=application/json+oembed href=http://other.example.net/oembed>")
        .setting("oembed_hosts", list)
}

/// A page with a description and an image, and these fields and this in its head.
fn robots(fields: &[&str], head: &str) -> FetchCase {
    let page = format!("<title>Quiet</title><meta name=description content=d>{}{head}", sized("/x.png"));
    let fields = [&[HTML], fields].concat();
    fetch("http://news.example.com/").page("/", body(&fields, page.as_bytes())).card("Quiet").visits_news()
}

pub fn cases() -> Vec<Case> {
    let images = FORBIDDEN.map(|(what, url)| {
        pointing(&format!("<meta property=og:image content='{url}'><link rel=icon href='{url}'>"))
            .card_with("image", ())
            .card_with("icon", ())
            .named(format!("second stage: image and icon with {what}"))
    });
    let others = [
        pointing(&sized("http://other.example.net/x.png"))
            .card_with("image", "http://other.example.net/x.png")
            .named("second stage: an image whose size the page says is shown and not fetched"),
        pointing("<meta property=og:image content=http://other.example.net/x.png>")
            .page_at(OTHER, "/x.png", png())
            .visits_other()
            .card_with("image_width", 1200)
            .card_with("image_height", 630)
            .named("second stage: the size of an image is in its first bytes"),
        pointing("<meta property=og:image content=http://other.example.net/x.png>")
            .setting("image_dimensions", "false")
            .card_with("image_width", ())
            .named("second stage: no image is fetched where the setting says so"),
        image_to("http://10.0.0.1/x.png").named("second stage: an image redirects to a private address"),
        image_to("http://169.254.169.254/").named("second stage: an image redirects to the metadata service"),
        image_to("//user@news.example.com/").named("second stage: an image redirects to a URL with userinfo"),
        pointing("<meta property=og:image content=http://evil.example.org/x.png>")
            .record("evil.example.org A 10.0.0.1")
            .asks(&["evil.example.org"])
            .card_with("image_width", ())
            .named("second stage: an image whose name leads to a private address"),
        pointing("<meta property=og:image content=http://other.example.net/x.png>")
            .page_at(OTHER, "/x.png", raw("HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n\r\n").repeat("xxxxxxxx"))
            .visits_other()
            .sent_at_most(9 << 20)
            .card_with("image_width", ())
            .named("second stage: an endless image"),
        pointing("<meta property=og:image content=http://other.example.net/x.png>")
            .page_at(OTHER, "/x.png", raw("").hold())
            .visits_other()
            .within(6)
            .card_with("image", "http://other.example.net/x.png")
            .named("second stage: an image that does not come is not waited for"),
        Case::story("second stage: why an image fails does not show by the time", fails_at_one_time),
        oembed("other.example.net")
            .page_at(OTHER, "/oembed", json(r#"{"thumbnail_url":"http://other.example.net/t.png",
                "thumbnail_width":480,"thumbnail_height":360,"html":"<script>"}"#))
            .visits_other()
            .card_with("image", "http://other.example.net/t.png")
            .named("second stage: an oEmbed endpoint of a host on the list"),
        oembed("other.example.net")
            .page_at(OTHER, "/oembed", json(r#"{"thumbnail_url":"http://10.0.0.1/t.png"}"#))
            .visits_other()
            .card_with("image", ())
            .named("second stage: oEmbed with a private image"),
        oembed("other.example.net")
            .page_at(OTHER, "/oembed", redirect(302, "http://10.0.0.1/"))
            .visits_other()
            .card_with("image", ())
            .named("second stage: an oEmbed endpoint redirects to a private address"),
        oembed("example.com")
            .card_with("image", ())
            .named("second stage: an oEmbed endpoint of a host that is not on the list"),
        fetch("http://news.example.com/")
            .page("/", body(&[HTML, "X-Robots-Tag: noimageindex, nosnippet"], format!(
                "<title>Quiet</title><meta name=description content=d>{}", sized("/x.png")).as_bytes()))
            .card("Quiet")
            .card_with("description", ())
            .card_with("image", ())
            .visits_news()
            .named("second stage: what a site wants left out is left out"),
        robots(&["X-Robots-Tag: googlebot: nosnippet", "X-Robots-Tag: natter-preview: noimageindex"], "")
            .card_with("description", "d")
            .card_with("image", ())
            .named("opt-out: addressed to us, and to somebody else"),
        robots(&["X-Robots-Tag: noindex, max-snippet:0, max-image-preview:none"], "")
            .card_with("description", ())
            .card_with("image", ())
            .named("opt-out: no text and no picture, in other words"),
        robots(&[], "<meta name=robots content='noimageindex,nosnippet'>")
            .card_with("description", ())
            .card_with("image", ())
            .named("opt-out: in the page"),
        robots(&["X-Robots-Tag: noindex, nofollow"], "<meta name=robots content=noarchive>")
            .card_with("description", "d")
            .card_with("image", "http://news.example.com/x.png")
            .named("opt-out: a word to search engines is none to us"),
        oembed("other.example.net")
            .page("/", body(&[HTML, "X-Robots-Tag: noimageindex"],
                b"<title>Pointing</title><link rel=alternate type=application/json+oembed href=http://other.example.net/oembed>"))
            .card_with("image", ())
            .named("opt-out: no oEmbed endpoint is asked for an image that is not wanted"),
        fetch("http://news.example.com/")
            .page("/", html("<meta name=robots content=noimageindex>\
                <link rel=alternate type=application/json+oembed href=http://other.example.net/oembed>"))
            .setting("oembed_hosts", "[\"other.example.net\"]")
            .page_at(OTHER, "/oembed", json(r#"{"title":"Told","thumbnail_url":"http://other.example.net/t.png"}"#))
            .card("Told")
            .card_with("image", ())
            .visits_news()
            .visits_other()
            .named("opt-out: oEmbed brings back no image"),
        fetch("http://news.example.com/x.png")
            .page("/x.png", body(&["Content-Type: image/png", "X-Robots-Tag: noimageindex"], b"\x89PNG\r\n\x1a\n"))
            .card_with("type", "image")
            .card_with("image", ())
            .visits_news()
            .named("opt-out: of an image itself"),
        fetch("http://news.example.com/")
            .page("/", body(&["Content-Type: application/rss+xml"],
                b"<rss><channel><title><![CDATA[Feed]]></title><link>http://10.0.0.1/</link></channel></rss>"))
            .card("Feed")
            .card_with("type", "feed")
            .visits_news()
            .named("second stage: a feed"),
        fetch("http://news.example.com/")
            .page("/", body(&["Content-Type: text/xml"],
                b"<?xml version='1.0'?><feed><title type='html'>Tom &amp;amp; Jerry</title></feed>"))
            .card("Tom & Jerry")
            .card_with("type", "feed")
            .visits_news()
            .named("second stage: a feed that is sent as any XML"),
        fetch("http://news.example.com/report.pdf")
            .page("/report.pdf", body(&["Content-Type: application/pdf"],
                b"%PDF-1.4\n%\xe2\xe3 << /URI (http://10.0.0.1/) >> <x:xmpmeta><dc:title><rdf:Alt><rdf:li>A report</rdf:li>\
                </rdf:Alt></dc:title></x:xmpmeta>"))
            .card("A report")
            .card_with("type", "pdf")
            .visits_news()
            .named("second stage: a PDF"),
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

/// However soon it is known that there is no image, the card comes when an image that never answers is given up.
fn fails_at_one_time(world: &World, worker: &Path) -> Outcome {
    world.record("private.example.org A 10.0.0.1");
    let hosts = ["private.example.org", "missing.example.org", "other.example.net"];
    for (number, host) in hosts.iter().enumerate() {
        let head = format!("<title>Pointing</title><meta property=og:image content=http://{host}/x.png>");
        world.page(NEWS, &format!("/{number}"), html(&head));
    }
    let worker = Worker::start(world, worker, &[]);
    for (number, host) in hosts.iter().enumerate() {
        let answer = worker.preview(&format!("http://news.example.com/{number}")).expect(200);
        ensure(answer.took >= Duration::from_millis(950), || format!("{host}: after {:?}", answer.took))?;
    }
    Ok(())
}
