//! Charsets: the text does not depend on the pieces, nor on what the header calls it, and is bounded by the bytes.
#![no_main]

use libfuzzer_sys::fuzz_target;
use natter::preview::page::charset::Charset;

/// What the header names; the input's first byte chooses.
const LABELS: [Option<&str>; 8] = [
    None,
    Some("utf-8"),
    Some("utf-16le"),
    Some("shift_jis"),
    Some("iso-2022-jp"),
    Some("gb18030"),
    Some("windows-1252"),
    Some("no charset"),
];

fuzz_target!(|bytes: &[u8]| {
    let [label, piece, page @ ..] = bytes else { return };
    let label = LABELS[usize::from(*label) % LABELS.len()];
    let decode = |piece: usize| {
        let (mut charset, mut text) = (Charset::from_header(label), String::new());
        for piece in page.chunks(piece) {
            charset.decode(piece, false, &mut text);
        }
        charset.decode(&[], true, &mut text);
        text
    };
    let whole = decode(page.len().max(1));
    assert!(whole.len() <= page.len() * 3 + 16);
    assert_eq!(decode(usize::from(*piece) + 1), whole);
});
