//! `admin move --to URL`

use std::{fs::File, io::BufReader, process::ExitCode, sync::Arc};

use anyhow::{Context, bail};
use poem::http::StatusCode;

use super::Console;
use crate::{
    audit::{
        Trail,
        verify::{Anchor, Report, verify},
    },
    clock::Clock,
    command::print,
    key_ring::{KeyRings, RingKind},
    random::Random,
    settings::{ApiSettings, AuditSettings, DatabaseSettings},
    store::{RowMac, Store},
};

pub(super) async fn run(settings: &ApiSettings, url: &str) -> anyhow::Result<ExitCode> {
    if settings.database.server().is_some() {
        bail!(
            "the board is on a PostgreSQL server already: database.url has to name the SQLite file that is moved"
        );
    }
    let there = settings.database.on_server(url)?;
    let keys = &settings.keys.directory;
    if !KeyRings::are_in(keys) {
        bail!(
            "{} does not have every key ring: without its keys a board has no sessions, no capabilities and no log that \
             can be verified",
            keys.display()
        );
    }
    let (clock, random) = (Clock::system(), Random::system());
    let rings = Arc::new(KeyRings::open(keys, &random, &clock).context("the key rings cannot be used")?);
    let store = Store::alone(&settings.database.url).await?;
    lacks_nothing("the file", &store).await?;
    let console = Console::of(store, rings, clock, random);

    let trail = console.start("move").await?;
    let moved = take_over(&console, &trail, &there, &settings.audit).await;
    let status = if moved.is_ok() { StatusCode::OK } else { StatusCode::INTERNAL_SERVER_ERROR };
    let ended = trail.end(status).await;
    console.store.close().await?;
    print(&moved?);
    ended.context("it is moved, but the file does not tell so")?;
    print(
        "The board is there now. Give every server the new database.url, with natter_api_user, and the same keys; put \
         the file away, which is as it was.\n",
    );
    Ok(ExitCode::SUCCESS)
}

/// Fills the database that `there` names; what was moved, a line for each table.
async fn take_over(
    console: &Console,
    trail: &Trail,
    there: &DatabaseSettings,
    audit: &AuditSettings,
) -> anyhow::Result<String> {
    let to = Store::for_command(there).await?;
    lacks_nothing("the destination", &to).await?;
    // Before anything waits there: nobody changes it here meanwhile.
    let here = report(console, console.store.read(), audit).await?;
    let transfer = console.store.transfer_to(&to).await?;
    let copied = transfer.copy().await?;
    transfer.compare(&copied).await?;
    let (sound, unsound) = transfer.sound_rows(&RowMac::new(console.rings.clone())).await?;
    let said = report(console, transfer.db(), audit).await?;
    if here != said {
        bail!("the audit log verifies otherwise there than here");
    }
    trail.end_there(transfer.db(), StatusCode::OK).await?;
    transfer.commit().await?;
    to.close().await?;

    let mut told = String::new();
    for contents in copied {
        told += &format!("{:>10} {:14} sha256 {}\n", contents.rows, contents.table, contents.digest);
    }
    told += &format!(
        "Read back, each table is the same there. {sound} sessions and capabilities bear their MAC, {unsound} do not \
         and are worth nothing, here and there.\n{} rows of the audit log read, {} checkpoints held against them: {}.\n",
        said.rows,
        said.checkpoints,
        if said.faults.is_empty() {
            "they say what was written".to_owned()
        } else {
            format!("{} faults, the same here and there, which verify-audit tells", said.faults.len())
        }
    );
    Ok(told)
}

async fn lacks_nothing(which: &str, store: &Store) -> anyhow::Result<()> {
    let pending = store.pending().await.with_context(|| format!("{which} cannot be used"))?;
    if !pending.is_empty() {
        bail!("{which} lacks the migrations {}: run `natter-api migrate` on it", pending.join(", "));
    }
    Ok(())
}

/// What verifying finds, held against the checkpoints that there are.
async fn report(
    console: &Console,
    db: &impl sea_orm::ConnectionTrait,
    audit: &AuditSettings,
) -> anyhow::Result<Report> {
    let checkpoints = console.rings.get(RingKind::Checkpoint);
    let anchor = match audit.checkpoint_file().filter(|path| path.is_file()) {
        Some(path) => {
            let file = File::open(path).with_context(|| format!("{} cannot be read", path.display()))?;
            Anchor::read(BufReader::new(file), &checkpoints)?
        }
        None => Anchor::default(),
    };
    Ok(verify(db, &console.rings.get(RingKind::Audit), &checkpoints, anchor).await?)
}
