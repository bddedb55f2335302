//! `admin verify-audit [--anchor FILE]`

use std::{fs::File, io::BufReader, path::Path, process::ExitCode};

use anyhow::Context;

use super::Console;
use crate::{
    audit::verify::{Anchor, verify},
    command::print,
    key_ring::RingKind,
};

pub(super) async fn run(console: &Console, anchor: Option<&Path>) -> anyhow::Result<ExitCode> {
    let anchored = anchor.is_some();
    let anchor = match anchor {
        None => Anchor::default(),
        Some(path) => {
            let file = File::open(path).with_context(|| format!("{} cannot be read", path.display()))?;
            Anchor::read(BufReader::new(file), &console.rings.get(RingKind::Checkpoint))?
        }
    };
    // One state of the database, whatever a running server writes meanwhile; no older than the anchor's.
    let snapshot = console.store.snapshot().await?;
    let report = verify(
        &snapshot,
        &console.rings.get(RingKind::Audit),
        &console.rings.get(RingKind::Checkpoint),
        anchor,
    )
    .await?;
    drop(snapshot);
    print(&format!(
        "{} rows read, {} of them about erased persons; {} checkpoints held against them.\n",
        report.rows, report.erased, report.checkpoints
    ));
    for (chain, position, at) in &report.removed {
        print(&format!(
            "Chain {chain}: the rows up to {position} were past their time and were removed; the last is of {at}.\n"
        ));
    }
    for fault in &report.faults {
        print(&format!("{fault}\n"));
    }
    if !report.faults.is_empty() {
        print(&format!("{} faults: the audit log does not say what was written.\n", report.faults.len()));
        return Ok(ExitCode::FAILURE);
    }
    print("The audit log says what was written");
    print(if anchored { ".\n" } else { ", as far as can be told without --anchor.\n" });
    Ok(ExitCode::SUCCESS)
}
