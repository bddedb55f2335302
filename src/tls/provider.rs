//! How TLS is spoken, by servers and clients alike.

use std::sync::Arc;

use rustls::crypto::{CryptoProvider, ring};

/// The protocols inside TLS, the favourite first.
pub const ALPN: [&[u8]; 2] = [b"h2", b"http/1.1"];

/// ring, for TLS 1.2 (with forward secrecy and AEAD only) and 1.3.
pub fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}
