//! What is signed, as bytes that can be read in one way only.

/// The label, the key's number and every part with their lengths before them, so that no two different inputs look the
/// same.
pub fn framed(label: &str, key: u32, parts: &[&[u8]]) -> Vec<u8> {
    let length: usize = parts.iter().map(|part| 8 + part.len()).sum();
    let (key, mut framed) = (key.to_be_bytes(), Vec::with_capacity(20 + label.len() + length));
    for field in [label.as_bytes(), &key].iter().chain(parts) {
        framed.extend_from_slice(&(field.len() as u64).to_be_bytes());
        framed.extend_from_slice(field);
    }
    framed
}
