//! `admin revoke-invitation NAME`

use std::process::ExitCode;

use anyhow::bail;
use poem::http::StatusCode;

use super::Console;
use crate::{audit::Effect, command::print, store::invitation};

pub(super) async fn run(console: &Console, name: &str) -> anyhow::Result<ExitCode> {
    let trail = console.start("revoke-invitation").await?;
    let effect = Effect::begin(&trail).await?;
    let good = invitation::list(effect.db(), console.clock.now()).await?;
    let revoked = match good.iter().find(|invitation| invitation.name() == name) {
        Some(invitation) => invitation::revoke(effect.db(), invitation).await?,
        None => false,
    };
    if !revoked {
        drop(effect);
        trail.end(StatusCode::NOT_FOUND).await?;
        bail!(
            "there is no invitation {name} that is good: `natter-api admin invitations` names those that are"
        );
    }
    effect.commit(StatusCode::OK).await?;
    print(&format!("The invitation {name} is revoked.\n"));
    Ok(ExitCode::SUCCESS)
}
