//! Rows as links of a chain: each bears a MAC over itself and over the one before it.

use sea_orm::{
    ActiveValue::Set, ConnectionTrait, DbBackend, DbErr, EntityName, EntityTrait, IdenStatic, Iterable,
    Statement, Value, sea_query::OnConflict,
};
use uuid::Uuid;

use super::subject::Subject;
use crate::{
    key_ring::{KeyId, KeyRing},
    store::entity::{audit as row, audit_chain as head, audit_subject},
};

const LABEL: &str = "natter audit row 1";

/// The chain of a database that has one writer at a time.
pub const ONLY: Uuid = Uuid::nil();

/// The MAC before the first row of a chain.
pub(super) const GENESIS: [u8; 32] = [0; 32];

/// The columns of a row, but for the one that the engine numbers.
const COLUMNS: usize = 10;

/// Rows that one statement adds: a few sizes, so that the engine has seen every statement before.
const TOGETHER: [usize; 4] = [256, 64, 8, 1];

/// Adds rows at the end of a chain, in their order, with the MACs that `ring` makes, and beside them who it was.
///
/// The transaction has to be the only one that writes to this chain.
pub(super) async fn append(
    db: &impl ConnectionTrait,
    ring: &KeyRing,
    chain: Uuid,
    mut entries: Vec<(row::Model, Subject)>,
) -> Result<(), DbErr> {
    if entries.is_empty() {
        return Ok(());
    }
    let last = head::Entity::find_by_id(chain).one(db).await?;
    let (mut position, mut before) = last.map_or((0, GENESIS.to_vec()), |last| (last.position, last.mac));
    for (row, _) in &mut entries {
        position += 1;
        (row.chain, row.position) = (chain, position);
        let (key, mac) = mac(ring, row, &before);
        (row.mac_key, row.mac) = (key.0.into(), mac.to_vec());
        before.clone_from(&row.mac);
    }
    let mut entries = entries.into_iter();
    while let Some(size) = TOGETHER.into_iter().find(|size| *size <= entries.len()) {
        add(db, size, entries.by_ref().take(size)).await?;
    }

    let moved = OnConflict::column(head::Column::Chain)
        .update_columns([head::Column::Position, head::Column::Mac])
        .to_owned();
    let end = head::ActiveModel { chain: Set(chain), position: Set(position), mac: Set(before) };
    head::Entity::insert(end).on_conflict(moved).exec_without_returning(db).await.map(drop)
}

/// Adds `count` rows by one statement, and by another whom they are about.
async fn add(
    db: &impl ConnectionTrait,
    count: usize,
    entries: impl Iterator<Item = (row::Model, Subject)>,
) -> Result<(), DbErr> {
    let (mut positions, mut subjects) = (Vec::with_capacity(count), Vec::with_capacity(count));
    let mut rows = Vec::with_capacity(COLUMNS * count);
    for (row, subject) in entries {
        positions.push(row.position);
        subjects.push(subject);
        rows.extend::<[Value; COLUMNS]>([
            row.chain.into(),
            row.position.into(),
            row.request_id.into(),
            row.at.into(),
            row.method.into(),
            row.path.into(),
            row.status.into(),
            row.subject.into(),
            row.mac_key.into(),
            row.mac.into(),
        ]);
    }
    let seqs = written(db, rows, &positions).await?;
    let beside = subjects.into_iter().zip(seqs).flat_map(|(subject, seq)| subject.values(seq)).collect();
    db.execute_raw(insertion(db, audit_subject::Entity, audit_subject::Column::iter(), beside))
        .await
        .map(drop)
}

/// Writes rows of these positions, and gives the `seq` of each.
async fn written(db: &impl ConnectionTrait, rows: Vec<Value>, positions: &[i64]) -> Result<Vec<i64>, DbErr> {
    let columns = row::Column::iter().filter(|column| !matches!(column, row::Column::Seq));
    let mut insertion = insertion(db, row::Entity, columns, rows);
    // SQLite has one writer, and numbers the rows of a statement without gaps: to have it say each would cost more than
    // to write them.
    if db.get_database_backend() == DbBackend::Sqlite {
        let last = db.execute_raw(insertion).await?.last_insert_id().cast_signed();
        let count = i64::try_from(positions.len()).map_err(|_| DbErr::RecordNotInserted)?;
        return Ok((last - count + 1..=last).collect());
    }
    insertion.sql.push_str(" RETURNING position, seq");
    let mut seqs = Vec::with_capacity(positions.len());
    for added in db.query_all_raw(insertion).await? {
        seqs.push((added.try_get_by_index::<i64>(0)?, added.try_get_by_index::<i64>(1)?));
    }
    // An engine need not say them in order.
    seqs.sort_unstable();
    if !seqs.iter().map(|(position, _)| position).eq(positions) {
        return Err(DbErr::RecordNotInserted);
    }
    Ok(seqs.into_iter().map(|(_, seq)| seq).collect())
}

/// The statement that adds rows with these values, one row's after the other's. Written out here, for to have it built value
/// by value took as long as to write the rows.
///
/// After an error nothing of the transaction is kept, so SQLite need not be able to undo the statement alone: for that it
/// would copy every page that it changes.
fn insertion<E: EntityName, C: IdenStatic>(
    db: &impl ConnectionTrait,
    table: E,
    columns: impl Iterator<Item = C>,
    values: Vec<Value>,
) -> Statement {
    let columns: Vec<_> = columns.map(|column| column.as_str()).collect();
    let or = match db.get_database_backend() {
        DbBackend::Sqlite => "OR FAIL ",
        _ => "",
    };
    let mut sql = format!("INSERT {or}INTO {} ({}) VALUES ", table.table_name(), columns.join(", "));
    for place in 0..values.len() {
        let before = match (place % columns.len(), place) {
            (0, 0) => "(",
            (0, _) => "), (",
            _ => ", ",
        };
        sql.push_str(before);
        match db.get_database_backend() {
            DbBackend::Postgres => sql.push_str(&format!("${}", place + 1)),
            _ => sql.push('?'),
        }
    }
    sql.push(')');
    Statement::from_sql_and_values(db.get_database_backend(), sql, values)
}

/// Whether a row bears the MAC of itself after a row with the MAC `before`.
pub(super) fn follows(ring: &KeyRing, row: &row::Model, before: &[u8]) -> bool {
    let (Ok(key), Ok(tag)) = (u32::try_from(row.mac_key), <&[u8; 32]>::try_from(row.mac.as_slice())) else {
        return false;
    };
    with_parts(row, before, |parts| ring.verify(KeyId(key), LABEL, parts, tag))
}

fn mac(ring: &KeyRing, row: &row::Model, before: &[u8]) -> (KeyId, [u8; 32]) {
    with_parts(row, before, |parts| ring.mac(LABEL, parts))
}

fn with_parts<T>(row: &row::Model, before: &[u8], look: impl FnOnce(&[&[u8]]) -> T) -> T {
    let status = row.status.map(i16::to_be_bytes);
    look(&[
        before,
        row.chain.as_bytes(),
        &row.position.to_be_bytes(),
        row.request_id.as_bytes(),
        &row.at.to_be_bytes(),
        row.method.as_bytes(),
        row.path.as_bytes(),
        status.as_ref().map_or(&[], |status| status.as_slice()),
        &row.subject,
    ])
}
