//! `[database]`: the store.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::settings::Check;

/// The store.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatabaseSettings {
    /// The URL that sqlx opens.
    pub url: String,
}

impl DatabaseSettings {
    /// The directory of the database's file, which has to exist before the file can be made; none for
    /// a database in memory.
    pub fn directory(&self) -> Option<PathBuf> {
        let file = self.sqlite_file()?;
        Some(Path::new(file).parent()?.to_owned()).filter(|directory| !directory.as_os_str().is_empty())
    }

    fn sqlite_file(&self) -> Option<&str> {
        let file = self.url.strip_prefix("sqlite:")?;
        let file = file.strip_prefix("//").unwrap_or(file);
        let (file, parameters) = file.split_once('?').unwrap_or((file, ""));
        let in_memory = file == ":memory:" || parameters.split('&').any(|pair| pair == "mode=memory");
        (!in_memory && !file.is_empty()).then_some(file)
    }

    pub(super) fn check(&self, check: &mut Check<'_>) {
        let detail = if self.url.starts_with("postgres:") || self.url.starts_with("postgresql:") {
            "PostgreSQL is not supported yet; use a sqlite: URL"
        } else {
            "expected a sqlite: URL with a file, such as sqlite:data/natter.db?mode=rwc"
        };
        // Each connection to a database in memory would see one of its own.
        check.require(self.sqlite_file().is_some(), "database.url", detail);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn directory(url: &str) -> Option<PathBuf> {
        DatabaseSettings { url: url.into() }.directory()
    }

    #[test]
    fn the_directory_is_that_of_the_file() {
        assert_eq!(directory("sqlite:data/natter.db?mode=rwc"), Some("data".into()));
        assert_eq!(directory("sqlite:///var/lib/natter/n.db"), Some("/var/lib/natter".into()));
        assert_eq!(directory("sqlite://data/natter.db"), Some("data".into()));
        assert_eq!(directory("sqlite:natter.db"), None);
        assert_eq!(directory("sqlite::memory:"), None);
        assert_eq!(directory("sqlite:x/y?cache=shared&mode=memory"), None);
    }
}
