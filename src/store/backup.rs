//! Copying the database while it is written.

use std::{
    fs::{self, File, OpenOptions},
    io,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use sea_orm::{ConnectionTrait, DbBackend, DbErr};

use super::{Store, engine};

/// Why a backup cannot be made. Nothing is left of it.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// There is something already; a backup replaces nothing.
    #[error("{} exists: a backup goes to a new file", .0.display())]
    Exists(PathBuf),
    /// The file cannot be written.
    #[error("{}: {source}", path.display())]
    Io {
        /// Which one.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The database is on a server.
    #[error("only a database in a file is copied like this: use pg_dump for one on a PostgreSQL server")]
    NotAFile,
    /// The engine failed.
    #[error("the database failed: {0}")]
    Database(#[from] DbErr),
}

impl Store {
    /// Writes the database as it is at this moment to a new file, for its owner only, and waits until that survives
    /// a power cut. Others write on meanwhile; what they write is not in it.
    ///
    /// # Errors
    /// See [`BackupError`].
    pub async fn back_up(&self, to: &Path) -> Result<(), BackupError> {
        if self.write.get_database_backend() != DbBackend::Sqlite {
            return Err(BackupError::NotAFile);
        }
        let io_error = |source: io::Error| match source.kind() {
            io::ErrorKind::AlreadyExists => BackupError::Exists(to.to_owned()),
            _ => BackupError::Io { path: to.to_owned(), source },
        };
        // The engine takes names as text, and would write to another file.
        let name = to.to_str().ok_or_else(|| io_error(io::Error::other("the name is not UTF-8")))?;
        // Made here, for the engine would let others read it; it takes a file that is empty.
        OpenOptions::new().write(true).create_new(true).mode(0o600).open(to).map_err(io_error)?;
        let copied = self.write.execute_raw(engine::copy_into(name)).await;
        let kept = copied.map_err(BackupError::from).and_then(|_| sync(to).map_err(io_error));
        if kept.is_err() {
            let _ = fs::remove_file(to);
        }
        kept
    }
}

/// Waits until a file and its name survive a power cut.
pub(super) fn sync(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()?;
    let directory = path.parent().filter(|directory| !directory.as_os_str().is_empty());
    File::open(directory.unwrap_or(Path::new(".")))?.sync_all()
}
