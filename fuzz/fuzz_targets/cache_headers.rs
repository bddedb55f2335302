//! Cache headers: whatever fields come, in whatever number, there is a lifetime, and validators that can be sent.
#![no_main]

use http::{HeaderMap, HeaderName, HeaderValue, header};
use libfuzzer_sys::fuzz_target;
use natter::{preview::Lifetime, timestamp::Timestamp};
use url::Url;

const NAMES: [HeaderName; 8] = [
    header::CACHE_CONTROL,
    header::EXPIRES,
    header::DATE,
    header::AGE,
    header::ETAG,
    header::LAST_MODIFIED,
    header::VARY,
    header::PRAGMA,
];

fuzz_target!(|bytes: &[u8]| {
    let mut fields = HeaderMap::new();
    for line in bytes.split(|byte| *byte == b'\n').take(64) {
        let Some((name, value)) = line.split_first() else { continue };
        let name = NAMES[usize::from(*name) % NAMES.len()].clone();
        if let Ok(value) = HeaderValue::from_bytes(value) {
            fields.append(name, value);
        }
    }
    let url = Url::parse("https://www.example.com/articles/7").expect("it is one");
    let now = Timestamp::parse("2026-11-25T12:00:00Z").expect("it is one");
    let lifetime = Lifetime::of(&url, &fields, now);
    assert_eq!(lifetime, Lifetime::of(&url, &fields, now));
    if let Some(validators) = &lifetime.validators {
        let mut sent = HeaderMap::new();
        validators.put(&mut sent);
        assert!((1..=2).contains(&sent.len()) && validators.url == url);
        assert_eq!(sent.get(header::IF_NONE_MATCH), fields.get(header::ETAG));
    }
});
