//! Files that security rests on: who may touch them, reading them, and whether they have changed.

use std::{
    fs::{self, File, Metadata},
    io::{self, Read},
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

use zeroize::Zeroizing;

const ROOT: u32 = 0;
const GROUP_OR_OTHERS: u32 = 0o077;
const ANYTHING_BUT_GROUP_READS: u32 = 0o037;
const WRITABLE_BY_OTHERS: u32 = 0o022;
const STICKY: u32 = 0o1000;

/// Why a file is not taken. Names the file, never what stands in it.
#[derive(Debug, thiserror::Error)]
pub enum GuardedFileError {
    /// The file or its directory cannot be read or made.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Others than its owner can read the secret or write the file.
    #[error("{} is open to other users: run `chmod 600 {}`", .0.display(), .0.display())]
    FileIsOpen(PathBuf),
    /// Others can put another file in the place of this one.
    #[error("other users can write to the directory {}: run `chmod go-w {}`", .0.display(), .0.display())]
    DirectoryIsOpen(PathBuf),
    /// A directory, device or socket, or larger than what it is to hold can be.
    #[error("{} is no file of this kind", .0.display())]
    NotSuchAFile(PathBuf),
}

/// Who may read a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readers {
    /// Nobody but its owner; of a file that root has given to a group, that group.
    Owner,
    /// Everybody.
    Anyone,
}

/// One state of a file: any write, rename over it, or change of its mode gives another stamp.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    file: (u64, u64),
    length: u64,
    modified: (i64, i64),
    changed: (i64, i64),
}

impl Stamp {
    /// The stamp of what `path` leads to now. `None` if that cannot be known.
    pub fn of(path: &Path) -> Option<Self> {
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

/// Reads the file at `path`, of at most `largest` bytes. It may be a symbolic link, as in a mounted Kubernetes Secret.
///
/// # Errors
/// Where others can write it or replace it, or read it against `readers`; and what the system says.
pub fn read(path: &Path, readers: Readers, largest: u64) -> Result<Zeroizing<Vec<u8>>, GuardedFileError> {
    let at = |path: &Path| {
        let path = path.to_owned();
        move |source| GuardedFileError::Io { path, source }
    };
    let target = fs::canonicalize(path).map_err(at(path))?;
    for directory in [path.parent(), target.parent()].into_iter().flatten() {
        let directory = if directory.as_os_str().is_empty() { Path::new(".") } else { directory };
        let mode = fs::metadata(directory).map_err(at(directory))?.mode();
        // In a sticky directory others cannot replace what is not theirs; the root of a mounted
        // Secret is one.
        if mode & WRITABLE_BY_OTHERS != 0 && mode & STICKY == 0 {
            return Err(GuardedFileError::DirectoryIsOpen(directory.to_owned()));
        }
    }
    // Asked before opening as well: opening a pipe would wait for a writer.
    if !fs::metadata(&target).map_err(at(path))?.is_file() {
        return Err(GuardedFileError::NotSuchAFile(path.to_owned()));
    }
    let file = File::open(&target).map_err(at(path))?;
    let metadata = file.metadata().map_err(at(path))?;
    if !metadata.is_file() || metadata.size() > largest {
        return Err(GuardedFileError::NotSuchAFile(path.to_owned()));
    }
    if !is_closed(metadata.mode(), metadata.uid(), metadata.gid(), readers) {
        return Err(GuardedFileError::FileIsOpen(path.to_owned()));
    }
    // With its full capacity from the start, so that growing leaves no copies behind.
    let mut content = Zeroizing::new(Vec::with_capacity(usize::try_from(largest).unwrap_or(0) + 1));
    file.take(largest).read_to_end(&mut content).map_err(at(path))?;
    Ok(content)
}

/// Refuses a directory in which others can put another file in the place of what is about to be made there.
///
/// # Errors
/// Where others can write to it, and what the system says.
pub fn is_closed_directory(directory: &Path) -> Result<(), GuardedFileError> {
    let metadata = fs::metadata(directory)
        .map_err(|source| GuardedFileError::Io { path: directory.to_owned(), source })?;
    if metadata.mode() & WRITABLE_BY_OTHERS != 0 {
        return Err(GuardedFileError::DirectoryIsOpen(directory.to_owned()));
    }
    Ok(())
}

fn is_closed(mode: u32, owner: u32, group: u32, readers: Readers) -> bool {
    match readers {
        Readers::Anyone => mode & WRITABLE_BY_OTHERS == 0,
        // Root's file in another group is given to that group on purpose, and it is the one way in which a process
        // that is not root gets a Secret: the kubelet mounts it with `fsGroup` as root:GROUP 0440.
        Readers::Owner => {
            mode & GROUP_OR_OTHERS == 0
                || owner == ROOT && group != ROOT && mode & ANYTHING_BUT_GROUP_READS == 0
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_its_owners_or_given_to_a_group_by_root() {
        let is_secret = |mode: u32, owner, group| is_closed(0o100_000 | mode, owner, group, Readers::Owner);
        for mode in [0o600, 0o400, 0o700] {
            assert!(is_secret(mode, 0, 0) && is_secret(mode, 65532, 65532), "{mode:o}");
        }
        for mode in [0o440, 0o640] {
            assert!(is_secret(mode, 0, 65532), "{mode:o}: as the kubelet mounts it");
            assert!(!is_secret(mode, 0, 0), "{mode:o}: root needs no group");
            assert!(!is_secret(mode, 65532, 65532), "{mode:o}: the owner is not root");
        }
        for mode in [0o660, 0o444, 0o644, 0o604, 0o601, 0o620, 0o610] {
            assert!(!is_secret(mode, 0, 65532) && !is_secret(mode, 65532, 65532), "{mode:o}");
        }
    }

    #[test]
    fn what_is_public_may_be_read_but_not_written() {
        let is_public = |mode: u32| is_closed(0o100_000 | mode, 0, 0, Readers::Anyone);
        assert!(is_public(0o644) && is_public(0o444) && is_public(0o600));
        assert!(!is_public(0o664) && !is_public(0o646));
    }
}
