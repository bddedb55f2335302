//! `POST /spaces/{space_id}/owner`

use poem::http::StatusCode;
use poem_openapi::{Object, OpenApi, payload::Json};

use crate::{
    authorization::{Authorised, Doors, Place, Policy, SpacePolicy},
    document::{Done, Tag},
    id::AccountId,
    json_body::JsonBody,
    permission::{Permissions, Role, Scope},
    problem::Problem,
    store::{account, member},
    text::UserName,
};

/// Hands a space over.
#[derive(Clone, Copy, Debug)]
pub struct HandOverSpace;

/// What handing a space over asks for: to own it.
#[derive(Clone, Copy, Debug)]
pub struct MayHandOver;

impl Policy for MayHandOver {
    const SCOPE: Option<Scope> = Some(Scope::ManageSpace);
}

impl SpacePolicy for MayHandOver {
    const PLACE: Place = Place::Space;
    const NEEDS: Permissions = Permissions::ALL;
    const DOORS: Doors = Doors::Owner;
}

/// Who gets the space.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
struct NewOwner {
    /// A member of the space.
    username: UserName,
}

#[OpenApi]
impl HandOverSpace {
    /// Hand a space over
    ///
    /// To one of its members, who becomes its owner; the caller becomes a member. Capability links that the caller has
    /// live on: the new owner lists and revokes them.
    #[oai(
        path = "/spaces/:space_id/owner",
        method = "post",
        operation_id = "handOverSpace",
        tag = "Tag::Spaces"
    )]
    async fn hand_over_space(
        &self,
        /// The space.
        #[oai(name = "space_id")]
        owner: Authorised<MayHandOver>,
        body: JsonBody<NewOwner>,
    ) -> Result<Json<Done>, Problem> {
        let (space, caller) = (owner.space(), owner.session().account);
        let no_member =
            || Problem::invalid_field("username", "must be the name of another member of this space");

        let effect = owner.effect().await?;
        let heir = account::by_name(effect.db(), body.0.username.as_str()).await?.ok_or_else(no_member)?;
        let heir = AccountId(heir.id);
        if heir == caller || member::roles(effect.db(), space, heir).await?.is_empty() {
            return Err(no_member());
        }
        member::set_roles(effect.db(), space, heir, &[Role::Owner]).await?;
        member::set_roles(effect.db(), space, caller, &[Role::Member]).await?;
        effect.commit(StatusCode::OK).await?;
        Ok(Json(Done {}))
    }
}
