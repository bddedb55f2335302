//! `DELETE /spaces/{space_id}/members/{username}`

use poem::http::StatusCode;
use poem_openapi::{OpenApi, payload::Json};

use crate::{
    authorization::{Authorised, Below, Doors, Place, Policy, SpacePolicy},
    document::{Done, Tag},
    id::AccountId,
    permission::{Permissions, Role, Scope},
    problem::{Kind, Problem},
    store::{account, capability, member},
    text::UserName,
};

/// Removes a member, or leaves.
#[derive(Clone, Copy, Debug)]
pub struct RemoveMember;

/// What leaving asks for: to be a member. Removing others asks for more, below.
#[derive(Clone, Copy, Debug)]
pub struct MayRemoveMember;

impl Policy for MayRemoveMember {
    const SCOPE: Option<Scope> = Some(Scope::ManageSpace);
}

impl SpacePolicy for MayRemoveMember {
    const PLACE: Place = Place::Space;
    const NEEDS: Permissions = Permissions::READ;
    const DOORS: Doors = Doors::Roles;
}

#[OpenApi]
impl RemoveMember {
    /// Remove a member, or leave
    ///
    /// Owners remove anybody, everybody removes themselves; the last owner stays. The capabilities that were made
    /// for the member in this space end, with all that was shared from them. A capability is refused.
    #[oai(
        path = "/spaces/:space_id/members/:username",
        method = "delete",
        operation_id = "removeMember",
        tag = "Tag::Members"
    )]
    async fn remove_member(
        &self,
        /// The space.
        #[oai(name = "space_id")]
        caller: Authorised<MayRemoveMember>,
        /// The member.
        username: Below<UserName>,
    ) -> Result<Json<Done>, Problem> {
        let space = caller.space();
        let effect = caller.effect().await?;
        let member =
            account::by_name(effect.db(), username.0.as_str()).await?.map(|account| AccountId(account.id));
        let own = caller.session().account;
        // As it is inside the transaction, not as it was when the request came in.
        let is_owner = member::roles(effect.db(), space, own).await?.contains(&Role::Owner);
        if member != Some(own) && !is_owner {
            return Err(Problem::forbidden());
        }
        let member = member.ok_or_else(|| Problem::not_found("member"))?;
        let roles = member::roles(effect.db(), space, member).await?;
        if roles.is_empty() {
            return Err(Problem::not_found("member"));
        }
        if roles.contains(&Role::Owner) && member::other_owners(effect.db(), space, member).await? == 0 {
            let detail = "The last owner of a space cannot leave: hand the space over or delete it.";
            return Err(Problem::new(Kind::OwnerNeeded, detail));
        }
        member::set_roles(effect.db(), space, member, &[]).await?;
        capability::remove_of(effect.db(), space, member).await?;
        effect.commit(StatusCode::OK).await?;
        Ok(Json(Done {}))
    }
}
