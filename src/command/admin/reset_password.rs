//! `admin reset-password USER`

use std::{
    io::{BufRead, Read, stdin},
    process::ExitCode,
};

use anyhow::Context;
use poem::http::StatusCode;
use zeroize::Zeroizing;

use super::Console;
use crate::{
    audit::Effect,
    command::{hasher, print},
    id::AccountId,
    password::{Password, Priority},
    settings::PasswordsSettings,
    store::{account, session},
};

/// Longer than any password and its line end.
const LONGEST_LINE: u64 = 2048;

pub(super) async fn run(
    console: &Console,
    settings: &PasswordsSettings,
    user: &str,
) -> anyhow::Result<ExitCode> {
    let password = read_password()?;
    let (trail, account) = console.start_about("reset-password", user).await?;
    let id = AccountId(account.id);
    let hash = hasher(settings, &console.random)?.hash(password, Priority::Trusted).await?;
    let effect = Effect::begin(&trail).await?;
    account::set_password(effect.db(), id, hash).await?;
    session::remove_all(effect.db(), id).await?;
    effect.commit(StatusCode::OK).await?;
    print(&format!("{user} has a new password, and no session any more.\n"));
    Ok(ExitCode::SUCCESS)
}

/// From standard input and not from an argument, which other users of the machine could see.
fn read_password() -> anyhow::Result<Password> {
    // With its full capacity from the start, so that growing leaves no copies behind.
    let mut line = Zeroizing::new(String::with_capacity(LONGEST_LINE as usize));
    stdin()
        .lock()
        .take(LONGEST_LINE)
        .read_line(&mut line)
        .context("no password can be read from standard input")?;
    let typed = line.strip_suffix('\n').unwrap_or(&line);
    let typed = typed.strip_suffix('\r').unwrap_or(typed);
    Password::new(typed.to_owned()).context("the first line of standard input is no password")
}
