//! Ring files: reading them, making them once, and replacing them.

use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, Write},
    os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, fchown},
    path::{Path, PathBuf},
};

use super::{
    KeyRing, KeyRingError,
    text::{self, Flaw},
};
use crate::{
    clock::Clock,
    guarded_file::{self, GuardedFileError, Readers},
    random::Random,
};

/// More than a thousand keys.
const LARGEST: u64 = 128 * 1024;

/// Reads the ring at `path`.
pub(super) fn read(path: &Path) -> Result<KeyRing, KeyRingError> {
    let text = guarded_file::read(path, Readers::Owner, LARGEST)?;
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
    let io_error = |source| GuardedFileError::Io { path: path.to_owned(), source };
    if path.symlink_metadata().is_ok() {
        return Ok(());
    }
    let directory = path.parent().unwrap_or(Path::new("."));
    DirBuilder::new().recursive(true).mode(0o700).create(directory).map_err(io_error)?;
    guarded_file::is_closed_directory(directory)?;
    let ring = KeyRing::generate(random, clock.now());
    let unfinished = unfinished(path, random);
    let made = write_new(&unfinished, text::write(&ring).as_bytes())
        // Unlike a rename, a link never replaces.
        .and_then(|()| fs::hard_link(&unfinished, path).or_else(unless_it_exists));
    let removed = fs::remove_file(&unfinished);
    Ok(made.and(removed).and_then(|()| File::open(directory)?.sync_all()).map_err(io_error)?)
}

/// Puts `ring` in the place of the file at `path`, for the same owner and with the same mode. Whoever reads at that
/// moment finds the one or the other, whole.
pub(super) fn replace(path: &Path, ring: &KeyRing, random: &Random) -> Result<(), KeyRingError> {
    let io_error = |source| KeyRingError::from(GuardedFileError::Io { path: path.to_owned(), source });
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
