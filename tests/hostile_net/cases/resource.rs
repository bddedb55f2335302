//! Sites that want memory, time or bytes.

use std::{path::Path, time::Duration};

use async_compression::{
    Level,
    tokio::bufread::{BrotliEncoder, GzipEncoder, ZstdEncoder},
    zstd::CParameter,
};
use tokio::io::{AsyncRead, AsyncReadExt};

use crate::{
    case::{Case, Outcome, ensure},
    fetch_case::{FetchCase, fetch},
    onslaught,
    reply::{HTML, Reply, body, html, open_page, raw, redirect},
    world::{NEWS, World},
};

/// More than the worker reads of a page, as sent and inflated.
const FAR: usize = 3 << 20;

/// A tag that says nothing.
const META: &str = "<meta name=a content=b>";

/// What the kernel may hold of an answer that nobody reads.
const IN_FLIGHT: usize = 8 << 20;

fn served(make: impl Fn() -> Reply + 'static) -> FetchCase {
    fetch("http://news.example.com/").page_made(NEWS, "/", make).visits_news()
}

/// A page that says nothing before its title, which comes after so many bytes.
fn late_title(bytes: usize) -> String {
    format!("<html><head><!--{}--><title>Late</title></head>", " ".repeat(bytes))
}

/// The same with text that compresses to less than a tenth, but to more than a hundredth.
fn wordy(bytes: usize) -> String {
    let words: String =
        (0..bytes / 40).map(|number| format!("{number:08} the quick brown fox jumps over ")).collect();
    format!("<html><head><!--{words}--><title>Late</title></head>")
}

pub fn cases() -> Vec<Case> {
    let onslaught = [Case::story("resource: two hundred hostile fetches at once", onslaught)];
    bombs().into_iter().chain(endless()).chain(slow()).chain(headers()).chain(onslaught).collect()
}

/// The bench `preview` holds the release build against its targets; here it is a debug build on a busy machine.
fn onslaught(world: &World, worker: &Path) -> Outcome {
    let figures = onslaught::run(world, worker, onslaught::kinds());
    ensure(figures.megabytes_over_idle() < 64.0, || format!("{figures:?}"))?;
    ensure(figures.longest < onslaught::DEADLINE + Duration::from_secs(4), || format!("{figures:?}"))
}

fn bombs() -> [Case; 14] {
    let coded = |coding: &'static str, encode: fn(&[u8]) -> Vec<u8>| {
        served(move || {
            body(&[HTML, &format!("Content-Encoding: {coding}")], &encode(late_title(FAR).as_bytes()))
        })
    };
    let low = |coding: &'static str, encode: fn(&[u8]) -> Vec<u8>| {
        served(move || {
            body(&[HTML, &format!("Content-Encoding: {coding}")], &encode(late_title(FAR / 3).as_bytes()))
        })
    };
    let small = |coding: &'static str, encode: fn(&[u8]) -> Vec<u8>| {
        served(move || {
            body(&[HTML, &format!("Content-Encoding: {coding}")], &encode(late_title(9).as_bytes()))
        })
    };
    [
        coded("gzip", gzip).card_with("title", ()).named("resource: gzip bomb"),
        coded("br", brotli).card_with("title", ()).named("resource: brotli bomb"),
        coded("zstd", zstd).card_with("title", ()).named("resource: zstd bomb"),
        low("gzip", gzip).card_with("title", ()).named("resource: gzip bomb below the budget of plain bytes"),
        low("br", brotli)
            .card_with("title", ())
            .named("resource: brotli bomb below the budget of plain bytes"),
        low("zstd", zstd).card_with("title", ()).named("resource: zstd bomb below the budget of plain bytes"),
        served(|| body(&[HTML, "Content-Encoding: gzip"], &gzip(wordy(FAR).as_bytes())))
            .card_with("title", ())
            .named("resource: much text that compresses as text does"),
        small("gzip", gzip).card("Late").named("resource: honest gzip"),
        small("br", brotli).card("Late").named("resource: honest brotli"),
        small("zstd", zstd).card("Late").named("resource: honest zstd"),
        small("zstd", zstd_of_large_window)
            .card_with("title", ())
            .named("resource: zstd with a large window"),
        small("gzip, gzip", |page| gzip(&gzip(page)))
            .refused("fetch.content-coding")
            .named("resource: chained codings"),
        small("compress", gzip).refused("fetch.content-coding").named("resource: unknown coding"),
        small("gzip", |_| b"no gzip at all".to_vec()).card_with("title", ()).named("resource: broken gzip"),
    ]
}

fn endless() -> [Case; 8] {
    let cut = |reply: fn() -> Reply| served(reply).card("Early").sent_at_most(FAR + IN_FLIGHT);
    [
        served(|| open_page(&late_title(FAR)))
            .card_with("title", ())
            .sent_at_most(FAR + IN_FLIGHT)
            .named("resource: a title after the budget of plain bytes"),
        served(|| open_page(&late_title(FAR / 2)))
            .card_with("title", ())
            .sent_at_most(FAR + IN_FLIGHT)
            .named("resource: a title after the budget of sent bytes"),
        cut(|| open_page("<title>Early</title>").repeat("<meta name=a content=b>"))
            .named("resource: endless meta elements"),
        served(|| {
            html(&format!("<title>Early</title>{}<meta property=og:title content=Late>", META.repeat(4200)))
        })
        .card("Early")
        .named("resource: a title after the budget of tags"),
        served(|| {
            html(&format!("<title>Early</title>{}<meta property=og:title content=Late>", META.repeat(4000)))
        })
        .card("Late")
        .named("resource: a title within the budget of tags"),
        cut(|| open_page("<title>Early</title>").repeat("<div><b>")).named("resource: endless nesting"),
        cut(|| open_page("<title>Early</title><meta content='").repeat("aaaaaaaaaaaaaaaa"))
            .named("resource: endless attribute"),
        served(|| open_page("<title>").repeat("aaaaaaaaaaaaaaaa"))
            .card_with("description", ())
            .sent_at_most(FAR + IN_FLIGHT)
            .named("resource: endless title"),
    ]
}

fn slow() -> [Case; 5] {
    let late = |reply: fn() -> Reply| {
        served(reply).setting("deadline_seconds", "1").refused("fetch.deadline").within(6)
    };
    [
        late(|| raw("").hold().send(WHOLE)).named("resource: no header for long"),
        late(|| raw("HTTP/1.1 200 OK\r\nContent-Ty").hold().send("pe: text/html\r\n\r\n<title>Slow</title>"))
            .named("resource: slow header"),
        late(|| open_page("<title>Slow").hold().send("</title>")).named("resource: slow body"),
        served(|| {
            open_page("<head><title>Quick</title><meta property=og:title content=Quick></head>").hold()
        })
        .card("Quick")
        .within(6)
        .named("resource: what is complete is not waited for"),
        (0..5)
            .fold(fetch("http://news.example.com/0"), |case, hop| {
                case.page(&format!("/{hop}"), redirect(302, &format!("/{}", hop + 1)).late())
            })
            .page("/5", html("<title>Slow</title>"))
            .setting("deadline_seconds", "1")
            .refused("fetch.deadline")
            .visits_news()
            .within(6)
            .named("resource: the deadline is over all hops"),
    ]
}

/// A whole answer.
const WHOLE: &str = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<title>Slow</title>";

fn headers() -> [Case; 4] {
    let field = format!("X-Long: {}", "x".repeat(2000));
    let many = |count: usize, field: &str| {
        let fields = vec![field.to_owned(); count];
        served(move || {
            let fields: Vec<_> = fields.iter().map(String::as_str).chain([HTML]).collect();
            body(&fields, b"<title>Headed</title>")
        })
    };
    [
        many(20, &field).refused("fetch.header-too-large").named("resource: large header"),
        many(120, "X: y").refused("fetch.exchange").named("resource: many header fields"),
        served(|| raw("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n").repeat("X: y\r\n"))
            .refused("fetch.exchange")
            .sent_at_most(IN_FLIGHT)
            .named("resource: endless headers"),
        served(|| html(&format!("<title>{}</title>", "&#x202e;&#7;a".repeat(900))))
            .card_with("title", "a".repeat(199) + "…")
            .named("resource: control and bidirectional characters"),
    ]
}

/// Compressed.
pub fn gzip(page: &[u8]) -> Vec<u8> {
    encoded(GzipEncoder::new(page))
}

/// Compressed.
pub fn brotli(page: &[u8]) -> Vec<u8> {
    encoded(BrotliEncoder::with_quality(page, Level::Fastest))
}

/// Compressed.
pub fn zstd(page: &[u8]) -> Vec<u8> {
    encoded(ZstdEncoder::new(page))
}

/// 32 MiB: more than the web's 8 (RFC 9659), and less than the worker may have here.
fn zstd_of_large_window(page: &[u8]) -> Vec<u8> {
    encoded(ZstdEncoder::with_quality_and_params(page, Level::Fastest, &[CParameter::window_log(25)]))
}

fn encoded(mut encoder: impl AsyncRead + Unpin) -> Vec<u8> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let mut bytes = Vec::new();
    runtime.block_on(encoder.read_to_end(&mut bytes)).expect("memory does not fail");
    bytes
}
