//! Erasing a person: the account with everything that hangs on it.

use sea_orm::DbErr;

use super::retired_name;
use crate::{
    audit::Effect,
    id::{AccountId, SpaceId},
    key_ring::KeyRing,
    problem::{Kind, Problem},
    store::{
        account::{self, Account},
        member, space,
    },
};

/// What becomes of spaces that have other members, but no other owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Orphans {
    /// The account stays: they have to be handed over first.
    Refuse,
    /// They are deleted, with what the others said there.
    Delete,
}

/// Why an account cannot be erased.
#[derive(Debug, thiserror::Error)]
pub enum EraseError {
    /// These spaces would have members and no owner.
    #[error("{} spaces would have no owner", .0.len())]
    OwnerNeeded(Vec<SpaceId>),
    /// The engine failed.
    #[error("the database failed: {0}")]
    Store(#[from] DbErr),
}

impl From<EraseError> for Problem {
    fn from(error: EraseError) -> Self {
        match error {
            EraseError::OwnerNeeded(spaces) => {
                let first = spaces.first().map(ToString::to_string).unwrap_or_default();
                let detail =
                    format!("The space {first} would have no owner: hand it over or delete it first.");
                Self::new(Kind::OwnerNeeded, detail)
            }
            EraseError::Store(error) => error.into(),
        }
    }
}

/// Erases `account`: its sessions, memberships, messages and capabilities, the spaces in which nobody else is a
/// member, and who it was from the audit log. Its name, which `names` hashes, is not given out again. Says how many
/// spaces went.
///
/// # Errors
/// See [`EraseError`]; the effect has to be dropped then.
pub async fn erase(
    effect: &mut Effect,
    names: &KeyRing,
    account: &Account,
    orphans: Orphans,
) -> Result<usize, EraseError> {
    let id = AccountId(account.id);
    let (mut doomed, mut orphaned) = (Vec::new(), Vec::new());
    for owned in member::owned(effect.db(), id).await? {
        if !member::has_others(effect.db(), owned, id).await? {
            doomed.push(owned);
        } else if member::other_owners(effect.db(), owned, id).await? == 0 {
            orphaned.push(owned);
        }
    }
    if !orphaned.is_empty() && orphans == Orphans::Refuse {
        return Err(EraseError::OwnerNeeded(orphaned));
    }
    doomed.append(&mut orphaned);
    for space in &doomed {
        space::remove(effect.db(), *space).await?;
    }
    effect.erase(id).await?;
    effect.done_by_nobody();
    account::remove(effect.db(), id, &retired_name::hash(names, &account.name)).await?;
    Ok(doomed.len())
}
