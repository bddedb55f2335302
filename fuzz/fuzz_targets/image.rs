//! Image headers: whatever the bytes, a size is one that could be.
#![no_main]

use libfuzzer_sys::fuzz_target;
use natter::preview::page::dimensions;

fuzz_target!(|bytes: &[u8]| {
    if let Some((width, height)) = dimensions(bytes) {
        assert!((1..=65_535).contains(&width) && (1..=65_535).contains(&height));
    }
});
