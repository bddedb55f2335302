//! `admin enable USER`

use std::process::ExitCode;

use poem::http::StatusCode;

use super::Console;
use crate::{audit::Effect, command::print, id::AccountId, store::account};

pub(super) async fn run(console: &Console, user: &str) -> anyhow::Result<ExitCode> {
    let (trail, account) = console.start_about("enable", user).await?;
    let effect = Effect::begin(&trail).await?;
    account::set_disabled(effect.db(), AccountId(account.id), false).await?;
    effect.commit(StatusCode::OK).await?;
    print(&format!("{user} can log in.\n"));
    Ok(ExitCode::SUCCESS)
}
