//! Putting a backup in the place of the database.
//!
//! The backup is copied beside the database, judged and brought up to date there, and then takes its place in one step:
//! after a crash there is the one or the other. The database before stays beside it, under another name.

use std::{
    fs::{self, OpenOptions},
    io,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use sea_orm::DbErr;
use sea_orm_migration::MigratorTrait;

use super::{
    Schema, Store,
    backup::sync,
    engine,
    hold::{Hold, beside},
};
use crate::{random::Random, timestamp::Timestamp};

/// What SQLite keeps beside a database that is open.
const COMPANIONS: [&str; 2] = ["-wal", "-shm"];

/// A backup that was found good, ready to take the place of the database; nobody can open that one meanwhile.
#[derive(Debug)]
pub struct Replacement {
    store: Store,
    copy: PathBuf,
    target: PathBuf,
    _alone: Hold,
}

/// Why a backup cannot be restored. The database is as it was.
#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    /// Somebody works on the database.
    #[error("{} is in use: stop the server and every other command first", .0.display())]
    InUse(PathBuf),
    /// The file is no backup of this program's, or is damaged.
    #[error("{} cannot be restored: {detail}", path.display())]
    Unfit {
        /// The backup.
        path: PathBuf,
        /// What is wrong with it.
        detail: String,
    },
    /// A file cannot be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// Which one.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The engine failed.
    #[error("the database failed: {0}")]
    Database(#[from] DbErr),
    /// The database is not a file.
    #[error(
        "only a database in a file of its own is restored like this: use pg_restore for one on a PostgreSQL server"
    )]
    NotAFile,
}

fn at(path: &Path) -> impl Fn(io::Error) -> RestoreError {
    move |source| RestoreError::Io { path: path.to_owned(), source }
}

impl Replacement {
    /// Copies `backup` beside the database at `url`, and judges the copy.
    ///
    /// # Errors
    /// See [`RestoreError`].
    pub async fn prepare(url: &str, backup: &Path, random: &Random) -> Result<Self, RestoreError> {
        let target = engine::sqlite_path(url).ok_or(RestoreError::NotAFile)?.to_owned();
        engine::prepare_directory(&target).map_err(at(&target))?;
        let alone = Hold::alone(&target).map_err(at(&target))?;
        let alone = alone.ok_or_else(|| RestoreError::InUse(target.clone()))?;
        let copy = beside(&target, &format!(".{:016x}.new", u64::from_be_bytes(random.bytes())));
        match judged(backup, &copy).await {
            Ok(store) => Ok(Self { store, copy, target, _alone: alone }),
            Err(error) => {
                remove(&copy);
                Err(error)
            }
        }
    }

    /// The backup's contents, to be written to before they count.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// The database that is going to be replaced, if there is one that can be opened.
    pub async fn replaced(&self) -> Option<Store> {
        let is_there = self.target.is_file();
        if is_there { engine::open_file(&self.target).await.ok() } else { None }
    }

    /// Takes the place of the database. Where the one before stands now, if there was one.
    ///
    /// # Errors
    /// See [`RestoreError`].
    pub async fn take_place(self, now: Timestamp) -> Result<Option<PathBuf>, RestoreError> {
        let placed = self.swap(now).await;
        if placed.is_err() {
            remove(&self.copy);
        }
        placed
    }

    async fn swap(&self, now: Timestamp) -> Result<Option<PathBuf>, RestoreError> {
        self.store.clone().close().await?;
        if beside(&self.copy, COMPANIONS[0]).exists() {
            let error = io::Error::other("the engine has not finished writing to it");
            return Err(at(&self.copy)(error));
        }
        sync(&self.copy).map_err(at(&self.copy))?;
        let time: String = now.to_string().chars().filter(|c| !"-:".contains(*c)).collect();
        let kept = beside(&self.target, &format!(".replaced-{time}"));
        let is_there = self.target.exists();
        if is_there {
            // A log that is still there belongs to the old file, and would be taken for the new one's.
            for companion in COMPANIONS {
                let path = beside(&self.target, companion);
                if path.exists() {
                    fs::rename(&path, beside(&kept, companion)).map_err(at(&path))?;
                }
            }
            // A second name first, so that there is a database at every moment.
            fs::hard_link(&self.target, &kept).map_err(at(&kept))?;
        }
        fs::rename(&self.copy, &self.target).map_err(at(&self.target))?;
        sync(&self.target).map_err(at(&self.target))?;
        Ok(is_there.then_some(kept))
    }
}

/// Copies a backup and opens the copy, if it is good.
async fn judged(backup: &Path, copy: &Path) -> Result<Store, RestoreError> {
    let unfit = |detail: String| RestoreError::Unfit { path: backup.to_owned(), detail };
    let mut from = fs::File::open(backup).map_err(at(backup))?;
    let to = OpenOptions::new().write(true).create_new(true).mode(0o600).open(copy);
    io::copy(&mut from, &mut to.map_err(at(copy))?).map_err(at(copy))?;
    let store = engine::open_file(copy).await.map_err(|error| unfit(error.to_string()))?;
    match examine(&store).await {
        Ok(()) => Ok(store),
        Err(detail) => {
            store.close().await?;
            Err(unfit(detail))
        }
    }
}

/// Says what is wrong with a database; brings its schema up to date if nothing is.
async fn examine(store: &Store) -> Result<(), String> {
    let damage = engine::damage(&store.write).await.map_err(|error| error.to_string())?;
    if !damage.is_empty() {
        return Err(format!("it is damaged: {}", damage.join("; ")));
    }
    match store.pending().await {
        Ok(pending) if pending.len() == Schema::migrations().len() => {
            Err("it is a database, but none of this program's".to_owned())
        }
        Ok(_) => store.migrate().await.map(drop).map_err(|error| error.to_string()),
        Err(error) => Err(error.to_string()),
    }
}

fn remove(copy: &Path) {
    for path in ["", COMPANIONS[0], COMPANIONS[1]].map(|suffix| beside(copy, suffix)) {
        // It may not be there.
        let _ = fs::remove_file(path);
    }
}
