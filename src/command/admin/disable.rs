//! `admin disable USER`

use std::process::ExitCode;

use poem::http::StatusCode;

use super::Console;
use crate::{
    audit::Effect,
    command::print,
    id::AccountId,
    store::{account, session},
};

/// Capabilities stay as they are: each needs a session of its account, and there will be none.
pub(super) async fn run(console: &Console, user: &str) -> anyhow::Result<ExitCode> {
    let (trail, account) = console.start_about("disable", user).await?;
    let id = AccountId(account.id);
    let effect = Effect::begin(&trail).await?;
    account::set_disabled(effect.db(), id, true).await?;
    session::remove_all(effect.db(), id).await?;
    effect.commit(StatusCode::OK).await?;
    print(&format!("{user} is disabled, and has no session any more.\n"));
    Ok(ExitCode::SUCCESS)
}
