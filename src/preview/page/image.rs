//! The size of an image, from its first bytes or as somebody says it.

use serde_json::Value;

/// The largest width or height that is believed, in pixels.
const MAX_SIDE: u32 = 65_535;

/// This number as a width or height in pixels, if it can be one.
pub fn believed(pixels: impl TryInto<u32>) -> Option<u32> {
    pixels.try_into().ok().filter(|pixels| (1..=MAX_SIDE).contains(pixels))
}

/// A width or height in a text such as `1200` or `1200px`.
pub fn pixels(text: &str) -> Option<u32> {
    let text = text.trim();
    believed(text.strip_suffix("px").unwrap_or(text).trim_end().parse::<u32>().ok()?)
}

/// A width or height that JSON says, as a number or a text.
pub fn pixels_of_json(value: &Value) -> Option<u32> {
    value.as_u64().map_or_else(|| pixels(value.as_str()?), believed)
}

/// Width and height in pixels of the image that begins with `bytes`, if they say so. Nothing is decoded.
pub fn dimensions(bytes: &[u8]) -> Option<(u32, u32)> {
    let size = imagesize::blob_size(bytes).ok()?;
    Some((believed(size.width)?, believed(size.height)?))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use serde_json::json;

    use super::{dimensions, pixels, pixels_of_json};

    /// The head of a PNG of this size.
    fn png(width: u32, height: u32) -> Vec<u8> {
        let (width, height) = (width.to_be_bytes(), height.to_be_bytes());
        [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".as_slice(), &width, &height, b"\x08\x06\0\0\0"].concat()
    }

    #[test]
    fn the_first_bytes_say_the_size() {
        assert_eq!(dimensions(&png(1200, 630)), Some((1200, 630)));
        let gif = [b"GIF89a".as_slice(), &320u16.to_le_bytes(), &200u16.to_le_bytes(), b"\0\0\0"].concat();
        assert_eq!(dimensions(&gif), Some((320, 200)));
        for nothing in [&png(0, 5), &png(70_000, 5), &png(5, 5)[..12].to_vec(), &b"<svg/>".to_vec(), &vec![]]
        {
            assert_eq!(dimensions(nothing), None, "{nothing:?}");
        }
    }

    #[test]
    fn a_side_is_a_number_that_can_be_one_however_it_is_written() {
        for (text, expected) in [
            ("1200", Some(1200)),
            (" 1200 px ", Some(1200)),
            ("0", None),
            ("65536", None),
            ("1e3", None),
            ("", None),
        ] {
            assert_eq!(pixels(text), expected, "{text}");
            assert_eq!(pixels_of_json(&json!(text)), expected, "{text}");
        }
        assert_eq!(
            [json!(7), json!(0), json!(-1), json!([7])].map(|value| pixels_of_json(&value)),
            [Some(7), None, None, None]
        );
    }

    proptest! {
        #[test]
        fn no_bytes_panic(
            kind in prop::sample::select(vec!["\u{89}PNG", "GIF89a", "RIFF1234WEBPVP8X", "BM", "", "\0\0\0\u{18}ftypavif"]),
            rest in prop::collection::vec(any::<u8>(), 0..300),
        ) {
            let bytes: Vec<u8> = kind.chars().map(|c| c as u8).chain(rest).collect();
            if let Some((width, height)) = dimensions(&bytes) {
                prop_assert!(width > 0 && height > 0);
            }
        }
    }
}
