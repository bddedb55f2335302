//! `admin erase USER [--delete-spaces]`

use std::process::ExitCode;

use anyhow::bail;
use poem::http::StatusCode;

use super::Console;
use crate::{
    account::{EraseError, Orphans, erase},
    audit::Effect,
    command::print,
    id::{AccountId, SpaceId},
    key_ring::RingKind,
    store::space,
};

pub(super) async fn run(console: &Console, user: &str, delete_spaces: bool) -> anyhow::Result<ExitCode> {
    let (trail, account) = console.start_about("erase", user).await?;
    let orphans = if delete_spaces { Orphans::Delete } else { Orphans::Refuse };
    let mut effect = Effect::begin(&trail).await?;
    let names = console.rings.get(RingKind::Name);
    match erase(&mut effect, &names, &account, orphans).await {
        Ok(spaces) => {
            effect.commit(StatusCode::OK).await?;
            print(&format!(
                "{user} is erased ({}), with {spaces} spaces. The name is not given out again.\n",
                AccountId(account.id)
            ));
            Ok(ExitCode::SUCCESS)
        }
        Err(EraseError::OwnerNeeded(spaces)) => {
            drop(effect);
            trail.end(StatusCode::CONFLICT).await?;
            bail!(
                "nothing was erased: these spaces have other members and would have no owner; hand them over, or \
                 add --delete-spaces to delete them\n{}",
                listed(console, &spaces).await?
            );
        }
        Err(EraseError::Store(error)) => Err(error.into()),
    }
}

/// A line for each space.
async fn listed(console: &Console, spaces: &[SpaceId]) -> anyhow::Result<String> {
    let spaces = space::by_ids(console.store.read(), spaces).await?;
    let lines = spaces.iter().map(|space| format!("  {}  {}", space.id, space.name.escape_debug()));
    Ok(lines.collect::<Vec<_>>().join("\n"))
}
