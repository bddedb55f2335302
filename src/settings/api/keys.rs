//! `[keys]`: the key rings.

use std::path::PathBuf;

use serde::Deserialize;

use crate::settings::Check;

/// The key rings.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeysSettings {
    /// The directory that holds them.
    pub directory: PathBuf,
}

impl KeysSettings {
    pub(super) fn check(&self, check: &mut Check<'_>) {
        check.require(!self.directory.as_os_str().is_empty(), "keys.directory", "expected a directory");
    }
}
