use std::io;

use async_compression::{
    Level,
    tokio::write::{BrotliEncoder, GzipEncoder, ZlibEncoder, ZstdEncoder},
    zstd::CParameter,
};
use futures_util::stream;
use poem::http;
use tokio::io::AsyncWriteExt;

use super::{
    FetchError, preview, settings,
    site::{PAGE, Reply, Site, whole},
};
use crate::{
    preview::{
        fetch::{Answer, Ask, Body, Fetcher, Windows},
        target::UrlPolicy,
    },
    settings::FetchSettings,
};

const CODINGS: [&str; 4] = ["gzip", "deflate", "br", "zstd"];

async fn coded(coding: &str, plain: &[u8]) -> Vec<u8> {
    macro_rules! through {
        ($encoder:expr) => {{
            let mut encoder = $encoder;
            encoder.write_all(plain).await.expect("a Vec takes it");
            encoder.shutdown().await.expect("a Vec takes it");
            encoder.into_inner()
        }};
    }
    match coding {
        "gzip" => through!(GzipEncoder::new(Vec::new())),
        "deflate" => through!(ZlibEncoder::new(Vec::new())),
        "br" => through!(BrotliEncoder::with_quality(Vec::new(), Level::Fastest)),
        "zstd" => through!(ZstdEncoder::new(Vec::new())),
        other => panic!("no such coding: {other}"),
    }
}

fn head(coding: &str) -> String {
    format!("200 OK\r\nContent-Type: text/html\r\nContent-Encoding: {coding}\r\n")
}

/// How many plain bytes of the site's page are handed on, and how many were taken from the network.
async fn bytes_of(settings: &FetchSettings, site: &Site) -> (u64, u64) {
    let target = UrlPolicy::from(settings).judge_text(&site.url("/")).expect("it is allowed");
    let fetcher = Fetcher::new(settings).expect("the system has roots");
    let Ok(Answer::Page(mut page)) = fetcher.page(target, &Ask::default()).await else { panic!("no page") };
    let mut plain = 0;
    while let Some(chunk) = page.body.chunk().await {
        plain += chunk.len() as u64;
    }
    (plain, page.body.bytes_sent())
}

#[tokio::test]
async fn each_coding_is_decoded() {
    for coding in CODINGS {
        let site = Site::answering(&head(coding), coded(coding, PAGE.as_bytes()).await).await;
        assert_eq!(preview(&site).await.expect("a page").title.as_deref(), Some("found"), "{coding}");
    }
    for plain in ["identity", "", "IDENTITY"] {
        let site = Site::answering(&head(plain), PAGE).await;
        assert_eq!(preview(&site).await.expect("a page").title.as_deref(), Some("found"), "{plain}");
    }
}

#[tokio::test]
async fn a_page_in_several_frames_of_zstd_is_one_page() {
    let (begin, end) = PAGE.split_at(PAGE.find("found").expect("a title") + 2);
    let frames = [coded("zstd", begin.as_bytes()).await, coded("zstd", end.as_bytes()).await].concat();
    let site = Site::answering(&head("zstd"), frames).await;
    assert_eq!(preview(&site).await.expect("a page").title.as_deref(), Some("found"));
}

#[tokio::test]
async fn a_bomb_is_read_up_to_the_budget_and_no_further() {
    let mut bomb = PAGE.as_bytes().to_vec();
    bomb.resize(16 << 20, b' ');
    for coding in CODINGS {
        let site = Site::answering(&head(coding), coded(coding, &bomb).await).await;
        let (plain, _) = bytes_of(&settings(&site), &site).await;
        assert!(plain < settings(&site).max_inflated_bytes, "{coding}: the ratio ends it: {plain}");
        assert_eq!(preview(&site).await.expect("a page").title.as_deref(), Some("found"), "{coding}");
    }
}

#[tokio::test]
async fn the_network_is_read_up_to_its_budget_and_no_further() {
    let body = vec![b'x'; 1 << 20];
    let site = Site::answering("200 OK\r\nContent-Type: text/html\r\n", body.clone()).await;
    let mut settings = settings(&site);
    settings.max_compressed_bytes = 100_000;
    let (plain, sent) = bytes_of(&settings, &site).await;
    assert_eq!(plain, 100_000);
    assert!(sent < 1 << 20, "{sent}");

    // Inflating costs budget of both kinds: here the sent bytes run out first.
    let noise: Vec<u8> = (0..1_u32 << 20).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    for coding in CODINGS {
        let site = Site::answering(&head(coding), coded(coding, &noise).await).await;
        settings.ports = vec![site.address.port()];
        settings.max_compressed_bytes = 10_000;
        settings.max_inflated_bytes = u64::MAX;
        let (_, sent) = bytes_of(&settings, &site).await;
        assert!(sent < 800_000, "{coding}: {sent}");
    }
}

#[tokio::test]
async fn several_codings_and_unknown_ones_are_refused() {
    let gzip = coded("gzip", PAGE.as_bytes()).await;
    for coding in [
        "gzip, gzip",
        "br, gzip",
        "identity, gzip",
        "gzip\r\nContent-Encoding: br",
        "gzip\r\nContent-Encoding: identity",
        "compress",
        "aws-chunked",
        "gzip;q=1",
        "\u{fc}",
    ] {
        let site = Site::answering(&head(coding), gzip.clone()).await;
        assert_eq!(preview(&site).await, Err(FetchError::ContentCoding), "{coding}");
    }
}

#[tokio::test]
async fn a_page_that_breaks_off_has_said_what_it_said() {
    // Of zstd there is nothing before a block is whole.
    for coding in ["gzip", "deflate", "br"] {
        let mut body = coded(coding, format!("{PAGE}{}", noise(4000)).as_bytes()).await;
        body.truncate(body.len() - 20);
        let cut = [head(coding), format!("{}Content-Length: 100000\r\n", head(coding))];
        for head in cut {
            let site = Site::answering(&head, body.clone()).await;
            assert_eq!(preview(&site).await.expect("a page").title.as_deref(), Some("found"), "{head}");
        }
    }
    let site = Site::answering("200 OK\r\nContent-Type: text/html\r\nContent-Length: 9999\r\n", PAGE).await;
    assert_eq!(preview(&site).await.expect("a page").title.as_deref(), Some("found"));
    let site = Site::answering(&head("gzip"), "no gzip at all").await;
    assert_eq!(preview(&site).await.expect("a page").title, None);
}

#[tokio::test]
async fn an_error_right_behind_the_bytes_takes_nothing_along() {
    for coding in ["gzip", "deflate", "br"] {
        let mut sent = coded(coding, format!("{PAGE}{}", noise(4000)).as_bytes()).await;
        sent.truncate(sent.len() - 20);
        let stream = stream::iter([Ok(sent), Err(io::Error::from(io::ErrorKind::ConnectionReset))]);
        let response = http::Response::builder()
            .header("content-encoding", coding)
            .body(reqwest::Body::wrap_stream(stream))
            .expect("a response");
        let mut body =
            Body::of(response.into(), 1 << 20, 1 << 20, &Windows::default()).expect("a known coding");
        assert!(body.chunk().await.is_some_and(|chunk| chunk.starts_with(PAGE.as_bytes())), "{coding}");
    }
}

#[tokio::test]
async fn where_there_is_no_room_for_its_window_a_page_ends() {
    let windows = Windows::default();
    let mut others = windows.open();
    while others.grow(others.bytes() + 1) {}
    let page = noise(500_000);
    for (coding, room, whole) in [
        ("gzip", false, true),
        ("br", false, false),
        ("zstd", false, false),
        ("br", true, true),
        ("zstd", true, true),
    ] {
        let response = http::Response::builder()
            .header("content-encoding", coding)
            .body(reqwest::Body::from(coded(coding, page.as_bytes()).await))
            .expect("a response");
        let windows = if room { Windows::default() } else { windows.clone() };
        let mut body = Body::of(response.into(), 1 << 20, 1 << 20, &windows).expect("a known coding");
        let mut read = 0;
        body.read_while(|chunk| {
            read += chunk.len();
            true
        })
        .await;
        assert_eq!(read == page.len(), whole, "{coding}: {read}");
        assert!(whole || (32 * 1024..=64 * 1024).contains(&read), "{coding}: {read}");
    }
}

/// Letters that compress badly.
fn noise(length: u32) -> String {
    (0..length).map(|n| char::from(b'a' + (n.wrapping_mul(2_654_435_761) >> 24) as u8 % 26)).collect()
}

#[tokio::test]
async fn a_zstd_window_beyond_the_webs_limit_is_not_allotted() {
    let mut page = PAGE.as_bytes().to_vec();
    page.resize(1 << 20, b' ');
    for (log, expected) in [(23, Some("found")), (27, None)] {
        let parameters = [CParameter::window_log(log)];
        let mut encoder = ZstdEncoder::with_quality_and_params(Vec::new(), Level::Default, &parameters);
        encoder.write_all(&page).await.expect("a Vec takes it");
        encoder.shutdown().await.expect("a Vec takes it");
        let answer = whole(&head("zstd"), encoder.into_inner());
        let site = Site::start(move |_| Reply::Whole(answer.clone())).await;
        assert_eq!(preview(&site).await.expect("a page").title.as_deref(), expected, "{log}");
    }
}
