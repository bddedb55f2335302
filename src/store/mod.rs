//! The store: one set of entities and migrations for every engine.
//!
//! What is particular to an engine (how it is opened, how it is written to) stands in [`engine`]; the modules
//! with the queries know none of it.

pub mod account;
mod backup;
pub mod capability;
pub mod card;
mod edition;
mod engine;
pub mod entity;
mod failure;
mod hold;
pub mod idempotency;
pub mod invitation;
pub mod login_attempt;
pub mod member;
mod memory;
pub mod message;
mod restore;
mod row_mac;
mod schema;
pub mod session;
pub mod space;
mod transfer;
mod write;

use std::{path::PathBuf, sync::Arc, time::Duration};

use sea_orm::{DbErr, RuntimeErr};
use sea_orm_migration::MigratorTrait;

pub use self::{
    backup::BackupError,
    engine::{Connection, Transaction},
    memory::Moment,
    restore::{Replacement, RestoreError},
    row_mac::RowMac,
    schema::Schema,
    transfer::{Contents, Transfer, TransferError},
    write::Write,
};
use self::{
    edition::Edition,
    hold::Hold,
    memory::Memory,
    write::{Health, Kind},
};
use crate::{guarded_file::GuardedFileError, settings::DatabaseSettings};

/// How long a server works on one statement of a request, and of a command, which may have to count a large table.
const OF_A_REQUEST: Duration = Duration::from_secs(5);
const OF_A_COMMAND: Duration = Duration::from_secs(60);

/// An open database.
#[derive(Clone, Debug)]
pub struct Store {
    /// Only reads.
    read: Connection,
    /// The single connection that writes.
    write: Connection,
    queue: write::Queue,
    memory: Arc<Memory>,
    edition: Option<Edition>,
    /// Keeps others from replacing the file; absent where this program does so itself.
    _hold: Option<Arc<Hold>>,
}

/// Why a database cannot be opened or made ready.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The directory for the file cannot be made.
    #[error("cannot make the directory {directory} for the database: {source}")]
    Directory {
        /// Which one.
        directory: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// The database is being replaced by a backup.
    #[error("{} is being restored: try again when that is done", .0.display())]
    BeingReplaced(PathBuf),
    /// Somebody works on the database that was asked for alone.
    #[error("{} is in use: stop the server and every other command first", .0.display())]
    InUse(PathBuf),
    /// There is no such file.
    #[error("{0} names no file of a database that is there")]
    NotThere(String),
    /// The database was made by a newer program.
    #[error(
        "the database has schema {found}, this program knows {known} at most: run the newer program, \
         or restore a backup made before it"
    )]
    Newer {
        /// The newest migration the database has.
        found: String,
        /// The newest migration this program has.
        known: String,
    },
    /// The database has not been migrated.
    #[error("the database lacks the migrations {0}: run `natter-api migrate`")]
    Older(String),
    /// The file of the password for the database cannot be used.
    #[error("database.password_file: {0}")]
    Password(#[from] GuardedFileError),
    /// The engine failed.
    #[error("the database failed: {0}")]
    Database(#[from] DbErr),
}

impl Store {
    /// Opens the file of a sqlite: URL, without looking at its schema.
    ///
    /// # Errors
    /// [`OpenError::Directory`], [`OpenError::BeingReplaced`] and [`OpenError::Database`].
    pub async fn open(url: &str) -> Result<Self, OpenError> {
        engine::open_url(url).await
    }

    /// Opens the file of a sqlite: URL that is there and that nobody else has open, and keeps others from opening it.
    ///
    /// # Errors
    /// [`OpenError::NotThere`], [`OpenError::InUse`] and [`OpenError::Database`].
    pub async fn alone(url: &str) -> Result<Self, OpenError> {
        engine::open_alone(url).await
    }

    /// Opens what the settings name, a file or a server, without looking at its schema. A server is not connected to
    /// before it is needed.
    ///
    /// # Errors
    /// As [`open`](Self::open), and [`OpenError::Password`].
    pub async fn of(settings: &DatabaseSettings) -> Result<Self, OpenError> {
        engine::open(settings, OF_A_REQUEST).await
    }

    /// The same for a command: statements may take longer than those of a request.
    ///
    /// # Errors
    /// As [`of`](Self::of).
    pub async fn for_command(settings: &DatabaseSettings) -> Result<Self, OpenError> {
        engine::open(settings, OF_A_COMMAND).await
    }

    /// Brings the schema up to date; says which migrations it applied.
    ///
    /// # Errors
    /// [`OpenError::Newer`] and [`OpenError::Database`].
    pub async fn migrate(&self) -> Result<Vec<String>, OpenError> {
        let migrator = engine::migrating(&self.write).await?;
        let pending = self.pending().await?;
        if !pending.is_empty() {
            Schema::up(&migrator, None).await?;
        }
        engine::migrated(&self.write, migrator).await?;
        Ok(pending)
    }

    /// The migrations that this program has and the database has not.
    ///
    /// # Errors
    /// [`OpenError::Newer`] if the database has some that this program has not.
    pub async fn pending(&self) -> Result<Vec<String>, OpenError> {
        let known: Vec<String> = schema::known().collect();
        let applied = schema::applied(&self.write).await?;
        if let Some(foreign) = applied.iter().filter(|name| !known.contains(name)).max() {
            return Err(OpenError::Newer {
                found: foreign.clone(),
                known: known.last().cloned().unwrap_or_default(),
            });
        }
        Ok(known.into_iter().filter(|name| !applied.contains(name)).collect())
    }

    /// Whether this program can work on the schema as it is: it has every migration this program knows. It may have
    /// more, which are additions: a newer program runs beside this one then.
    ///
    /// # Errors
    /// [`OpenError::Older`] and [`OpenError::Database`].
    pub async fn fits(&self) -> Result<(), OpenError> {
        let applied = schema::applied(&self.read).await?;
        let lacking: Vec<_> = schema::known().filter(|name| !applied.contains(name)).collect();
        if lacking.is_empty() { Ok(()) } else { Err(OpenError::Older(lacking.join(", "))) }
    }

    /// Where single reads go.
    pub fn read(&self) -> &Connection {
        &self.read
    }

    /// Begins to read what stays as it is at this moment.
    ///
    /// # Errors
    /// The engine's.
    pub async fn snapshot(&self) -> Result<Transaction, DbErr> {
        engine::snapshot(&self.read).await
    }

    /// Begins to write. What is read inside stays true until the end.
    ///
    /// # Errors
    /// The engine's, or that no connection came free in time.
    pub async fn begin(&self) -> Result<Write, DbErr> {
        self.queue.turn(Kind::Anything).await
    }

    /// Begins to write rows of the audit log and nothing else: what is remembered of other tables stays true.
    ///
    /// # Errors
    /// As [`begin`](Self::begin).
    pub async fn begin_log(&self) -> Result<Write, DbErr> {
        self.queue.turn(Kind::Log).await
    }

    /// This moment, for [`recall`](session::recall) and its like.
    pub fn moment(&self) -> Moment {
        Moment::of(self.edition.as_ref().and_then(Edition::current))
    }

    /// Over two connections, of which the first only reads.
    fn over(read: Connection, write: Connection, edition: Option<Edition>) -> Self {
        let queue = write::Queue::open(write.clone(), edition.clone());
        Self { read, write, queue, memory: Arc::new(Memory::new()), edition, _hold: None }
    }

    /// Whether the database can be written. It is not written to find out, unless the last attempt to write failed: what
    /// a full disk lacks shows only then, and to what needs much of it. So a failure since the last question is an
    /// answer, and the next one is a write.
    ///
    /// # Errors
    /// The engine's: it is away, locked, read-only, full.
    pub async fn probe(&self) -> Result<(), DbErr> {
        let write = self.begin().await?;
        match self.queue.health() {
            Health::Good => Ok(()),
            Health::Failed(reason) => {
                Err(DbErr::Conn(RuntimeErr::Internal(format!("the last write failed: {reason}"))))
            }
            Health::Doubtful => {
                engine::write_what_is_there(write.db()).await?;
                write.commit().await
            }
        }
    }

    /// Closes every connection, after what runs on it.
    ///
    /// # Errors
    /// The engine's.
    pub async fn close(self) -> Result<(), DbErr> {
        self.read.close().await?;
        self.write.close().await
    }
}
