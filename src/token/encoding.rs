//! The one text of a token: prefix, then base64url without padding, of a fixed length.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use zeroize::Zeroizing;

/// Bytes of a tag: 128 bits of HMAC-SHA-256.
pub(super) const TAG_LENGTH: usize = 16;

pub(super) fn encode(prefix: &str, bytes: &[u8]) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::with_capacity(prefix.len() + bytes.len().div_ceil(3) * 4));
    text.push_str(prefix);
    URL_SAFE_NO_PAD.encode_string(bytes, &mut text);
    text
}

/// The bytes of `text`. `None` unless it is exactly what [`encode`] writes for `N` bytes: other
/// lengths, padding and unused bits that are not zero are refused.
pub(super) fn decode<const N: usize>(prefix: &str, text: &str) -> Option<Zeroizing<[u8; N]>> {
    let encoded = text.strip_prefix(prefix)?;
    let mut bytes = Zeroizing::new([0; N]);
    let length = URL_SAFE_NO_PAD.decode_slice(encoded, bytes.as_mut_slice()).ok()?;
    (length == N).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decodes_only_its_own_length() {
        let of = |length: usize| decode::<32>("p_", &encode("p_", &vec![0; length])).is_some();
        assert!(of(32));
        for other in (0..32).chain(33..80) {
            assert!(!of(other), "{other} bytes");
        }
    }
}
