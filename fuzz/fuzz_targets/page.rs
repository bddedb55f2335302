//! Pages and PDFs: whatever the bytes, in whatever pieces, the card is the same, and fit to be shown.
#![no_main]

use libfuzzer_sys::fuzz_target;
use natter::preview::{
    Card,
    address::Policy,
    page::{PdfReader, Reader, assemble, assemble_texts, extract},
    target::UrlPolicy,
};
use url::Url;

fuzz_target!(|bytes: &[u8]| {
    let policy = UrlPolicy::new(Policy::default(), vec![80, 443], &[]);
    let url = Url::parse("https://www.example.com/articles/7").expect("it is one");
    let Some((first, page)) = bytes.split_first() else { return };
    let whole = extract(&policy, &url, None, page);
    check(&policy, &whole);
    let mut reader = Reader::new(None);
    for piece in page.chunks(usize::from(*first) + 1) {
        if !reader.read(piece) {
            break;
        }
    }
    assert_eq!(assemble(&policy, &url, &reader.finish()), whole);
    let [mut whole, mut pieces] = [PdfReader::default(), PdfReader::default()];
    whole.read(page);
    let _ = page.chunks(usize::from(*first) + 1).all(|piece| pieces.read(piece));
    let [whole, pieces] = [whole, pieces].map(|reader| assemble_texts(&url, &reader.finish(), "pdf"));
    assert_eq!(whole, pieces);
    check(&policy, &whole);
});

fn check(policy: &UrlPolicy, card: &Card) {
    for text in [&card.title, &card.description, &card.site_name, &card.kind, &card.image_alt].into_iter().flatten() {
        assert!(!text.is_empty() && text.len() <= 8 * 500 && !text.contains(char::is_control), "{text:?}");
        assert!(!text.contains(|c| matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')), "{text:?}");
    }
    for url in [&card.image, &card.icon, &card.canonical].into_iter().flatten() {
        assert!(policy.judge_text(url).is_ok_and(|target| target.url().as_str() == url), "{url}");
    }
    assert!(card.image.is_some() || card.image_width.is_none() && card.image_alt.is_none());
}
