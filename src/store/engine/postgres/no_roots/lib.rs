//! No authorities, in the place of the crate of this name, which has those that Mozilla trusts.
//!
//! The library that speaks to PostgreSQL adds them to the ones it is given, and has no setting against it. With none here,
//! those of `database.ca_file` are trusted and nobody else. Nothing else in Natter uses this crate; a test looks after both.
#![no_std]
#![forbid(unsafe_code)]

/// None.
pub const TLS_SERVER_ROOTS: &[rustls_pki_types::TrustAnchor<'static>] = &[];
