//! All rings of a running server, and how they follow their files.

use std::{
    fmt,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use arc_swap::ArcSwap;

use super::{KeyRing, KeyRingError, RingKind, file};
use crate::{clock::Clock, guarded_file::Stamp, random::Random};

/// One ring of each kind, read from a directory and read again when its file changes.
#[derive(Debug)]
pub struct KeyRings {
    rings: [Watched; RingKind::ALL.len()],
}

struct Watched {
    path: PathBuf,
    ring: ArcSwap<KeyRing>,
    /// Of the file last read, also if it was refused. `None` if there was none.
    seen: Mutex<Option<Stamp>>,
}

impl KeyRings {
    /// Reads the rings in `directory`. On the first start they are made: the directory with mode
    /// 0700, the files with 0600.
    ///
    /// # Errors
    /// The first ring that cannot be made, is malformed, or is open to other users.
    pub fn open(directory: &Path, random: &Random, clock: &Clock) -> Result<Self, KeyRingError> {
        let open = |kind: RingKind| {
            let path = directory.join(kind.file_name());
            file::create_if_missing(&path, random, clock)?;
            Watched::open(path)
        };
        let [a, b, c, d, e, f, g] = RingKind::ALL;
        Ok(Self { rings: [open(a)?, open(b)?, open(c)?, open(d)?, open(e)?, open(f)?, open(g)?] })
    }

    /// Whether `directory` has every ring, so that opening it makes none.
    pub fn are_in(directory: &Path) -> bool {
        RingKind::ALL.into_iter().all(|kind| directory.join(kind.file_name()).exists())
    }

    /// The ring of this kind as it is now. Take it afresh for every use.
    pub fn get(&self, kind: RingKind) -> Arc<KeyRing> {
        self.rings[kind as usize].ring.load_full()
    }

    /// Reads again each ring whose file has changed, and says how that went. A ring whose new file
    /// is refused stays as it was. Costs one `stat` a ring when nothing has changed; call it every
    /// few seconds.
    pub fn reload_if_changed(&self) -> Vec<(RingKind, Result<(), KeyRingError>)> {
        RingKind::ALL
            .into_iter()
            .filter_map(|kind| Some((kind, self.rings[kind as usize].reload_if_changed()?)))
            .collect()
    }
}

impl Watched {
    fn open(path: PathBuf) -> Result<Self, KeyRingError> {
        // Before reading: a change in between is then seen as one.
        let seen = Mutex::new(Stamp::of(&path));
        let ring = ArcSwap::from_pointee(file::read(&path)?);
        Ok(Self { path, ring, seen })
    }

    fn reload_if_changed(&self) -> Option<Result<(), KeyRingError>> {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let stamp = Stamp::of(&self.path);
        if *seen == stamp {
            return None;
        }
        *seen = stamp;
        Some(file::read(&self.path).map(|ring| self.ring.store(Arc::new(ring))))
    }
}

impl fmt::Debug for Watched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {:?}", self.path.display(), self.ring.load())
    }
}
