//! From the bytes of a stranger's image to an image of our own.

use std::io::Cursor;

use image::{
    DynamicImage, ExtendedColorType, ImageDecoder, ImageEncoder, ImageFormat, ImageReader, Limits,
    codecs::{
        jpeg::JpegEncoder,
        png::{CompressionType, FilterType, PngEncoder},
    },
    guess_format,
    metadata::Orientation,
};

use super::webp;

/// What is decoded. A drawing (SVG) is a program, and not among them.
const FORMATS: [ImageFormat; 4] = [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::Gif, ImageFormat::WebP];

/// The widest and highest image that is decoded, in pixels.
const MAX_SIDE: u32 = 16_384;

/// Of an eight-bit pixel with transparency, once it is decoded. Deeper ones have less of them.
const BYTES_A_PIXEL: u64 = 4;

/// The most memory in bytes for a pixel while an image is decoded: a JPEG in several scans keeps two for each of up to four
/// components, in blocks of up to 32 pixels a side, beside the three of the result; an animated WebP has a picture, a canvas
/// and the result, of four each. The others have less.
const DECODING_A_PIXEL: u64 = 12;

/// Of JPEG, from 1 to 100.
const QUALITY: u8 = 82;

/// An image that was made here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Thumbnail {
    /// The image.
    pub bytes: Vec<u8>,
    /// What it is: `image/jpeg`, or `image/png` if parts of it are transparent.
    pub media_type: &'static str,
}

/// Why no thumbnail is made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoThumbnail {
    /// It begins like no image that is decoded.
    #[error("it begins like none of PNG, JPEG, GIF and WebP")]
    Format,
    /// It would take too much memory.
    #[error("it says to be of {0} times {1} pixels, which is over the budget")]
    TooLarge(u32, u32),
    /// It could take more memory than its pixels do.
    #[error("to decode it could take more memory than the budget has")]
    Memory,
    /// It is broken.
    #[error("it cannot be decoded: {0}")]
    Broken(String),
}

/// A thumbnail of at most `size` pixels in width and height of the image in `bytes`, of which only the first picture
/// counts. What it says to be its type does not matter, nor what it holds beside its pixels, which goes. It takes at most 12
/// bytes of memory for each of `max_pixels`, or 20 for each of the thumbnail's if that is more, and twice `bytes`.
///
/// # Errors
/// [`NoThumbnail`]; an image of more than `max_pixels` is not decoded, nor one that could take more memory.
pub fn thumbnail(bytes: &[u8], size: u32, max_pixels: u64) -> Result<Thumbnail, NoThumbnail> {
    let (image, orientation) = decoded(bytes, max_pixels)?;
    let is_large = image.width().max(image.height()) > size;
    // Moved, so that it is gone before the small one is written.
    let mut small = if is_large { { image }.thumbnail(size, size) } else { image };
    small.apply_orientation(orientation);
    encoded(small).map_err(broken)
}

fn decoded(bytes: &[u8], max_pixels: u64) -> Result<(DynamicImage, Orientation), NoThumbnail> {
    let format = guess_format(bytes).ok().filter(|format| FORMATS.contains(format));
    let format = format.ok_or(NoThumbnail::Format)?;
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut limits = Limits::default();
    (limits.max_image_width, limits.max_image_height) = (Some(MAX_SIDE), Some(MAX_SIDE));
    limits.max_alloc = Some(max_pixels * BYTES_A_PIXEL);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(broken)?;
    let (width, height) = decoder.dimensions();
    let pixels = u64::from(width) * u64::from(height);
    if pixels > max_pixels || decoder.total_bytes() > max_pixels * BYTES_A_PIXEL {
        return Err(NoThumbnail::TooLarge(width, height));
    }
    if format == ImageFormat::WebP {
        let beside = webp::beside_pixels(bytes, max_pixels).ok_or(NoThumbnail::Memory)?;
        if pixels * DECODING_A_PIXEL + beside > max_pixels * DECODING_A_PIXEL {
            return Err(NoThumbnail::Memory);
        }
    }
    // What says how to turn it may be broken where the image is not.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    Ok((DynamicImage::from_decoder(decoder).map_err(broken)?, orientation))
}

fn encoded(image: DynamicImage) -> image::ImageResult<Thumbnail> {
    let mut bytes = Vec::new();
    if image.color().has_alpha() {
        let pixels = image.into_rgba8();
        if pixels.pixels().any(|pixel| pixel.0[3] < u8::MAX) {
            let encoder =
                PngEncoder::new_with_quality(&mut bytes, CompressionType::Default, FilterType::Adaptive);
            encoder.write_image(&pixels, pixels.width(), pixels.height(), ExtendedColorType::Rgba8)?;
            return Ok(Thumbnail { bytes, media_type: "image/png" });
        }
        return jpeg(DynamicImage::ImageRgba8(pixels), bytes);
    }
    jpeg(image, bytes)
}

fn jpeg(image: DynamicImage, mut bytes: Vec<u8>) -> image::ImageResult<Thumbnail> {
    let pixels = image.into_rgb8();
    let encoder = JpegEncoder::new_with_quality(&mut bytes, QUALITY);
    encoder.write_image(&pixels, pixels.width(), pixels.height(), ExtendedColorType::Rgb8)?;
    Ok(Thumbnail { bytes, media_type: "image/jpeg" })
}

#[allow(clippy::needless_pass_by_value, reason = "the form that map_err takes")]
fn broken(error: image::ImageError) -> NoThumbnail {
    NoThumbnail::Broken(error.to_string())
}

#[cfg(test)]
mod tests {
    use image::{ColorType, Rgb, RgbImage, Rgba, RgbaImage, codecs::gif::GifEncoder};
    use proptest::prelude::*;

    use super::*;

    const MAX: u64 = 1_000_000;

    fn written(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        image.write_to(&mut bytes, format).expect("it is written");
        bytes.into_inner()
    }

    fn photo(width: u32, height: u32) -> DynamicImage {
        DynamicImage::ImageRgb8(RgbImage::from_fn(width, height, |x, y| {
            Rgb([(x % 256) as u8, (y % 256) as u8, 9])
        }))
    }

    fn size_of(thumbnail: &Thumbnail) -> (u32, u32, ColorType) {
        let image = image::load_from_memory(&thumbnail.bytes).expect("it is an image");
        (image.width(), image.height(), image.color())
    }

    #[test]
    fn every_format_becomes_a_small_image_of_ours() {
        let mut gif = Vec::new();
        GifEncoder::new(&mut gif)
            .encode(&photo(400, 200).into_rgb8(), 400, 200, ExtendedColorType::Rgb8)
            .expect("gif");
        let photo = photo(400, 200);
        for bytes in [
            written(&photo, ImageFormat::Png),
            written(&photo, ImageFormat::Jpeg),
            written(&photo, ImageFormat::WebP),
            gif,
        ] {
            let thumbnail = thumbnail(&bytes, 100, MAX).expect("a thumbnail");
            assert_eq!(thumbnail.media_type, "image/jpeg");
            assert_eq!(size_of(&thumbnail), (100, 50, ColorType::Rgb8));
            assert!(thumbnail.bytes.starts_with(b"\xff\xd8\xff"));
        }
    }

    #[test]
    fn small_images_are_not_made_larger_and_what_is_transparent_stays_so() {
        let icon = RgbaImage::from_pixel(20, 10, Rgba([200, 0, 0, 100]));
        let bytes = written(&DynamicImage::ImageRgba8(icon), ImageFormat::Png);
        let thumbnail = thumbnail(&bytes, 100, MAX).expect("a thumbnail");
        assert_eq!(thumbnail.media_type, "image/png");
        assert_eq!(size_of(&thumbnail), (20, 10, ColorType::Rgba8));
    }

    #[test]
    fn a_photograph_stands_upright_and_what_it_told_is_gone() {
        // A turn by a quarter, and a place, as cameras write them.
        let exif = b"MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0Lat52.5Lon13.4";
        let mut bytes = Vec::new();
        let mut encoder = JpegEncoder::new_with_quality(&mut bytes, 90);
        encoder.set_exif_metadata(exif.to_vec()).expect("it is taken");
        let pixels = photo(80, 40).into_rgb8();
        encoder.write_image(&pixels, 80, 40, ExtendedColorType::Rgb8).expect("written");
        assert!(bytes.windows(6).any(|window| window == b"Lat52."));
        let thumbnail = thumbnail(&bytes, 60, MAX).expect("a thumbnail");
        assert_eq!(size_of(&thumbnail), (30, 60, ColorType::Rgb8));
        assert!(!thumbnail.bytes.windows(6).any(|window| window == b"Lat52."));
    }

    #[test]
    fn what_claims_to_be_huge_is_not_decoded() {
        let claiming = |width: u32, height: u32| {
            let mut bytes = written(&photo(4, 4), ImageFormat::Png);
            bytes[16..20].copy_from_slice(&width.to_be_bytes());
            bytes[20..24].copy_from_slice(&height.to_be_bytes());
            let crc = crc32(&bytes[12..29]);
            bytes[29..33].copy_from_slice(&crc.to_be_bytes());
            bytes
        };
        assert!(matches!(thumbnail(&claiming(4, 5), 9, MAX), Err(NoThumbnail::Broken(_))));
        assert_eq!(thumbnail(&claiming(1001, 1000), 9, MAX), Err(NoThumbnail::TooLarge(1001, 1000)));
        for (width, height) in [(40_000, 1), (1, 40_000), (i32::MAX as u32, i32::MAX as u32), (0, 4)] {
            assert!(thumbnail(&claiming(width, height), 9, MAX).is_err(), "{width} {height}");
        }
        assert!(thumbnail(&written(&photo(1000, 1000), ImageFormat::Png), 9, MAX).is_ok());
        assert!(thumbnail(&written(&photo(1000, 1001), ImageFormat::Jpeg), 9, MAX).is_err());
    }

    fn crc32(bytes: &[u8]) -> u32 {
        !bytes.iter().fold(!0, |crc, byte| {
            (0..8)
                .fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0xEDB8_8320 & (crc & 1).wrapping_neg()))
        })
    }

    #[test]
    fn what_is_no_image_or_not_whole_is_refused() {
        let whole = written(&photo(200, 200), ImageFormat::Png);
        assert!(matches!(thumbnail(&whole[..whole.len() / 2], 9, MAX), Err(NoThumbnail::Broken(_))));
        let bmp = [b"BM".as_slice(), &[0; 60]].concat();
        for bytes in [
            b"".as_slice(),
            b"<svg xmlns='http://www.w3.org/2000/svg'/>",
            b"<?xml version='1.0'?><svg/>",
            b"<!doctype html><title>An image</title>",
            b"\0\0\0\x18ftypavif",
            &bmp,
        ] {
            assert_eq!(thumbnail(bytes, 9, MAX), Err(NoThumbnail::Format));
        }
    }

    proptest! {
        #[test]
        fn no_bytes_panic(
            format in prop::sample::select(FORMATS.to_vec()),
            changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..8),
            cut in any::<prop::sample::Index>(),
        ) {
            let mut bytes = written(&photo(24, 16), if format == ImageFormat::Gif { ImageFormat::Png } else { format });
            for (place, value) in changes {
                let place = place.index(bytes.len());
                bytes[place] = value;
            }
            bytes.truncate(cut.index(bytes.len()) + 1);
            if let Ok(thumbnail) = thumbnail(&bytes, 8, MAX) {
                let (width, height, _) = size_of(&thumbnail);
                prop_assert!(width <= 8 && height <= 8);
            }
        }
    }
}
