//! TLS from files: who we are, whom we trust, and how both follow the files.
//!
//! TLS 1.2 and 1.3 with ring's cipher suites, HTTP/2 and HTTP/1.1 by ALPN. The files are PEM and are read again when
//! they change ([`Followed`]); connections that exist by then go on with what they were made with.

mod client;
mod client_names;
mod followed;
mod pem;
mod provider;
mod server;
#[cfg(test)]
mod tests;

use std::path::PathBuf;

pub use self::{
    client::{ClientFiles, client_config},
    followed::Followed,
    provider::{ALPN, provider},
    server::{ServerFiles, server_config},
};
use crate::guarded_file::GuardedFileError;

/// Why TLS cannot be spoken with these files. Names files, never what stands in them.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read, or is open to others.
    #[error(transparent)]
    File(#[from] GuardedFileError),
    /// The file is not PEM, or has no certificate in it.
    #[error("{} holds no certificate in PEM", .0.display())]
    NoCertificate(PathBuf),
    /// The file is not PEM, or has no private key in it, or one of a kind that is not known.
    #[error("{} holds no private key in PEM (PKCS#8, PKCS#1 or SEC1)", .0.display())]
    NoKey(PathBuf),
    /// The certificate was made for another key.
    #[error("the key of {} is not the one of the certificate in {}", key.display(), certificate.display())]
    AnotherKey {
        /// The file of the key.
        key: PathBuf,
        /// The file of the certificate.
        certificate: PathBuf,
    },
    /// The certificates are PEM, but not such as can be used.
    #[error("{}: {source}", path.display())]
    Certificate {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: rustls::Error,
    },
    /// The file of the public keys of image links cannot be used.
    #[error("{}, line {line}: {flaw}", path.display())]
    ImageKeys {
        /// The file.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
        /// What is wrong with it.
        flaw: &'static str,
    },
    /// No client can be made of what the files hold.
    #[error("no client can be made with these certificates: {0}")]
    Client(#[from] reqwest::Error),
    /// The certificates of authorities cannot be used.
    #[error("{}: {reason}", path.display())]
    Authorities {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
}
