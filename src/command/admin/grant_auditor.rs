//! `admin grant-auditor USER`

use std::process::ExitCode;

use anyhow::bail;
use poem::http::StatusCode;

use super::Console;
use crate::{audit::Effect, command::print, store::account};

pub(super) async fn run(console: &Console, user: &str) -> anyhow::Result<ExitCode> {
    let trail = console.start("grant-auditor").await?;
    let effect = Effect::begin(&trail).await?;
    if !account::grant_auditor(effect.db(), user).await? {
        drop(effect);
        trail.end(StatusCode::NOT_FOUND).await?;
        bail!("there is no account {user}: it has to be registered first");
    }
    effect.commit(StatusCode::OK).await?;
    print(&format!("{user} may read the audit log.\n"));
    Ok(ExitCode::SUCCESS)
}
