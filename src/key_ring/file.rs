//! Ring files: who may touch them, reading them, making them once, and replacing them.

use std::{
    fs::{self, DirBuilder, File, Metadata, OpenOptions},
    io::{self, Read, Write},
    os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, fchown},
    path::{Path, PathBuf},
};

use zeroize::Zeroizing;

use super::{
    KeyRing, KeyRingError,
    text::{self, Flaw},
};
use crate::{clock::Clock, random::Random};

/// More than a thousand keys.
const LARGEST: u64 = 128 * 1024;
const GROUP_OR_OTHERS: u32 = 0o077;
const WRITABLE_BY_OTHERS: u32 = 0o022;
const STICKY: u32 = 0o1000;

/// One state of a file: any write, rename over it, or change of its mode gives another stamp.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    file: (u64, u64),
    length: u64,
    modified: (i64, i64),
    changed: (i64, i64),
}

impl Stamp {
    /// The stamp of what `path` leads to now. `None` if that cannot be known.
    pub(super) fn of(path: &Path) -> Option<Self> {
        fs::metadata(path).ok().map(|metadata| Self::new(&metadata))
    }

    fn new(metadata: &Metadata) -> Self {
        Self {
            file: (metadata.dev(), metadata.ino()),
            length: metadata.size(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
            changed: (metadata.ctime(), metadata.ctime_nsec()),
        }
    }
}

/// Reads the ring at `path`, which may be a symbolic link, as in a mounted Kubernetes Secret.
pub(super) fn read(path: &Path) -> Result<KeyRing, KeyRingError> {
    let at = |path: &Path| {
        let path = path.to_owned();
        move |source| KeyRingError::Io { path, source }
    };
    let target = fs::canonicalize(path).map_err(at(path))?;
    for directory in [path.parent(), target.parent()].into_iter().flatten() {
        let mode = fs::metadata(directory).map_err(at(directory))?.mode();
        // In a sticky directory others cannot replace what is not theirs; the root of a mounted
        // Secret is one.
        if mode & WRITABLE_BY_OTHERS != 0 && mode & STICKY == 0 {
            return Err(KeyRingError::DirectoryIsOpen(directory.to_owned()));
        }
    }
    // Asked before opening as well: opening a pipe would wait for a writer.
    if !fs::metadata(&target).map_err(at(path))?.is_file() {
        return Err(KeyRingError::NotAKeyFile(path.to_owned()));
    }
    let file = File::open(&target).map_err(at(path))?;
    let metadata = file.metadata().map_err(at(path))?;
    if !metadata.is_file() || metadata.size() > LARGEST {
        return Err(KeyRingError::NotAKeyFile(path.to_owned()));
    }
    if metadata.mode() & GROUP_OR_OTHERS != 0 {
        return Err(KeyRingError::FileIsOpen(path.to_owned()));
    }
    // With its full capacity from the start, so that growing leaves no copies behind.
    let mut text = Zeroizing::new(Vec::with_capacity(LARGEST as usize + 1));
    file.take(LARGEST).read_to_end(&mut text).map_err(at(path))?;
    text::parse(&text).map_err(|flaw| match flaw {
        Flaw::Line(line, flaw) => KeyRingError::Line { path: path.to_owned(), line, flaw },
        Flaw::Empty => KeyRingError::Empty(path.to_owned()),
    })
}

/// Makes a ring of one key at `path`, and its directory, unless there is something already.
///
/// Of several processes that try at once, one wins and all find its ring: the file appears
/// complete and durable under its name, or not at all.
pub(super) fn create_if_missing(path: &Path, random: &Random, clock: &Clock) -> Result<(), KeyRingError> {
    let io_error = |source| KeyRingError::Io { path: path.to_owned(), source };
    if path.symlink_metadata().is_ok() {
        return Ok(());
    }
    let directory = path.parent().unwrap_or(Path::new("."));
    DirBuilder::new().recursive(true).mode(0o700).create(directory).map_err(io_error)?;
    if fs::metadata(directory).map_err(io_error)?.mode() & WRITABLE_BY_OTHERS != 0 {
        return Err(KeyRingError::DirectoryIsOpen(directory.to_owned()));
    }
    let ring = KeyRing::generate(random, clock.now());
    let unfinished = unfinished(path, random);
    let made = write_new(&unfinished, text::write(&ring).as_bytes())
        // Unlike a rename, a link never replaces.
        .and_then(|()| fs::hard_link(&unfinished, path).or_else(unless_it_exists));
    let removed = fs::remove_file(&unfinished);
    made.and(removed).and_then(|()| File::open(directory)?.sync_all()).map_err(io_error)
}

/// Puts `ring` in the place of the file at `path`, for the same owner and with the same mode. Whoever reads at that
/// moment finds the one or the other, whole.
pub(super) fn replace(path: &Path, ring: &KeyRing, random: &Random) -> Result<(), KeyRingError> {
    let io_error = |source| KeyRingError::Io { path: path.to_owned(), source };
    let before = path.symlink_metadata().map_err(io_error)?;
    if before.is_symlink() {
        return Err(KeyRingError::Linked(path.to_owned()));
    }
    let unfinished = unfinished(path, random);
    let replaced = (|| {
        write_new(&unfinished, text::write(ring).as_bytes())?;
        let file = File::open(&unfinished)?;
        let made = file.metadata()?;
        // The command may run as another user than the server.
        if (made.uid(), made.gid()) != (before.uid(), before.gid()) {
            fchown(&file, Some(before.uid()), Some(before.gid()))?;
        }
        file.set_permissions(before.permissions())?;
        file.sync_all()?;
        fs::rename(&unfinished, path)?;
        File::open(path.parent().unwrap_or(Path::new(".")))?.sync_all()
    })();
    if replaced.is_err() {
        // Already renamed, it is not there any more.
        let _ = fs::remove_file(&unfinished);
    }
    replaced.map_err(io_error)
}

/// A name for a file that is being written and will stand at `path`.
fn unfinished(path: &Path, random: &Random) -> PathBuf {
    path.with_extension(format!("{:016x}.new", u64::from_be_bytes(random.bytes())))
}

fn write_new(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(content)?;
    file.sync_all()
}

fn unless_it_exists(error: io::Error) -> io::Result<()> {
    if error.kind() == io::ErrorKind::AlreadyExists { Ok(()) } else { Err(error) }
}
