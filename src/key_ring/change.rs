//! Changing a ring's file beside a running server, which reads it again by itself.

use std::{fs::File, path::Path};

use super::{KeyId, KeyRing, KeyRingError, RingKind, file};
use crate::{guarded_file::GuardedFileError, random::Random, timestamp::Timestamp};

/// Adds a new newest key to the ring in `directory`; the ring as it is then.
///
/// # Errors
/// [`KeyRingError`]; the file is as it was then.
pub fn rotate(
    directory: &Path,
    kind: RingKind,
    random: &Random,
    now: Timestamp,
) -> Result<KeyRing, KeyRingError> {
    change(directory, kind, random, |ring, path| {
        ring.rotate(random, now).ok_or_else(|| KeyRingError::Full(path.to_owned()))
    })
}

/// Removes a key from the ring in `directory`: what it signed is worth nothing from then on.
///
/// # Errors
/// [`KeyRingError::Newest`] and [`KeyRingError::NoSuchKey`] among others; the file is as it was then.
pub fn retire(directory: &Path, kind: RingKind, id: KeyId, random: &Random) -> Result<KeyRing, KeyRingError> {
    change(directory, kind, random, |ring, path| {
        if ring.newest().id() == id {
            return Err(KeyRingError::Newest(path.to_owned(), id));
        }
        ring.without(id).ok_or_else(|| KeyRingError::NoSuchKey(path.to_owned(), id))
    })
}

fn change(
    directory: &Path,
    kind: RingKind,
    random: &Random,
    make: impl FnOnce(KeyRing, &Path) -> Result<KeyRing, KeyRingError>,
) -> Result<KeyRing, KeyRingError> {
    let io_error = |source| GuardedFileError::Io { path: directory.to_owned(), source };
    // Two changes at once would each lose the other's key.
    let turn = File::open(directory).map_err(io_error)?;
    turn.lock().map_err(io_error)?;
    let path = directory.join(kind.file_name());
    let ring = make(file::read(&path)?, &path)?;
    file::replace(&path, &ring, random)?;
    Ok(ring)
}
