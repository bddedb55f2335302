//! `natter-api retention`: removes what is past its time, once.

use std::{process::ExitCode, sync::Arc};

use anyhow::Context;

use crate::{
    clock::Clock,
    key_ring::KeyRings,
    random::Random,
    retention::{Removed, Retention},
    settings::ApiSettings,
    store::Store,
};

/// Removes it and says how much went. Whoever runs this by the clock needs the role for it alone, and no server does.
pub(super) async fn run(settings: &ApiSettings) -> anyhow::Result<ExitCode> {
    let store = Store::for_command(&settings.database).await?;
    store.fits().await?;
    let (clock, random) = (Clock::system(), Random::system());
    let rings =
        KeyRings::open(&settings.keys.directory, &random, &clock).context("the key rings cannot be used")?;
    let retention = Retention::new(store.clone(), Arc::new(rings), clock, &settings.retention);
    let Removed { messages, audit, cards } = retention.sweep().await?;
    super::print(&format!("Removed {messages} messages, {audit} rows of the audit log and {cards} cards.\n"));
    store.close().await?;
    Ok(ExitCode::SUCCESS)
}
