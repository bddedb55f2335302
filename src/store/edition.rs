//! Which edition of the data there is: what was read under one is true until there is another.
//!
//! Programs that work on the same file (the server, and its administrator's commands beside it) show each other a random
//! number in the lock file beside the database: whoever has committed puts another one there, before anybody is told of the
//! commit. To look costs a system call that reads from memory. Where many servers share a database there is no such
//! place, and no edition.

use std::{
    fs::{File, OpenOptions},
    io,
    os::unix::fs::{FileExt, OpenOptionsExt},
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use super::hold::beside;
use crate::random::Random;

/// Names an edition; no two are alike.
pub(super) type Name = [u8; 16];

/// Where the number stands.
#[derive(Clone, Debug)]
pub(super) struct Edition(Arc<State>);

#[derive(Debug)]
struct State {
    file: File,
    random: Random,
    /// The number could not be changed: nothing that is kept is known to be true.
    is_lost: AtomicBool,
}

impl Edition {
    /// The editions of a database's file.
    pub(super) fn of(database: &Path) -> io::Result<Self> {
        let path = beside(database, ".lock");
        let file =
            OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(path)?;
        let edition =
            Self(Arc::new(State { file, random: Random::system(), is_lost: AtomicBool::new(false) }));
        edition.end();
        Ok(edition)
    }

    /// The one there is; none if that cannot be told.
    pub(super) fn current(&self) -> Option<Name> {
        let mut name = [0; 16];
        let read = self.0.file.read_exact_at(&mut name, 0);
        (read.is_ok() && !self.0.is_lost.load(Ordering::SeqCst)).then_some(name)
    }

    /// Ends it: called after what has changed is committed, and before anybody is told.
    pub(super) fn end(&self) {
        let written = self.0.file.write_all_at(&self.0.random.bytes::<16>(), 0);
        if let Err(error) = &written {
            tracing::error!(%error, "nothing is remembered between requests: the file beside the database cannot be written");
        }
        self.0.is_lost.store(written.is_err(), Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_ends_it_all_see_it() {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let database = directory.path().join("n.db");
        let (one, other) = (Edition::of(&database).expect("made"), Edition::of(&database).expect("opened"));
        let first = one.current();
        assert!(first.is_some() && first == other.current() && first == one.current());
        other.end();
        let second = one.current();
        assert!(second.is_some() && second != first && second == other.current());
        one.end();
        assert!(other.current().is_some_and(|third| Some(third) != second));
    }

    #[test]
    fn without_its_number_there_is_none() {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let database = directory.path().join("n.db");
        let edition = Edition::of(&database).expect("made");
        File::create(beside(&database, ".lock")).expect("emptied");
        assert_eq!(edition.current(), None);
        edition.end();
        assert!(edition.current().is_some());
    }
}
