//! `[audit]`: the audit log.

use std::path::PathBuf;

use serde::Deserialize;

/// The audit log.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuditSettings {
    /// What is waited for.
    pub mode: AuditMode,
    checkpoint_file: PathBuf,
    /// Whether checkpoints stand in the log.
    pub checkpoint_log: bool,
}

/// What is waited for before a request goes on or is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AuditMode {
    /// Every row is durable first.
    Durable,
    /// Only the end row of an effect, which is durable together with it.
    Relaxed,
    /// Nothing, and no rows are written: what the audit costs is measured against this. No setting can say it.
    #[serde(skip)]
    Nothing,
}

impl AuditSettings {
    /// The file that checkpoints are added to, if any.
    pub fn checkpoint_file(&self) -> Option<&PathBuf> {
        Some(&self.checkpoint_file).filter(|path| !path.as_os_str().is_empty())
    }
}
