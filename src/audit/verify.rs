//! Does the audit log still say what was written?
//!
//! Without an anchor this finds rows that were edited, removed from between others, or put in another order, and persons
//! whose names were changed or taken away. An anchor (the sink's file, [`super::checkpoint`]) finds a tail that was cut
//! off as well, and a chain that somebody made anew who has the audit ring. Nothing finds what came after the last
//! checkpoint, if that is cut off, or if the anchor's own end is: it belongs where nobody can shorten it.
//!
//! Rows that retention removed are no fault, if the server signed for them ([`super::removal`]), nor are checkpoints of
//! them. Whoever has the checkpoint ring could sign for more: the report says how far it goes.

mod anchor;
mod fault;

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

pub use self::{anchor::Anchor, fault::Fault};
use super::{
    chain::{self, GENESIS},
    erasure::{Beside, beside},
    log,
    removal::{self, Removal},
};
use crate::{
    key_ring::KeyRing,
    store::entity::{audit as row, audit_chain},
    timestamp::Timestamp,
};

/// Rows that are read at a time.
const PAGE: u64 = 1000;

/// What verifying found.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Rows that were read.
    pub rows: u64,
    /// Of these, rows about persons who were erased.
    pub erased: u64,
    /// Rows that were removed before because their time was over, as the server signed: up to which place of which
    /// chain, and the time in the last of them.
    pub removed: Vec<(Uuid, i64, Timestamp)>,
    /// Signed checkpoints that were held against the rows.
    pub checkpoints: u64,
    /// What is wrong; nothing, if all is well.
    pub faults: Vec<Fault>,
}

/// Reads every row and says what is wrong. In a transaction, if somebody may be writing meanwhile. `signatures` is the
/// ring of checkpoints, which signs for rows that are removed.
///
/// # Errors
/// The engine's.
pub async fn verify(
    db: &impl ConnectionTrait,
    ring: &KeyRing,
    signatures: &KeyRing,
    anchor: Anchor,
) -> Result<Report, DbErr> {
    let mut report =
        Report { checkpoints: anchor.checkpoints, faults: anchor.faults.clone(), ..Report::default() };
    let mut ends: BTreeMap<Uuid, (i64, Vec<u8>)> = BTreeMap::new();
    let removals = removal::all(db, signatures).await?;
    let with_rows = row::Entity::find().select_only().column(row::Column::Chain).distinct();
    let mut chains: BTreeSet<Uuid> = with_rows.into_tuple().all(db).await?.into_iter().collect();
    for (chain, removal) in &removals {
        match removal {
            // Its rows may all have gone.
            Some(removal) => {
                chains.insert(*chain);
                report.removed.push((*chain, removal.position, removal.at));
            }
            None => report.faults.push(Fault::Removal(*chain)),
        }
    }
    for chain in chains {
        let removal = removals.get(&chain).and_then(Option::as_ref);
        let end = verify_chain(db, ring, (chain, removal), &anchor, &mut report).await?;
        ends.insert(chain, end);
    }
    for (chain, place) in anchor.ends() {
        if ends.get(&chain).is_none_or(|(last, _)| *last < place) {
            report.faults.push(Fault::Cut(chain, place));
        }
    }
    for known in audit_chain::Entity::find().all(db).await? {
        if ends.remove(&known.chain) != Some((known.position, known.mac)) {
            report.faults.push(Fault::End(known.chain, known.position));
        }
    }
    report.faults.extend(ends.into_iter().map(|(unknown, (last, _))| Fault::End(unknown, last)));
    Ok(report)
}

/// Verifies the rows of one chain; its last place and MAC.
async fn verify_chain(
    db: &impl ConnectionTrait,
    ring: &KeyRing,
    (chain, removal): (Uuid, Option<&Removal>),
    anchor: &Anchor,
    report: &mut Report,
) -> Result<(i64, Vec<u8>), DbErr> {
    let of_chain = || row::Entity::find().filter(row::Column::Chain.eq(chain));
    // A chain begins at 1, or after what was removed.
    let (mut last, mut before) =
        removal.map_or((0, GENESIS.to_vec()), |removal| (removal.position, removal.mac.clone()));
    for row in of_chain().filter(row::Column::Position.lte(last)).limit(PAGE).all(db).await? {
        report.faults.push(Fault::Changed(chain, row.position));
    }
    let (mut seq, mut fits_anchor) = (i64::MIN, true);
    if removal.is_some() && !anchor.fits(chain, last, &before) {
        report.faults.push(Fault::Rewritten(chain, last));
        fits_anchor = false;
    }
    loop {
        let rows = of_chain()
            .filter(row::Column::Position.gt(last))
            .order_by_asc(row::Column::Position)
            .limit(PAGE)
            .all(db)
            .await?;
        if rows.is_empty() {
            return Ok((last, before));
        }
        let subjects = log::subjects(db, &rows).await?;
        for row in rows {
            report.rows += 1;
            if row.position != last + 1 {
                report.faults.push(Fault::Missing(chain, last + 1, row.position - 1));
            }
            // After a gap nothing is known of the row before: only the gap is told. No MAC has the order of writing,
            // but it is that of the chain.
            let follows = row.position != last + 1 || chain::follows(ring, &row, &before);
            if !follows || row.seq <= seq {
                report.faults.push(Fault::Changed(chain, row.position));
            }
            match beside(ring, subjects.get(&row.seq), &row.subject) {
                Beside::Subject => {}
                Beside::Erased => report.erased += 1,
                Beside::SomethingElse => report.faults.push(Fault::Subject(chain, row.position)),
            }
            // From there on every checkpoint has another row.
            if fits_anchor && !anchor.fits(chain, row.position, &row.mac) {
                report.faults.push(Fault::Rewritten(chain, row.position));
                fits_anchor = false;
            }
            (last, before, seq) = (row.position, row.mac, row.seq);
        }
    }
}
