//! Images of strangers, through the worker: only for whoever has a signed URL, and by the same door as pages.

use std::{collections::BTreeMap, io::Cursor, path::Path, thread, time::Duration};

use image::{
    DynamicImage, ExtendedColorType, ImageEncoder, ImageFormat, Rgb, RgbImage, codecs::jpeg::JpegEncoder,
};
use natter::preview::image::ImageLink;
use ring::signature::{Ed25519KeyPair, KeyPair};

use crate::{
    case::{Case, Outcome, ensure},
    reply::{HTML, Reply, Step, body, redirect},
    wire::Answer,
    worker::{ImageWorker, KEY},
    world::{NEWS, OTHER, World},
};

/// The worker's deadline, and how late a failure may show on a busy machine.
const DEADLINE: (&str, &str) = ("FETCH__DEADLINE_SECONDS", "2");
const SHOWN_FROM: Duration = Duration::from_secs(2);
const SHOWN_UNTIL: Duration = Duration::from_secs(6);

/// Later than any test runs: the year 2100.
const FAR: u64 = 4_102_444_800;

const PICTURE: &str = "http://news.example.com/picture.png";
const PNG: &str = "Content-Type: image/png";
const JPEG: &str = "Content-Type: image/jpeg";

pub fn cases() -> Vec<Case> {
    vec![
        Case::story("image: a thumbnail, made here, and once for all who ask", thumbnail),
        Case::story("image: nothing without a good signature", unsigned),
        Case::story("image: what cannot be shown looks like every failure", failures_look_the_same),
        Case::story("image: what the URL alone shows is refused though it is signed", refused_at_once),
        Case::story("image: cards and images have listeners of their own", apart),
        Case::story("image: a redirect is walked by the same door", redirected),
        Case::story("image: a key that is taken away opens nothing any more", key_taken_away),
    ]
}

fn photo(side: u32) -> DynamicImage {
    let pixel = |x: u32, y: u32| {
        // Noise, so that it is large.
        let noise =
            (x.wrapping_mul(2_654_435_761) ^ y.wrapping_mul(40_503)).wrapping_mul(2_246_822_519) >> 24;
        Rgb([noise as u8, x as u8, y as u8])
    };
    DynamicImage::ImageRgb8(RgbImage::from_fn(side, side, pixel))
}

fn png(image: &DynamicImage) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image.write_to(&mut bytes, ImageFormat::Png).expect("it is written");
    bytes.into_inner()
}

fn jpeg(side: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    let pixels = photo(side).into_rgb8();
    let encoder = JpegEncoder::new_with_quality(&mut bytes, 95);
    encoder.write_image(&pixels, side, side, ExtendedColorType::Rgb8).expect("it is written");
    bytes
}

/// A PNG that claims to have so many pixels.
fn claiming(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = png(&photo(4));
    bytes[16..20].copy_from_slice(&width.to_be_bytes());
    bytes[20..24].copy_from_slice(&height.to_be_bytes());
    let crc = !bytes[12..29].iter().fold(!0_u32, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0xEDB8_8320 & (crc & 1).wrapping_neg()))
    });
    bytes[29..33].copy_from_slice(&crc.to_be_bytes());
    bytes
}

/// An answer that ends before its length.
fn cut(fields: &[&str], bytes: &[u8]) -> Reply {
    let Reply(mut steps) = body(fields, bytes);
    if let Some(Step::Send(sent)) = steps.last_mut() {
        sent.truncate(sent.len() - bytes.len() / 2);
    }
    Reply(steps)
}

fn link(url: &str) -> ImageLink {
    ImageLink { url: url.to_owned(), size: 64, expires: FAR }
}

fn pair(seed: u8) -> Ed25519KeyPair {
    Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).expect("any 32 bytes are a seed")
}

/// The path of a link, signed by this key under this number.
fn path_by(link: &ImageLink, seed: u8, key: u32) -> String {
    let signature = pair(seed).sign(&link.message(key));
    let url = link.signed(&"http://x/image".parse().expect("a URL"), key, signature.as_ref());
    format!("/image?{}", url.query().expect("it has a query"))
}

fn path(link: &ImageLink) -> String {
    path_by(link, KEY.1, KEY.0)
}

fn start(world: &World, worker: &Path, settings: &[(&str, &str)]) -> ImageWorker {
    ImageWorker::start(world, worker, pair(KEY.1).public_key().as_ref(), settings)
}

fn likeness(answer: &Answer) -> (u16, BTreeMap<String, String>, String) {
    let mut fields = answer.fields.clone();
    for name in ["date", "x-request-id"] {
        fields.remove(name);
    }
    let mut problem = answer.json();
    problem.as_object_mut().expect("a problem").remove("request_id");
    (answer.status, fields, problem.to_string())
}

fn dialled_only(world: &World, worker: &ImageWorker, expected: &[&str]) -> Outcome {
    let seen: Vec<_> =
        world.dialled().into_iter().filter(|address| !worker.addresses().contains(&&**address)).collect();
    ensure(seen == expected, || format!("dialled: {seen:?} instead of {expected:?}"))
}

fn thumbnail(world: &World, worker: &Path) -> Outcome {
    world.page(NEWS, "/picture.png", body(&[PNG, "Cache-Control: max-age=600"], &png(&photo(200))));
    let worker = start(world, worker, &[]);
    for _ in 0..3 {
        let answer = worker.image(&path(&link(PICTURE)));
        ensure(answer.status == 200, || format!("{answer:?}"))?;
        for (name, value) in [
            ("content-type", "image/jpeg"),
            ("x-content-type-options", "nosniff"),
            ("cross-origin-resource-policy", "cross-origin"),
            ("content-security-policy", "default-src 'none'; frame-ancestors 'none'; sandbox"),
            ("referrer-policy", "no-referrer"),
        ] {
            let found = answer.fields.get(name);
            ensure(found.is_some_and(|found| found == value), || format!("{name}: {found:?}"))?;
        }
        let lifetime = &answer.fields["cache-control"];
        ensure(lifetime.starts_with("private, max-age="), || lifetime.clone())?;
        ensure(answer.length < 10_000, || format!("{} bytes", answer.length))?;
    }
    let requests = world.requests();
    ensure(requests.len() == 1, || format!("{requests:?}"))?;
    let sent = requests.concat().to_lowercase();
    ensure(!sent.contains("referer") && !sent.contains("cookie"), || sent.clone())?;
    dialled_only(world, &worker, &["93.184.216.34:80"])
}

fn unsigned(world: &World, worker: &Path) -> Outcome {
    for path in ["/picture.png", "/another.png"] {
        world.page(NEWS, path, body(&[PNG], &png(&photo(100))));
    }
    let worker = start(world, worker, &[]);
    let (good, expired) = (link(PICTURE), ImageLink { expires: 1_700_000_000, ..link(PICTURE) });
    let other = path(&good).replace("picture", "another");
    let wrong = [
        path(&expired),
        other,
        path(&good).replace("size=64", "size=65"),
        path(&good).replace(&FAR.to_string(), &(FAR + 1).to_string()),
        path_by(&good, KEY.1 + 1, KEY.0),
        path_by(&good, KEY.1, KEY.0 + 1),
        path(&good).replace("signature=", "signature=A"),
        format!("{}signature=", path(&good).split("signature=").next().expect("a path")),
    ];
    let answers = wrong.each_ref().map(|path| worker.image(path));
    for (answer, path) in answers.iter().zip(&wrong) {
        ensure(answer.status == 400, || format!("{path}: status: {}", answer.status))?;
    }
    let first = likeness(&answers[0]);
    for (answer, path) in answers.iter().zip(&wrong) {
        let same = likeness(answer);
        ensure(same == first, || format!("{path}: {same:?} instead of {first:?}"))?;
    }
    for path in ["/image", &format!("/image?url={PICTURE}"), &format!("{0}&url={PICTURE}", path(&good))] {
        let answer = worker.image(path);
        ensure(answer.status == 400, || format!("{path}: {answer:?}"))?;
    }
    ensure(world.asked().is_empty(), || "a name was asked for".to_owned())?;
    dialled_only(world, &worker, &[])
}

fn failures_look_the_same(world: &World, worker: &Path) -> Outcome {
    world.record("evil.example.org A 169.254.169.254");
    let (large, noisy) = (jpeg(300), png(&photo(40)));
    let svg = "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'><script>1</script></svg>";
    let pages: [(&str, Reply); 14] = [
        ("/bomb", body(&[PNG], &claiming(30_000, 30_000))),
        ("/endless-claim", body(&[PNG], &claiming(0x7fff_ffff, 0x7fff_ffff))),
        ("/pixels", body(&[PNG], &png(&DynamicImage::new_rgb8(600, 600)))),
        ("/bytes", body(&[JPEG], &large)),
        ("/truncated", body(&[PNG], &noisy[..noisy.len() / 2])),
        ("/cut", cut(&[JPEG], &jpeg(64))),
        ("/drawing", body(&["Content-Type: image/svg+xml"], svg.as_bytes())),
        ("/drawing-as-png", body(&[PNG], svg.as_bytes())),
        ("/html", body(&[HTML], b"<title>An image</title>")),
        ("/html-as-png", body(&[PNG], b"<!doctype html><script>1</script>")),
        ("/png-as-html", body(&[HTML], &noisy)),
        ("/gzip-bomb", body(&[PNG, "Content-Encoding: gzip, gzip"], &noisy)),
        ("/not-to-be-shown", body(&[PNG, "X-Robots-Tag: noimageindex"], &noisy)),
        ("/inside", redirect(302, "http://10.0.0.1/picture.png")),
    ];
    let mut urls: Vec<_> =
        ["http://evil.example.org/x.png", "http://news.example.com/missing"].map(str::to_owned).into();
    for (path, reply) in pages {
        world.page(NEWS, path, reply);
        urls.push(format!("http://news.example.com{path}"));
    }
    let worker =
        start(world, worker, &[DEADLINE, ("IMAGE__MAX_PIXELS", "250000"), ("IMAGE__MAX_BYTES", "30000")]);
    assert!(large.len() > 30_000);
    let answers: Vec<Answer> = thread::scope(|scope| {
        let worker = &worker;
        let asked: Vec<_> =
            urls.iter().map(|url| scope.spawn(move || worker.image(&path(&link(url))))).collect();
        asked.into_iter().map(|answer| answer.join().expect("an answer")).collect()
    });
    for (answer, url) in answers.iter().zip(&urls) {
        ensure(answer.status == 502, || format!("{url}: status: {}", answer.status))?;
        ensure((SHOWN_FROM..SHOWN_UNTIL).contains(&answer.took), || format!("{url}: {:?}", answer.took))?;
        let (same, first) = (likeness(answer), likeness(&answers[0]));
        ensure(same == first, || format!("{url}: {same:?} instead of {first:?}"))?;
    }
    // The worker is as well as before.
    world.page(NEWS, "/picture.png", body(&[PNG], &noisy));
    let answer = worker.image(&path(&link(PICTURE)));
    ensure(answer.status == 200, || format!("{answer:?}"))?;
    dialled_only(world, &worker, &["93.184.216.34:80"])
}

fn refused_at_once(world: &World, worker: &Path) -> Outcome {
    let worker = start(world, worker, &[("FETCH__DEADLINE_SECONDS", "20")]);
    for url in [
        "http://127.0.0.1/x.png",
        "http://[::ffff:169.254.169.254]/x.png",
        "http://metadata.google.internal/x.png",
        "http://user@news.example.com/x.png",
        "http://news.example.com:6379/x.png",
        "file:///etc/passwd",
        "data:image/png;base64,AAAA",
    ] {
        let answer = worker.image(&path(&link(url)));
        let is_refused = answer.status == 400 && answer.took < Duration::from_secs(10);
        ensure(is_refused, || format!("{url}: {answer:?}"))?;
    }
    dialled_only(world, &worker, &[])
}

fn apart(world: &World, worker: &Path) -> Outcome {
    let worker = start(world, worker, &[]);
    let card = worker.image("/preview?url=http://news.example.com/");
    ensure(card.status == 404, || format!("{card:?}"))?;
    let image = worker.worker().get(&path(&link(PICTURE)), worker.worker().address(), &[]);
    ensure(image.status == 404, || format!("{image:?}"))?;
    dialled_only(world, &worker, &[])
}

fn redirected(world: &World, worker: &Path) -> Outcome {
    world.page(NEWS, "/picture.png", redirect(302, "http://other.example.net/real.png"));
    world.page(OTHER, "/real.png", body(&[PNG], &png(&photo(100))));
    let worker = start(world, worker, &[]);
    let answer = worker.image(&path(&link(PICTURE)));
    ensure(answer.status == 200, || format!("{answer:?}"))?;
    dialled_only(world, &worker, &["93.184.216.34:80", "93.184.216.35:80"])
}

fn key_taken_away(world: &World, worker: &Path) -> Outcome {
    world.page(NEWS, "/picture.png", body(&[PNG, "Cache-Control: max-age=600"], &png(&photo(100))));
    let worker = start(world, worker, &[]);
    let (old, new) = (path(&link(PICTURE)), path_by(&link(PICTURE), 99, 2));
    let answers = [&old, &new].map(|path| worker.image(path).status);
    ensure(answers == [200, 400], || format!("{answers:?}"))?;
    worker.write_keys(&[(2, pair(99).public_key().as_ref())]);
    // The case ends by itself if this does not.
    while worker.image(&old).status == 200 {}
    let answers = [&old, &new].map(|path| worker.image(path).status);
    ensure(answers == [400, 200], || format!("{answers:?}"))
}
