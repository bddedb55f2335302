//! `GET /spaces/{space_id}`

use poem_openapi::{Object, OpenApi, payload::Json};

use crate::{
    authorization::{Authorised, Doors, Grant, Place, Policy, SpacePolicy},
    document::Tag,
    permission::{Permissions, Role, RoleName, Scope},
    problem::Problem,
    store::space,
};

/// Shows a space.
#[derive(Clone, Copy, Debug)]
pub struct ViewSpace;

/// What seeing a space asks for.
#[derive(Clone, Copy, Debug)]
pub struct MayViewSpace;

impl Policy for MayViewSpace {
    const SCOPE: Option<Scope> = Some(Scope::ListSpaces);
}

impl SpacePolicy for MayViewSpace {
    const PLACE: Place = Place::Space;
    const NEEDS: Permissions = Permissions::READ;
    const DOORS: Doors = Doors::RolesOrCapability;
}

/// A space.
#[derive(Debug, Object)]
struct SpaceView {
    /// Its name.
    name: String,
    /// The space.
    uri: String,
    /// Its messages.
    messages: String,
    /// The caller's roles in it; none where a capability decided.
    roles: Vec<RoleName>,
    /// What the caller may do: some of `r`, `w` and `d`.
    perms: String,
}

#[OpenApi]
impl ViewSpace {
    /// Show a space
    ///
    /// An unknown space and one that the caller has nothing to do with look alike.
    #[oai(path = "/spaces/:space_id", method = "get", operation_id = "getSpace", tag = "Tag::Spaces")]
    async fn get_space(
        &self,
        /// The space.
        #[oai(name = "space_id")]
        viewer: Authorised<MayViewSpace>,
    ) -> Result<Json<SpaceView>, Problem> {
        let id = viewer.space();
        let space = space::by_id(viewer.board().store().read(), id).await?.ok_or_else(Problem::forbidden)?;
        let roles: &[Role] = match viewer.grant() {
            Grant::Roles(roles) => roles,
            Grant::Capability { .. } => &[],
        };
        Ok(Json(SpaceView {
            name: space.name,
            uri: format!("/spaces/{id}"),
            messages: format!("/spaces/{id}/messages"),
            roles: roles.iter().copied().map(RoleName::from).collect(),
            perms: viewer.grant().permissions().to_string(),
        }))
    }
}
