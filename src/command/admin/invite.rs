//! `admin invite [--hours N]`

use std::{process::ExitCode, time::Duration};

use poem::http::StatusCode;

use super::Console;
use crate::{audit::Effect, command::print, store::invitation, token::InvitationCode};

pub(super) async fn run(console: &Console, hours: u32) -> anyhow::Result<ExitCode> {
    let trail = console.start("invite").await?;
    let (code, now) = (InvitationCode::generate(&console.random), console.clock.now());
    let expires = now + Duration::from_secs(u64::from(hours) * 3600);
    let effect = Effect::begin(&trail).await?;
    invitation::insert(effect.db(), &code.hash(), now, expires).await?;
    effect.commit(StatusCode::OK).await?;
    // By itself, so that it can be piped into whatever delivers it.
    print(&format!("{}\n", *code.expose()));
    Ok(ExitCode::SUCCESS)
}
