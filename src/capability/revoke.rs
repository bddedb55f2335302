//! `DELETE /spaces/{space_id}/capabilities/{capability_id}`

use poem::http::StatusCode;
use poem_openapi::{OpenApi, payload::Json};

use crate::{
    authorization::{Authorised, Below, Doors, Place, Policy, SpacePolicy},
    document::{Done, Tag},
    id::CapabilityId,
    permission::{Permissions, Scope},
    problem::Problem,
    store::capability,
};

/// Revokes a capability of a space.
#[derive(Clone, Copy, Debug)]
pub struct RevokeCapability;

/// What revoking asks for: to own the space.
#[derive(Clone, Copy, Debug)]
pub struct MayRevokeCapability;

impl Policy for MayRevokeCapability {
    const SCOPE: Option<Scope> = Some(Scope::ManageSpace);
}

impl SpacePolicy for MayRevokeCapability {
    const PLACE: Place = Place::Space;
    const NEEDS: Permissions = Permissions::ALL;
    const DOORS: Doors = Doors::Owner;
}

#[OpenApi]
impl RevokeCapability {
    /// Revoke a capability link
    ///
    /// Every URI made from it ends at once, and everything shared from it.
    #[oai(
        path = "/spaces/:space_id/capabilities/:capability_id",
        method = "delete",
        operation_id = "revokeCapability",
        tag = "Tag::Capabilities"
    )]
    async fn revoke_capability(
        &self,
        /// The space.
        #[oai(name = "space_id")]
        owner: Authorised<MayRevokeCapability>,
        /// The capability, as listed.
        capability_id: Below<CapabilityId>,
    ) -> Result<Json<Done>, Problem> {
        let effect = owner.effect().await?;
        if !capability::remove(effect.db(), owner.space(), capability_id.0).await? {
            return Err(Problem::not_found("capability"));
        }
        effect.commit(StatusCode::OK).await?;
        Ok(Json(Done {}))
    }
}
