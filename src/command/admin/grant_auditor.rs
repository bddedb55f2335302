//! `admin grant-auditor USER`

use std::process::ExitCode;

use poem::http::StatusCode;

use super::Console;
use crate::{audit::Effect, command::print, id::AccountId, store::account};

pub(super) async fn run(console: &Console, user: &str) -> anyhow::Result<ExitCode> {
    let (trail, account) = console.start_about("grant-auditor", user).await?;
    let effect = Effect::begin(&trail).await?;
    account::grant_auditor(effect.db(), AccountId(account.id)).await?;
    effect.commit(StatusCode::OK).await?;
    print(&format!("{user} may read the audit log.\n"));
    Ok(ExitCode::SUCCESS)
}
