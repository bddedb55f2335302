//! `DELETE /users/{username}`

use poem::http::StatusCode;
use poem_openapi::{OpenApi, param::Path, payload::Json};

use super::{own, retired_name};
use crate::{
    authorization::{Authenticated, Policy},
    document::{Done, Tag},
    permission::Scope,
    problem::{Kind, Problem},
    store::{account, member, space},
    text::UserName,
};

/// Deletes the caller's account.
#[derive(Clone, Copy, Debug)]
pub struct DeleteAccount;

/// What deleting an account asks for.
#[derive(Clone, Copy, Debug)]
pub struct MayDeleteAccount;

impl Policy for MayDeleteAccount {
    const SCOPE: Option<Scope> = Some(Scope::ManageAccount);
}

#[OpenApi]
impl DeleteAccount {
    /// Delete the account
    ///
    /// The caller's own, with its sessions, memberships, messages and capabilities, and the spaces in which nobody
    /// else is a member. A space that has other members but no other owner has to be handed over first. The name is
    /// not given out again.
    #[oai(
        path = "/users/:username",
        method = "delete",
        operation_id = "deleteAccount",
        tag = "Tag::Accounts"
    )]
    async fn delete_account(
        &self,
        caller: Authenticated<MayDeleteAccount>,
        /// The caller's own name.
        username: Path<UserName>,
    ) -> Result<Json<Done>, Problem> {
        let board = caller.board();
        let account = own(&caller, &username).await?;
        let id = caller.session().account;

        let mut effect = caller.effect().await?;
        for owned in member::owned(effect.db(), id).await? {
            if !member::has_others(effect.db(), owned, id).await? {
                space::remove(effect.db(), owned).await?;
            } else if member::other_owners(effect.db(), owned, id).await? == 0 {
                let detail =
                    format!("The space {owned} would have no owner: hand it over or delete it first.");
                return Err(Problem::new(Kind::OwnerNeeded, detail));
            }
        }
        effect.erase(id).await?;
        effect.done_by_nobody();
        account::remove(effect.db(), id, &retired_name::hash(&board.name_ring(), &account.name)).await?;
        effect.commit(StatusCode::OK).await?;
        Ok(Json(Done {}))
    }
}
