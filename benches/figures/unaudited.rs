//! `natter-api` without its audit, which no setting can say: this program serves then.

use std::{env, process::ExitCode};

use natter::{
    command,
    settings::{ApiSettings, AuditMode, load},
};

/// The variable that makes this program the server.
pub const SERVES: &str = "FIGURES_UNAUDITED";

/// Serves with the settings of the environment until it is killed.
pub fn serve() -> ExitCode {
    let loaded = load::<ApiSettings>(None, env::vars_os());
    let mut settings = loaded.unwrap_or_else(|faults| panic!("{faults}")).settings;
    settings.audit.mode = AuditMode::Nothing;
    command::serve(settings).expect("it serves")
}
