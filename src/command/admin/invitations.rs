//! `admin invitations`

use std::process::ExitCode;

use poem::http::StatusCode;

use super::Console;
use crate::{command::print, store::invitation};

pub(super) async fn run(console: &Console) -> anyhow::Result<ExitCode> {
    let trail = console.start("invitations").await?;
    let invitations = invitation::list(console.store.read(), console.clock.now()).await?;
    trail.end(StatusCode::OK).await?;
    let lines = invitations.iter().map(|invitation| {
        let (name, created, expires) = (invitation.name(), invitation.created, invitation.expires);
        format!("{name} made {created} good until {expires}\n")
    });
    print(&lines.collect::<String>());
    Ok(ExitCode::SUCCESS)
}
