//! `admin restore FILE`

use std::{path::Path, process::ExitCode, sync::Arc};

use anyhow::{Context, bail};
use poem::http::StatusCode;

use super::Console;
use crate::{
    clock::Clock,
    command::print,
    key_ring::KeyRings,
    random::Random,
    settings::ApiSettings,
    store::{Replacement, Store},
};

const COMMAND: &str = "restore";

pub(super) async fn run(settings: &ApiSettings, file: &Path) -> anyhow::Result<ExitCode> {
    let keys = &settings.keys.directory;
    if !KeyRings::are_in(keys) {
        bail!(
            "{} does not have every key ring: put back the keys of the backup first; with new ones, its sessions and \
             capabilities are worth nothing and its audit log cannot be verified",
            keys.display()
        );
    }
    let (clock, random) = (Clock::system(), Random::system());
    let rings = Arc::new(KeyRings::open(keys, &random, &clock).context("the key rings cannot be used")?);
    let replacement = Replacement::prepare(&settings.database.url, file, &random).await?;
    let console = |store: Store| Console::of(store, rings.clone(), clock.clone(), random.clone());

    // In both: the one that goes tells of its end, and the one that comes of its beginning.
    if let Some(replaced) = replacement.replaced().await {
        if console(replaced.clone()).start(COMMAND).await.is_err() {
            print("The database that is replaced cannot be written: it does not tell of this.\n");
        }
        replaced.close().await?;
    }
    let trail = console(replacement.store().clone()).start(COMMAND).await?;
    trail.end(StatusCode::OK).await?;
    drop(trail);
    let kept = replacement.take_place(clock.now()).await?;

    print(&format!("The database is the one of {} again.\n", file.display()));
    if let Some(kept) = kept {
        print(&format!("The one before is kept as {}.\n", kept.display()));
    }
    Ok(ExitCode::SUCCESS)
}
