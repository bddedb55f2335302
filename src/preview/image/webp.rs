//! What a WebP takes beside the pixels of its canvas, for its decoder heeds no limit.

use memchr::memmem::find_iter;

/// The most bytes of memory for a byte of a lossless picture: a table of a Huffman code has 4 KiB, and a file describes
/// it in ten bytes, up to 65 536 times five of them.
const A_LOSSLESS_BYTE: u64 = 512;

/// The most bytes of memory that decoding `bytes` takes beside that for the pixels of its canvas, of which `max_pixels` are
/// allowed; nothing if there is more than the canvas in it, or less than it says.
///
/// Chunks are looked for wherever they may stand: that finds all that a decoder finds, and hardly ever another.
pub(super) fn beside_pixels(bytes: &[u8], max_pixels: u64) -> Option<u64> {
    // A picture has a size of its own, and its memory before anybody compares the size with the canvas.
    let is_small = |head: &[u8]| match head {
        [_, _, _, 0x9d, 0x01, 0x2a, w0, w1, h0, h1, ..] => {
            let side = |low, high| u64::from(u16::from_le_bytes([low, high]) & 0x3fff);
            side(*w0, *w1) * side(*h0, *h1) <= max_pixels
        }
        // The decoder says what is wrong with it.
        _ => true,
    };
    // The memory for what a camera wrote is asked for before the first byte of it is read.
    let is_here = |exif: &Chunk<'_>| exif.length as usize <= exif.rest.len();
    if !chunks(bytes, b"VP8 ").all(|picture| is_small(picture.rest))
        || !chunks(bytes, b"EXIF").all(|exif| is_here(&exif))
    {
        return None;
    }
    let is_lossless = [b"VP8L", b"ALPH"].iter().any(|name| chunks(bytes, name).next().is_some());
    Some(if is_lossless { bytes.len() as u64 * A_LOSSLESS_BYTE } else { 0 })
}

/// What may be a chunk: how long it says to be, and all that follows.
struct Chunk<'a> {
    length: u32,
    rest: &'a [u8],
}

fn chunks<'a>(bytes: &'a [u8], name: &'a [u8; 4]) -> impl Iterator<Item = Chunk<'a>> {
    find_iter(bytes, name).filter_map(move |at| {
        let (length, rest) = bytes.get(at + name.len()..)?.split_first_chunk()?;
        Some(Chunk { length: u32::from_le_bytes(*length), rest })
    })
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use image::{DynamicImage, ImageFormat, RgbImage};

    use crate::preview::image::{NoThumbnail, Thumbnail, thumbnail};

    const MAX: u64 = 1_000_000;

    fn made(bytes: &[u8]) -> Result<Thumbnail, NoThumbnail> {
        thumbnail(bytes, 9, MAX)
    }

    /// A lossless picture that hardly gets smaller.
    fn noise(side: u32) -> Vec<u8> {
        let mut state = 1_u32;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        };
        let mut bytes = Cursor::new(Vec::new());
        let noise = RgbImage::from_fn(side, side, |_, _| [next(), next(), next()].into());
        DynamicImage::ImageRgb8(noise).write_to(&mut bytes, ImageFormat::WebP).expect("it is written");
        bytes.into_inner()
    }

    fn chunk(name: &[u8; 4], length: usize, content: &[u8]) -> Vec<u8> {
        let length = u32::try_from(length).expect("it is short");
        [name.as_slice(), &length.to_le_bytes(), content].concat()
    }

    /// A canvas of so many pixels a side, and these chunks.
    fn extended(side: u8, chunks: &[Vec<u8>]) -> Vec<u8> {
        let canvas = chunk(b"VP8X", 10, &[0, 0, 0, 0, side - 1, 0, 0, side - 1, 0, 0]);
        let chunks = [b"WEBP".to_vec(), canvas, chunks.concat()].concat();
        chunk(b"RIFF", chunks.len(), &chunks)
    }

    /// The head of a picture that is not lossless, of so many pixels a side.
    fn picture(side: u16) -> Vec<u8> {
        let [low, high] = side.to_le_bytes();
        chunk(b"VP8 ", 10, &[0x10, 0, 0, 0x9d, 1, 0x2a, low, high, low, high])
    }

    #[test]
    fn a_lossless_picture_is_small_enough_for_its_tables() {
        let (small, large) = (noise(50), noise(100));
        assert!(small.len() < 10_000 && large.len() > 25_000);
        assert!(made(&small).is_ok());
        assert_eq!(made(&large), Err(NoThumbnail::Memory));
        assert!(thumbnail(&large, 9, 2 * MAX).is_ok());
        // As much as a mask of a picture that is not lossless.
        let mask = chunk(b"ALPH", large.len(), &large);
        assert_eq!(made(&extended(4, &[mask, picture(4)])), Err(NoThumbnail::Memory));
    }

    #[test]
    fn a_picture_is_no_larger_than_its_canvas_may_be() {
        let of = |side| made(&extended(4, &[picture(side)]));
        assert_eq!(of(16_383), Err(NoThumbnail::Memory));
        assert!(matches!(of(4), Err(NoThumbnail::Broken(_))));
    }

    #[test]
    fn what_says_to_be_longer_than_the_file_is_not_read() {
        let lossless = noise(8)[12..].to_vec();
        let with = |length| made(&extended(8, &[lossless.clone(), chunk(b"EXIF", length, &[0; 8])]));
        assert!(with(8).is_ok());
        assert_eq!(with(0x7fff_fff0), Err(NoThumbnail::Memory));
    }
}
