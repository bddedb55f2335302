//! `DELETE /spaces/{space_id}`

use poem::http::StatusCode;
use poem_openapi::{OpenApi, payload::Json};

use crate::{
    authorization::{Authorised, Doors, Place, Policy, SpacePolicy},
    document::{Done, Tag},
    permission::{Permissions, Scope},
    problem::Problem,
    store::space,
};

/// Deletes a space.
#[derive(Clone, Copy, Debug)]
pub struct DeleteSpace;

/// What deleting a space asks for: to own it.
#[derive(Clone, Copy, Debug)]
pub struct MayDeleteSpace;

impl Policy for MayDeleteSpace {
    const SCOPE: Option<Scope> = Some(Scope::ManageSpace);
}

impl SpacePolicy for MayDeleteSpace {
    const PLACE: Place = Place::Space;
    const NEEDS: Permissions = Permissions::ALL;
    const DOORS: Doors = Doors::Owner;
}

#[OpenApi]
impl DeleteSpace {
    /// Delete a space
    ///
    /// With its messages, members and capabilities. By its owner only; a capability is refused.
    #[oai(path = "/spaces/:space_id", method = "delete", operation_id = "deleteSpace", tag = "Tag::Spaces")]
    async fn delete_space(
        &self,
        /// The space.
        #[oai(name = "space_id")]
        owner: Authorised<MayDeleteSpace>,
    ) -> Result<Json<Done>, Problem> {
        let effect = owner.effect().await?;
        space::remove(effect.db(), owner.space()).await?;
        effect.commit(StatusCode::OK).await?;
        Ok(Json(Done {}))
    }
}
