//! Who has the database's file open: any number of programs that work on it, or one that puts another in its place.
//!
//! A lock file beside the database (`flock`) that stays where it is; what holds it ends with the process.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

/// The right to work on a database's file, or to replace it, until this is dropped.
#[derive(Debug)]
pub(super) struct Hold(#[expect(dead_code, reason = "dropping it is the end of the lock")] File);

impl Hold {
    /// Beside others that work on it. `None` while it is being replaced.
    pub(super) fn shared(database: &Path) -> io::Result<Option<Self>> {
        Self::new(database, File::try_lock_shared)
    }

    /// Alone. `None` while anybody works on it.
    pub(super) fn alone(database: &Path) -> io::Result<Option<Self>> {
        Self::new(database, File::try_lock)
    }

    fn new(database: &Path, lock: fn(&File) -> Result<(), TryLockError>) -> io::Result<Option<Self>> {
        let path = beside(database, ".lock");
        let file = OpenOptions::new().append(true).create(true).mode(0o600).open(path)?;
        match lock(&file) {
            Ok(()) => Ok(Some(Self(file))),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }
}

/// The file beside `path` whose name goes on with `suffix`.
pub(super) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_work_on_it_or_one_replaces_it() {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let database = directory.path().join("n.db");
        let shared = || Hold::shared(&database).expect("it can be locked");
        let alone = || Hold::alone(&database).expect("it can be locked");
        let (first, second) = (shared(), shared());
        assert!(first.is_some() && second.is_some() && alone().is_none());
        drop(first);
        assert!(alone().is_none());
        drop(second);
        let only = alone();
        assert!(only.is_some() && alone().is_none() && shared().is_none());
        drop(only);
        assert!(shared().is_some());
    }
}
