//! Images of strangers: whatever the bytes, a thumbnail is an image of ours that fits.
#![no_main]

use libfuzzer_sys::fuzz_target;
use natter::preview::{image::thumbnail, page::dimensions};

/// An image of so many pixels takes a megabyte.
const MAX_PIXELS: u64 = 1 << 18;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(thumbnail) = thumbnail(bytes, 32, MAX_PIXELS) {
        let (width, height) = dimensions(&thumbnail.bytes).expect("it is an image");
        assert!(width <= 32 && height <= 32, "{width} {height}");
        assert!(["image/jpeg", "image/png"].contains(&thumbnail.media_type));
    }
});
