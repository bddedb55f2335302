//! A card as it is sent: written and tagged once, however often it is asked for.

use bytes::Bytes;
use poem::http::HeaderValue;

use crate::preview::Card;

/// A card as JSON, with its tag. Clones share the bytes.
#[derive(Clone, Debug)]
pub struct Rendered {
    /// The card as JSON.
    pub json: Bytes,
    /// A strong entity tag (RFC 9110, section 8.8.3) of these bytes, in quotes.
    pub tag: HeaderValue,
}

impl From<&Card> for Rendered {
    fn from(card: &Card) -> Self {
        let json = Bytes::from(serde_json::to_vec(card).expect("a card has text keys and no maps"));
        let digest = ring::digest::digest(&ring::digest::SHA256, &json);
        let tag: String = digest.as_ref().iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        let tag = HeaderValue::from_str(&format!("\"{tag}\"")).expect("hex digits fit a field");
        Self { json, tag }
    }
}
