//! Key rings: the secrets behind tokens and MACs, one ring and one file for each purpose.
//!
//! The newest key signs, every key verifies: a key is added to rotate and removed to end what it
//! signed. The file is text, one key a line, newest last, `#` for comments:
//!
//! ```text
//! # id  key (32 bytes, base64url)                    created
//! 1     c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2U  2026-11-22T10:20:30Z
//! ```

mod change;
mod file;
mod key;
mod ring;
mod rings;
#[cfg(test)]
mod tests;
mod text;

use std::path::PathBuf;

pub use self::{
    change::{retire, rotate},
    key::{Key, KeyId},
    ring::KeyRing,
    rings::KeyRings,
};
use crate::guarded_file::GuardedFileError;

/// What a ring's keys are for. A key of one ring is good for nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum RingKind {
    /// The tags of session tokens.
    Session,
    /// The tags of capability tokens.
    Capability,
    /// The MACs over rows of the store, so that who writes the database makes no sessions.
    Row,
    /// The HMACs under which attempted names and addresses are counted.
    Name,
    /// The MACs that chain the rows of the audit log.
    Audit,
    /// The signatures of checkpoints of the audit log.
    Checkpoint,
    /// The HMACs under which requests with an `Idempotency-Key` are remembered, and what their answers are made of.
    Idempotency,
    /// The signatures of the URLs of images; only where there is an image proxy.
    Image,
}

impl RingKind {
    /// Every ring that there always is, in the order of the variants.
    pub const ALL: [Self; 7] = [
        Self::Session,
        Self::Capability,
        Self::Row,
        Self::Name,
        Self::Audit,
        Self::Checkpoint,
        Self::Idempotency,
    ];

    /// The ring's name, as commands take it.
    pub fn name(self) -> &'static str {
        self.file_name().trim_end_matches(".keys")
    }

    /// The ring's file in the key directory.
    pub fn file_name(self) -> &'static str {
        match self {
            Self::Session => "session.keys",
            Self::Capability => "capability.keys",
            Self::Row => "row.keys",
            Self::Name => "name.keys",
            Self::Audit => "audit.keys",
            Self::Checkpoint => "checkpoint.keys",
            Self::Idempotency => "idempotency.keys",
            Self::Image => "image.keys",
        }
    }
}

/// Why a key ring cannot be used. Names the file and line, never what stands there.
#[derive(Debug, thiserror::Error)]
pub enum KeyRingError {
    /// The file or its directory cannot be read or made, or is open to others.
    #[error(transparent)]
    File(#[from] GuardedFileError),
    /// A line is not `id key created`.
    #[error("{}, line {line}: {flaw}", path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
        /// What is wrong with it.
        flaw: &'static str,
    },
    /// The file is a symbolic link: what made it has to change the keys.
    #[error("{} is a link: change the keys where it comes from", .0.display())]
    Linked(PathBuf),
    /// No number is left above the highest key's.
    #[error("{} has a key with the highest number there is", .0.display())]
    Full(PathBuf),
    /// The ring has no such key.
    #[error("{} has no key {}", .0.display(), .1)]
    NoSuchKey(PathBuf, KeyId),
    /// The newest key signs, and a ring needs one.
    #[error("key {} of {} is the newest, which signs: add another one first", .1, .0.display())]
    Newest(PathBuf, KeyId),
    /// There is no key in it.
    #[error("{} holds no key", .0.display())]
    Empty(PathBuf),
}
