//! A card or a thumbnail as it is sent: written and tagged once, however often it is asked for.

use bytes::Bytes;
use poem::http::HeaderValue;

use crate::preview::{Card, image::Thumbnail};

/// What is sent, with its tag. Clones share the bytes.
#[derive(Clone, Debug)]
pub struct Rendered {
    /// The card as JSON, or the image.
    pub body: Bytes,
    /// What that is.
    pub media_type: &'static str,
    /// A strong entity tag (RFC 9110, section 8.8.3) of these bytes, in quotes.
    pub tag: HeaderValue,
}

impl Rendered {
    fn new(body: Vec<u8>, media_type: &'static str) -> Self {
        let digest = ring::digest::digest(&ring::digest::SHA256, &body);
        let tag: String = digest.as_ref().iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        let tag = HeaderValue::from_str(&format!("\"{tag}\"")).expect("hex digits fit a field");
        Self { body: body.into(), media_type, tag }
    }
}

impl From<&Card> for Rendered {
    fn from(card: &Card) -> Self {
        let json = serde_json::to_vec(card).expect("a card has text keys and no maps");
        Self::new(json, "application/json")
    }
}

impl From<Thumbnail> for Rendered {
    fn from(thumbnail: Thumbnail) -> Self {
        Self::new(thumbnail.bytes, thumbnail.media_type)
    }
}
