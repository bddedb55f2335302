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
    image: Option<Watched>,
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
        let image = directory.join(RingKind::Image.file_name());
        Ok(Self {
            rings: [open(a)?, open(b)?, open(c)?, open(d)?, open(e)?, open(f)?, open(g)?],
            image: image.exists().then(|| Watched::open(image)).transpose()?,
        })
    }

    /// Makes the ring that signs the URLs of images, unless there is one. [`open`](Self::open) finds it.
    ///
    /// # Errors
    /// If it cannot be made.
    pub fn make_image_ring(directory: &Path, random: &Random, clock: &Clock) -> Result<(), KeyRingError> {
        file::create_if_missing(&directory.join(RingKind::Image.file_name()), random, clock)
    }

    /// The ring that signs the URLs of images, if there is one, without the others.
    ///
    /// # Errors
    /// If it is malformed, or open to other users.
    pub fn image_ring_in(directory: &Path) -> Result<Option<KeyRing>, KeyRingError> {
        let path = directory.join(RingKind::Image.file_name());
        if path.exists() { file::read(&path).map(Some) } else { Ok(None) }
    }

    /// Whether `directory` has every ring, so that opening it makes none.
    pub fn are_in(directory: &Path) -> bool {
        RingKind::ALL.into_iter().all(|kind| directory.join(kind.file_name()).exists())
    }

    /// The ring of this kind as it is now. Take it afresh for every use.
    pub fn get(&self, kind: RingKind) -> Arc<KeyRing> {
        self.rings[kind as usize].ring.load_full()
    }

    /// The ring that signs the URLs of images, as it is now; none where none was made.
    pub fn image(&self) -> Option<Arc<KeyRing>> {
        self.image.as_ref().map(|watched| watched.ring.load_full())
    }

    /// The ring of this kind as it is now, if there is one.
    pub fn find(&self, kind: RingKind) -> Option<Arc<KeyRing>> {
        if kind == RingKind::Image { self.image() } else { Some(self.get(kind)) }
    }

    /// Reads again each ring whose file has changed, and says how that went. A ring whose new file
    /// is refused stays as it was. Costs one `stat` a ring when nothing has changed; call it every
    /// few seconds.
    pub fn reload_if_changed(&self) -> Vec<(RingKind, Result<(), KeyRingError>)> {
        RingKind::ALL
            .into_iter()
            .map(|kind| (kind, &self.rings[kind as usize]))
            .chain(self.image.as_ref().map(|watched| (RingKind::Image, watched)))
            .filter_map(|(kind, watched)| Some((kind, watched.reload_if_changed()?)))
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
