//! What a signature of an image's URL says.

use std::ops::RangeInclusive;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use url::Url;

use crate::framing::framed;

/// What the signatures are for: one under the same key for something else is none.
pub const LABEL: &str = "image";

/// The sizes that are made, in pixels.
pub const SIZES: RangeInclusive<u32> = 16..=2048;

/// An image, how large it is to be, and until when it is shown. The signature covers all three.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageLink {
    /// The image's URL.
    pub url: String,
    /// The most pixels of its width and of its height.
    pub size: u32,
    /// Until when, in seconds since the Unix epoch.
    pub expires: u64,
}

impl ImageLink {
    /// The parts that are signed, with [`LABEL`]: see [`message`](Self::message).
    pub fn parts(&self) -> [Vec<u8>; 3] {
        [self.url.as_bytes().to_vec(), self.size.to_be_bytes().to_vec(), self.expires.to_be_bytes().to_vec()]
    }

    /// The bytes that the key of this number signs.
    pub fn message(&self, key: u32) -> Vec<u8> {
        framed(LABEL, key, &self.parts().each_ref().map(Vec::as_slice))
    }

    /// The URL that readers get: that of the worker's endpoint with this link and its signature.
    pub fn signed(&self, endpoint: &Url, key: u32, signature: &[u8]) -> Url {
        let mut url = endpoint.clone();
        url.query_pairs_mut()
            .append_pair("url", &self.url)
            .append_pair("size", &self.size.to_string())
            .append_pair("expires", &self.expires.to_string())
            .append_pair("key", &key.to_string())
            .append_pair("signature", &URL_SAFE_NO_PAD.encode(signature));
        url
    }
}
