//! Does the audit log still say what was written?
//!
//! Without an anchor this finds rows that were edited, removed from between others, or put in another order. An anchor
//! (the sink's file, [`super::checkpoint`]) finds a tail that was cut off as well, and a chain that somebody made anew.

use std::{
    collections::BTreeMap,
    fmt,
    io::{self, BufRead},
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::{
    chain::{self, GENESIS},
    checkpoint::Checkpoint,
    log,
    subject::Subject,
};
use crate::{
    key_ring::KeyRing,
    store::entity::{audit as row, audit_chain},
};

/// Rows that are read at a time.
const PAGE: u64 = 1000;

/// What verifying found.
#[derive(Debug, Default)]
pub struct Report {
    /// Rows that were read.
    pub rows: u64,
    /// Of these, rows about persons who were erased.
    pub erased: u64,
    /// Signed checkpoints that were held against the rows.
    pub checkpoints: u64,
    /// What is wrong; nothing, if all is well.
    pub faults: Vec<Fault>,
}

/// Something that should not be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The row's MAC does not fit it and the row before it: it was edited, or put in another place.
    Changed(Uuid, i64),
    /// Rows are missing before this one.
    Missing(Uuid, i64, i64),
    /// The account or address beside the row is not the one it was written for.
    Subject(Uuid, i64),
    /// The chain's last row is not the one it is known to end with: its tail was cut off, or rows were added.
    End(Uuid, i64),
    /// A checkpoint has a row that is not there any more: the tail was cut off.
    Cut(Uuid, i64),
    /// A checkpoint has another row at this place: the chain was made anew.
    Rewritten(Uuid, i64),
    /// A line of the anchor is no checkpoint that this server signed.
    Line(usize),
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Changed(chain, place) => {
                write!(f, "chain {chain}, row {place}: edited, or not in its place (its MAC does not fit)")
            }
            Self::Missing(chain, from, to) => write!(f, "chain {chain}, rows {from} to {to}: missing"),
            Self::Subject(chain, place) => {
                write!(f, "chain {chain}, row {place}: the account or address beside it was edited")
            }
            Self::End(chain, place) => {
                write!(f, "chain {chain}, row {place}: not the row that the chain is known to end with")
            }
            Self::Cut(chain, place) => {
                write!(f, "chain {chain}, row {place}: cut off; a checkpoint has it")
            }
            Self::Rewritten(chain, place) => {
                write!(
                    f,
                    "chain {chain}, row {place}: not the row that a checkpoint has; the chain was made anew"
                )
            }
            Self::Line(line) => write!(f, "line {line} of the anchor: no checkpoint signed by this server"),
        }
    }
}

/// What checkpoints say: the MAC at a place of a chain.
#[derive(Debug, Default)]
pub struct Anchor {
    places: BTreeMap<(Uuid, i64), String>,
    checkpoints: u64,
    faults: Vec<Fault>,
}

impl Anchor {
    /// Reads lines of checkpoints; what is none, or not signed by `ring`, is a fault.
    ///
    /// # Errors
    /// The system's.
    pub fn read(lines: impl BufRead, ring: &KeyRing) -> io::Result<Self> {
        let mut anchor = Self::default();
        for (index, line) in lines.lines().enumerate() {
            let checkpoint = serde_json::from_str::<Checkpoint>(&line?).ok();
            let Some(checkpoint) = checkpoint.filter(|checkpoint| checkpoint.is_signed(ring)) else {
                anchor.faults.push(Fault::Line(index + 1));
                continue;
            };
            anchor.checkpoints += 1;
            for head in checkpoint.heads {
                anchor.places.insert((head.chain, head.position), head.mac);
            }
        }
        Ok(anchor)
    }
}

/// Reads every row and says what is wrong.
///
/// # Errors
/// The engine's.
pub async fn verify(db: &impl ConnectionTrait, ring: &KeyRing, anchor: Anchor) -> Result<Report, DbErr> {
    let mut report =
        Report { checkpoints: anchor.checkpoints, faults: anchor.faults.clone(), ..Report::default() };
    let mut ends: BTreeMap<Uuid, (i64, Vec<u8>)> = BTreeMap::new();
    let chains = row::Entity::find().select_only().column(row::Column::Chain).distinct();
    for chain in chains.into_tuple::<Uuid>().all(db).await? {
        let end = verify_chain(db, ring, chain, &anchor, &mut report).await?;
        ends.insert(chain, end);
    }
    for known in audit_chain::Entity::find().all(db).await? {
        if ends.get(&known.chain) != Some(&(known.position, known.mac)) {
            report.faults.push(Fault::End(known.chain, known.position));
        }
    }
    for (chain, place) in anchor.places.keys() {
        if ends.get(chain).is_none_or(|(last, _)| last < place) {
            report.faults.push(Fault::Cut(*chain, *place));
        }
    }
    Ok(report)
}

/// Verifies the rows of one chain; its last place and MAC.
async fn verify_chain(
    db: &impl ConnectionTrait,
    ring: &KeyRing,
    chain: Uuid,
    anchor: &Anchor,
    report: &mut Report,
) -> Result<(i64, Vec<u8>), DbErr> {
    let (mut last, mut before) = (0, GENESIS.to_vec());
    loop {
        let rows = row::Entity::find()
            .filter(row::Column::Chain.eq(chain))
            .filter(row::Column::Position.gt(last))
            .order_by_asc(row::Column::Position)
            .limit(PAGE)
            .all(db)
            .await?;
        if rows.is_empty() {
            return Ok((last, before));
        }
        let mut subjects = log::subjects(db, &rows).await?;
        for row in rows {
            report.rows += 1;
            if row.position != last + 1 {
                report.faults.push(Fault::Missing(chain, last + 1, row.position - 1));
            }
            // After a gap nothing is known of the row before: only the gap is told.
            if row.position == last + 1 && !chain::follows(ring, &row, &before) {
                report.faults.push(Fault::Changed(chain, row.position));
            }
            match subjects.remove(&row.seq).map(Subject::stored) {
                None => report.erased += 1,
                Some(subject) if subject.commitment().as_slice() != row.subject => {
                    report.faults.push(Fault::Subject(chain, row.position));
                }
                Some(_) => {}
            }
            let anchored = anchor.places.get(&(chain, row.position));
            if anchored.is_some_and(|mac| *mac != URL_SAFE_NO_PAD.encode(&row.mac)) {
                report.faults.push(Fault::Rewritten(chain, row.position));
            }
            (last, before) = (row.position, row.mac);
        }
    }
}
