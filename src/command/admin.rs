//! `natter-api admin …`: what an operator does to the database, beside a running server if there is one.

mod backup;
mod console;
mod disable;
mod enable;
mod erase;
mod export;
mod export_audit;
mod grant_auditor;
mod invitations;
mod invite;
mod move_to;
mod reset_password;
mod restore;
mod retire_key;
mod revoke_invitation;
mod rotate_keys;
mod verify_audit;

use std::{path::PathBuf, process::ExitCode};

use clap::Subcommand;

use self::console::Console;
use crate::{key_ring::RingKind, settings::ApiSettings};

/// The administration commands.
#[derive(Subcommand)]
pub(super) enum Command {
    #[command(flatten)]
    Beside(Beside),
    #[command(flatten)]
    Alone(Alone),
}

/// Those that a server may run beside.
#[derive(Subcommand)]
pub(super) enum Beside {
    /// Let an account read the audit log.
    GrantAuditor {
        /// The account's name.
        user: String,
    },
    /// End an account's sessions and let nobody log in to it until it is enabled again.
    Disable {
        /// The account's name.
        user: String,
    },
    /// Let an account that was disabled log in again.
    Enable {
        /// The account's name.
        user: String,
    },
    /// Give an account the password in the first line of standard input, and end its sessions.
    ResetPassword {
        /// The account's name.
        user: String,
    },
    /// Delete an account with its messages, and all that says who it was; the audit log still verifies.
    Erase {
        /// The account's name.
        user: String,
        /// Delete the spaces, too, that have other members and no other owner.
        #[arg(long)]
        delete_spaces: bool,
    },
    /// Print everything stored about one person, a JSON object on each line.
    Export {
        /// The account's name.
        user: String,
    },
    /// Print an invitation: a code that makes one account where registration.mode is "invitation".
    Invite {
        /// For how many hours it is good, at most a year.
        #[arg(long, value_name = "N", default_value_t = 72, value_parser = clap::value_parser!(u32).range(1..=8760))]
        hours: u32,
    },
    /// List the invitations that are good and not used, oldest first: a name for each, and when it ends.
    Invitations,
    /// End an invitation that nobody has used yet.
    RevokeInvitation {
        /// What `invitations` calls it.
        name: String,
    },
    /// Add a key to a ring, or to every ring: it signs from now on, and the older ones still verify.
    RotateKeys {
        /// The ring; every ring if left out.
        ring: Option<RingKind>,
    },
    /// Say what ends if a key is removed from its ring; with --yes, remove it.
    RetireKey {
        /// The ring.
        ring: RingKind,
        /// The key's number, as its file and rotate-keys say.
        key: u32,
        /// Do it.
        #[arg(long)]
        yes: bool,
    },
    /// Write the database as it is now to a new file, also while the server runs. The keys are not in it.
    Backup {
        /// The file; it must not exist.
        file: PathBuf,
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

/// Those that must have the database alone.
#[derive(Subcommand)]
pub(super) enum Alone {
    /// Put a backup in the place of the database, which is kept beside it. The server has to be stopped.
    Restore {
        /// A file that `backup` made.
        file: PathBuf,
    },
    /// Take the database, an SQLite file, over to PostgreSQL: an empty database that was migrated. The server has to be
    /// stopped; the file stays as it is.
    Move {
        /// The URL of the database, for natter_migrate. The files for the connection are those of [database].
        #[arg(long, value_name = "URL")]
        to: String,
    },
}

/// Runs one.
pub(super) async fn run(command: Command, settings: &ApiSettings) -> anyhow::Result<ExitCode> {
    match command {
        Command::Beside(command) => run_beside(command, settings).await,
        Command::Alone(Alone::Restore { file }) => restore::run(settings, &file).await,
        Command::Alone(Alone::Move { to }) => move_to::run(settings, &to).await,
    }
}

async fn run_beside(command: Beside, settings: &ApiSettings) -> anyhow::Result<ExitCode> {
    let console = Console::open(settings).await?;
    let outcome = match command {
        Beside::GrantAuditor { user } => grant_auditor::run(&console, &user).await,
        Beside::Disable { user } => disable::run(&console, &user).await,
        Beside::Enable { user } => enable::run(&console, &user).await,
        Beside::ResetPassword { user } => reset_password::run(&console, &settings.passwords, &user).await,
        Beside::Erase { user, delete_spaces } => erase::run(&console, &user, delete_spaces).await,
        Beside::Export { user } => export::run(&console, &user).await,
        Beside::Invite { hours } => invite::run(&console, hours).await,
        Beside::Invitations => invitations::run(&console).await,
        Beside::RevokeInvitation { name } => revoke_invitation::run(&console, &name).await,
        Beside::RotateKeys { ring } => rotate_keys::run(&console, &settings.keys, ring).await,
        Beside::RetireKey { ring, key, yes } => {
            retire_key::run(&console, &settings.keys, ring, key, yes).await
        }
        Beside::Backup { file } => backup::run(&console, &file).await,
        Beside::VerifyAudit { anchor } => verify_audit::run(&console, anchor.as_deref()).await,
        Beside::ExportAudit => export_audit::run(&console).await,
    };
    console.store.close().await?;
    outcome
}
