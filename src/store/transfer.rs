//! Taking a whole database over to another, empty one: every row of every table, as it is.
//!
//! All of it is one transaction of the destination: what is interrupted leaves nothing there. Rows go page by page, in the
//! order of their keys, which is the same on every engine, and are read back afterwards to be compared.

use std::fmt::Write as _;

use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, Iterable, ModelTrait, PrimaryKeyToColumn, QueryFilter,
    QueryOrder, QuerySelect,
    sea_query::{Expr, ExprTrait, InsertStatement, Query},
};
use sha2::{Digest, Sha256};

use super::{Connection, RowMac, Store, Transaction, Write, capability, engine, entity, session};

/// Rows that go together: engines bound how many values a statement may have (65535 for the audit's eleven columns).
const PAGE: u64 = 500;

/// Runs a function for every table, those that others refer to first, and collects what it gives.
macro_rules! each_table {
    ($run:ident($($argument:expr),*)) => {
        each_table!($run($($argument),*): account invitation retired_name session space member message message_link
            capability card audit audit_subject audit_chain audit_removal idempotency login_attempt)
    };
    ($run:ident $arguments:tt: $($table:ident)+) => {
        vec![$($run::<entity::$table::Entity> $arguments.await?),+]
    };
}

/// A destination that is being filled. Dropped, it stays empty.
#[derive(Debug)]
pub struct Transfer<'a> {
    from: &'a Connection,
    to: Write,
}

/// What a table holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contents {
    /// Its name.
    pub table: String,
    /// How many rows.
    pub rows: u64,
    /// SHA-256 of the rows in the order of their keys, in hexadecimal digits.
    pub digest: String,
}

/// Why a database is not taken over. The destination holds what it held.
#[derive(Debug, thiserror::Error)]
pub enum TransferError {
    /// There is something already.
    #[error(
        "the destination is not empty: there are rows in {}. A move that was interrupted leaves none, so this is another \
         board, or one that was moved to the end: compare it, or make the database anew and migrate it", .0.join(", ")
    )]
    NotEmpty(Vec<String>),
    /// The role may not do it.
    #[error("the role of the destination's URL may not fill it (natter_migrate may); it lacks {}", .0.join(", "))]
    Lacks(Vec<String>),
    /// What was read back is not what was written.
    #[error("{0} does not hold the same there")]
    Differs(String),
    /// An engine failed.
    #[error("the database failed: {0}")]
    Database(#[from] DbErr),
}

impl Store {
    /// Begins to fill `to`, which has the same schema. Nobody else writes there meanwhile; nobody may write here.
    ///
    /// # Errors
    /// [`TransferError::Lacks`], [`TransferError::NotEmpty`] and [`TransferError::Database`].
    pub async fn transfer_to(&self, to: &Store) -> Result<Transfer<'_>, TransferError> {
        let to = to.begin().await?;
        let lacking = engine::lacks_to_fill(to.db()).await?;
        if !lacking.is_empty() {
            return Err(TransferError::Lacks(lacking));
        }
        let held: Vec<Option<String>> = each_table!(held(to.db()));
        let held: Vec<_> = held.into_iter().flatten().collect();
        if !held.is_empty() {
            return Err(TransferError::NotEmpty(held));
        }
        engine::fill(to.db()).await?;
        Ok(Transfer { from: &self.read, to })
    }
}

impl Transfer<'_> {
    /// Copies every row. What there was.
    ///
    /// # Errors
    /// The engines'.
    pub async fn copy(&self) -> Result<Vec<Contents>, DbErr> {
        let copied = each_table!(copy(self.from, self.db()));
        engine::filled(self.db()).await?;
        for Contents { table, .. } in &copied {
            // The first requests should not be the ones that find out how much there is.
            self.db().execute_unprepared(&format!("ANALYZE {table}")).await?;
        }
        Ok(copied)
    }

    /// Reads everything back, and compares it with what was copied.
    ///
    /// # Errors
    /// [`TransferError::Differs`] and [`TransferError::Database`].
    pub async fn compare(&self, copied: &[Contents]) -> Result<(), TransferError> {
        let there = each_table!(read(self.db()));
        match there.iter().zip(copied).find(|(there, copied)| there != copied) {
            None => Ok(()),
            Some((there, _)) => Err(TransferError::Differs(there.table.clone())),
        }
    }

    /// How many rows of sessions and roots of capabilities bear their MAC there, and how many do not.
    ///
    /// # Errors
    /// The engine's.
    pub async fn sound_rows(&self, macs: &RowMac) -> Result<(u64, u64), DbErr> {
        let (mut sound, mut unsound) = (0, 0);
        let mut count = |bears: bool| *if bears { &mut sound } else { &mut unsound } += 1;
        each_row::<entity::session::Entity>(self.db(), |row| count(session::bears_its_mac(row, macs)))
            .await?;
        each_row::<entity::capability::Entity>(self.db(), |row| count(capability::bears_its_mac(row, macs)))
            .await?;
        Ok((sound, unsound))
    }

    /// The destination, as it is going to be.
    pub fn db(&self) -> &Transaction {
        self.to.db()
    }

    /// Makes it so.
    ///
    /// # Errors
    /// The engine's.
    pub async fn commit(self) -> Result<(), DbErr> {
        self.to.commit().await
    }
}

/// The name of a table that is not empty.
async fn held<E: EntityTrait>(db: &Transaction) -> Result<Option<String>, DbErr> {
    let some = !page::<E>(db, None, 1).await?.is_empty();
    Ok(some.then(|| E::default().table_name().to_owned()))
}

async fn copy<E: EntityTrait>(from: &Connection, to: &Transaction) -> Result<Contents, DbErr> {
    let mut read = Reading::default();
    let mut last = None;
    loop {
        let rows = page::<E>(from, last.as_ref(), PAGE).await?;
        let Some(end) = rows.last() else { return Ok(read.of::<E>()) };
        to.execute(&insertion::<E>(&rows)).await?;
        rows.iter().for_each(|row| read.take(row));
        last = Some(end.clone());
    }
}

async fn read<E: EntityTrait>(db: &Transaction) -> Result<Contents, DbErr> {
    let mut read = Reading::default();
    each_row::<E>(db, |row| read.take(row)).await?;
    Ok(read.of::<E>())
}

async fn each_row<E: EntityTrait>(db: &Transaction, mut take: impl FnMut(&E::Model)) -> Result<(), DbErr> {
    let mut last = None;
    loop {
        let rows = page::<E>(db, last.as_ref(), PAGE).await?;
        rows.iter().for_each(&mut take);
        match rows.last() {
            None => return Ok(()),
            Some(end) => last = Some(end.clone()),
        }
    }
}

/// The rows after `last` in the order of their keys; at most `limit`.
async fn page<E: EntityTrait>(
    db: &impl ConnectionTrait,
    last: Option<&E::Model>,
    limit: u64,
) -> Result<Vec<E::Model>, DbErr> {
    let key: Vec<E::Column> = E::PrimaryKey::iter().map(PrimaryKeyToColumn::into_column).collect();
    let mut query = E::find().limit(limit);
    if let Some(last) = last {
        let columns = key.iter().map(|column| Expr::col(column.as_column_ref()));
        let values = key.iter().map(|column| Expr::val(last.get(*column)));
        query = query.filter(Expr::tuple(columns).gt(Expr::tuple(values)));
    }
    for column in key {
        query = query.order_by_asc(column);
    }
    query.all(db).await
}

fn insertion<E: EntityTrait>(rows: &[E::Model]) -> InsertStatement {
    let mut insertion = Query::insert();
    insertion.into_table(E::default()).columns(E::Column::iter());
    for row in rows {
        insertion.values_panic(E::Column::iter().map(|column| row.get(column).into()));
    }
    insertion
}

/// A table as it is read.
#[derive(Default)]
struct Reading {
    rows: u64,
    hash: Sha256,
}

impl Reading {
    /// Each column by its name, with every character and byte.
    fn take(&mut self, row: &impl ModelTrait) {
        self.rows += 1;
        self.hash.update(format!("{row:?}\n"));
    }

    fn of<E: EntityTrait>(self) -> Contents {
        let digest = self.hash.finalize().iter().fold(String::new(), |mut digits, byte| {
            let _ = write!(digits, "{byte:02x}");
            digits
        });
        Contents { table: E::default().table_name().to_owned(), rows: self.rows, digest }
    }
}
