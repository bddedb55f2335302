//! `natter-api admin …`: what an operator does to the database, beside a running server if there is one.

use std::process::ExitCode;

use anyhow::bail;
use clap::Subcommand;
use poem::http::StatusCode;

use crate::{
    audit::{self, Effect, Trail},
    clock::Clock,
    id::RequestId,
    random::Random,
    settings::ApiSettings,
    store::{Store, account},
};

/// The administration commands.
#[derive(Subcommand)]
pub(super) enum Command {
    /// Let an account read the audit log.
    GrantAuditor {
        /// The account's name.
        user: String,
    },
}

/// Runs one, audited as a request is.
pub(super) async fn run(command: Command, settings: &ApiSettings) -> anyhow::Result<ExitCode> {
    let store = Store::open(&settings.database.url).await?;
    let pending = store.pending().await?;
    if !pending.is_empty() {
        bail!(
            "the database lacks the migrations {}: start the server once, or run `natter-api migrate`",
            pending.join(", ")
        );
    }
    let (clock, random) = (Clock::system(), Random::system());
    let Command::GrantAuditor { user } = command;
    let request = audit::Request {
        id: RequestId::new(clock.now(), &random),
        method: "ADMIN".to_owned(),
        path: "grant-auditor".to_owned(),
        account: None,
        address: "local".to_owned(),
    };
    let trail = Trail::start(&store, request, clock.now()).await?;
    let effect = Effect::begin(&store, &trail, &clock).await?;
    let granted = account::grant_auditor(effect.db(), &user).await?;
    effect.commit(if granted { StatusCode::OK } else { StatusCode::NOT_FOUND }).await?;
    store.close().await?;
    if !granted {
        bail!("there is no account {user}: it has to be registered first");
    }
    super::print(&format!("{user} may read the audit log.\n"));
    Ok(ExitCode::SUCCESS)
}
