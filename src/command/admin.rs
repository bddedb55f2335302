//! `natter-api admin …`: what an operator does to the database, beside a running server if there is one.

mod export_audit;
mod grant_auditor;
mod verify_audit;

use std::{path::PathBuf, process::ExitCode, sync::Arc};

use anyhow::{Context, bail};
use clap::Subcommand;

use crate::{
    audit::{self, Recorder, Trail},
    clock::Clock,
    id::RequestId,
    key_ring::KeyRings,
    random::Random,
    settings::{ApiSettings, AuditMode},
    store::Store,
};

/// The administration commands.
#[derive(Subcommand)]
pub(super) enum Command {
    /// Let an account read the audit log.
    GrantAuditor {
        /// The account's name.
        user: String,
    },
    /// Say whether the audit log still says what was written; the exit status is 1 if not.
    VerifyAudit {
        /// A file of signed checkpoints (audit.checkpoint_file), which finds a tail that was cut off, too.
        #[arg(long, value_name = "FILE")]
        anchor: Option<PathBuf>,
    },
    /// Print the whole audit log, a JSON object on each line.
    ExportAudit,
}

/// What the commands work on.
struct Console {
    store: Store,
    rings: Arc<KeyRings>,
    recorder: Recorder,
    clock: Clock,
    random: Random,
}

/// Runs one.
pub(super) async fn run(command: Command, settings: &ApiSettings) -> anyhow::Result<ExitCode> {
    let console = Console::open(settings).await?;
    let outcome = match command {
        Command::GrantAuditor { user } => grant_auditor::run(&console, &user).await,
        Command::VerifyAudit { anchor } => verify_audit::run(&console, anchor.as_deref()).await,
        Command::ExportAudit => export_audit::run(&console).await,
    };
    console.store.close().await?;
    outcome
}

impl Console {
    async fn open(settings: &ApiSettings) -> anyhow::Result<Self> {
        let store = Store::open(&settings.database.url).await?;
        let pending = store.pending().await?;
        if !pending.is_empty() {
            bail!(
                "the database lacks the migrations {}: start the server once, or run `natter-api migrate`",
                pending.join(", ")
            );
        }
        let (clock, random) = (Clock::system(), Random::system());
        let rings = KeyRings::open(&settings.keys.directory, &random, &clock)
            .context("the key rings cannot be used")?;
        let rings = Arc::new(rings);
        let recorder =
            Recorder::new(store.clone(), rings.clone(), clock.clone(), random.clone(), AuditMode::Durable);
        Ok(Self { store, rings, recorder, clock, random })
    }

    /// Begins the audit of a command, as of a request.
    async fn start(&self, command: &str) -> anyhow::Result<Trail> {
        let request = audit::Request {
            id: RequestId::new(self.clock.now(), &self.random),
            method: "ADMIN".to_owned(),
            path: command.to_owned(),
            account: None,
            address: "local".to_owned(),
        };
        Ok(self.recorder.start(request).await?)
    }
}
