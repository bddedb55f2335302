//! oEmbed: whatever an endpoint answers, what is filled in is fit to be shown, and what was there stays.
#![no_main]

use libfuzzer_sys::fuzz_target;
use natter::preview::{Card, address::Policy, page::oembed::complete, target::UrlPolicy};
use url::Url;

fuzz_target!(|answer: &[u8]| {
    let policy = UrlPolicy::new(Policy::default(), vec![80, 443], &[]);
    let url = Url::parse("https://media.example.com/oembed").expect("it is one");
    let mut empty = Card::default();
    complete(&policy, &url, answer, &mut empty);
    for text in [&empty.title, &empty.site_name].into_iter().flatten() {
        assert!(!text.is_empty() && text.len() <= 8 * 200 && !text.contains(char::is_control), "{text:?}");
    }
    assert!(empty.image.as_ref().is_none_or(|image| policy.judge_text(image).is_ok()));
    assert!(empty.image.is_some() || empty.image_width.is_none() && empty.image_height.is_none());

    let full = Card {
        title: Some("own".into()),
        site_name: Some("own".into()),
        image: Some("https://own.example.com/".into()),
        ..Card::default()
    };
    let mut kept = full.clone();
    complete(&policy, &url, answer, &mut kept);
    assert_eq!(kept, full);
});
