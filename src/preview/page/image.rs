//! The size of an image, from its first bytes.

/// The largest width or height that is believed, in pixels.
pub const MAX_PIXELS: u32 = 65_535;

/// Width and height in pixels of the image that begins with `bytes`, if they say so. Nothing is decoded.
pub fn dimensions(bytes: &[u8]) -> Option<(u32, u32)> {
    let size = imagesize::blob_size(bytes).ok()?;
    let pixels = |value: usize| u32::try_from(value).ok().filter(|pixels| (1..=MAX_PIXELS).contains(pixels));
    Some((pixels(size.width)?, pixels(size.height)?))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::dimensions;

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
