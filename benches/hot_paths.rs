//! What every request, and every linked page, goes through: `cargo bench --bench hot_paths`.

use std::{fmt::Write as _, hint::black_box, time::Duration};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use natter::{
    id::CapabilityId,
    json_body,
    key_ring::KeyRing,
    link,
    permission::Permissions,
    preview::{page, target::UrlPolicy},
    random::Random,
    settings::{self, PreviewSettings},
    text::MessageText,
    timestamp::Timestamp,
    token::{CapabilityToken, Claims, SessionToken, Target},
};
use url::Url;

/// A page of about 100 kB, like the median of real ones: a head with Open Graph in it, then a long body.
fn real_sized_page() -> String {
    let mut page = String::from("<!doctype html><html><head><meta charset=utf-8><title>A page</title>");
    for script in 0..40 {
        let _ = write!(page, "<link rel=preload as=script href=/static/{script}.js>");
    }
    page += r#"<meta property="og:title" content="News &amp; views"><meta property="og:description" content="What happened today, in short."><meta property="og:image" content="/cover.jpg"></head><body>"#;
    while page.len() < 100_000 {
        page += "<p class=text>Lorem ipsum <a href=/more>dolor</a> sit amet, consectetur adipisci elit.</p>";
    }
    page
}

fn tokens(criterion: &mut Criterion) {
    let random = Random::seeded(1);
    let ring = KeyRing::generate(&random, Timestamp::default());
    let session = SessionToken::generate(&ring, &random).expose().to_string();
    criterion.bench_function("session token: parse", |bench| {
        bench.iter(|| SessionToken::parse(black_box(&session), &ring));
    });
    let claims = Claims {
        root: CapabilityId::new(Timestamp::default(), &random),
        target: Target::Messages,
        permissions: Permissions::READ_WRITE,
        expires: Timestamp::default() + Duration::from_secs(600),
    };
    let capability = claims.mint(&ring).expose().to_string();
    criterion
        .bench_function("capability: mint", |bench| bench.iter(|| black_box(&claims).mint(&ring).expose()));
    criterion.bench_function("capability: parse", |bench| {
        bench.iter(|| CapabilityToken::parse(black_box(&capability), &ring));
    });
}

fn messages(criterion: &mut Criterion) {
    let text = format!("Read https://www.example.org/news and tell me. {}", "Word ".repeat(150));
    criterion.bench_function("message: find links", |bench| bench.iter(|| link::links(black_box(&text))));
    let body = serde_json::to_vec(&text).expect("text is JSON");
    criterion.bench_function("message: read strict JSON", |bench| {
        bench.iter(|| json_body::read::<MessageText>(black_box(&body)));
    });
}

fn previews(criterion: &mut Criterion) {
    let settings = settings::load::<PreviewSettings>(None, []).expect("the defaults").settings;
    let policy = UrlPolicy::from(&settings.fetch);
    let url = Url::parse("https://www.example.org/news").expect("a URL");
    criterion.bench_function("preview: judge a URL", |bench| {
        bench.iter(|| policy.judge_text(black_box("https://[2606:4700:4700::1111]/news?a=b")));
    });
    let page = real_sized_page();
    let mut group = criterion.benchmark_group("preview: card of a page");
    group.throughput(Throughput::Bytes(page.len() as u64));
    group.bench_function("100 kB", |bench| {
        bench.iter(|| page::extract(&policy, &url, None, black_box(page.as_bytes())));
    });
    group.finish();
}

criterion_group!(hot_paths, tokens, messages, previews);
criterion_main!(hot_paths);
