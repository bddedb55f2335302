//! `GET /spaces/{space_id}/members`

use poem_openapi::{ApiResponse, Object, OpenApi, param::Query, payload::Json};

use crate::{
    authorization::{Authorised, Doors, Place, Policy, SpacePolicy},
    document::Tag,
    id::AccountId,
    paging::{Limit, next_link},
    permission::{Permissions, RoleName, Scope},
    problem::Problem,
    store::{account, member},
};

/// Lists the members of a space.
#[derive(Clone, Copy, Debug)]
pub struct ListMembers;

/// What listing members asks for: to be one.
#[derive(Clone, Copy, Debug)]
pub struct MayListMembers;

impl Policy for MayListMembers {
    const SCOPE: Option<Scope> = Some(Scope::ListMembers);
}

impl SpacePolicy for MayListMembers {
    const PLACE: Place = Place::Space;
    const NEEDS: Permissions = Permissions::READ;
    const DOORS: Doors = Doors::Roles;
}

/// A member.
#[derive(Debug, Object)]
struct MemberEntry {
    /// The account.
    username: String,
    /// Its roles.
    roles: Vec<RoleName>,
}

#[derive(Debug, ApiResponse)]
enum Answer {
    /// A page of members, in the order of their accounts' making.
    #[oai(status = 200)]
    Page(
        Json<Vec<MemberEntry>>,
        /// The next page (RFC 8288, `rel="next"`), if there may be one.
        #[oai(header = "Link")]
        Option<String>,
    ),
}

#[OpenApi]
impl ListMembers {
    /// List members
    ///
    /// By any member; a capability is refused, since it tells nobody who else is there.
    #[oai(
        path = "/spaces/:space_id/members",
        method = "get",
        operation_id = "listMembers",
        tag = "Tag::Members"
    )]
    async fn list_members(
        &self,
        /// The space.
        #[oai(name = "space_id")]
        reader: Authorised<MayListMembers>,
        /// Only members after this one, as a `Link` says.
        after: Query<Option<AccountId>>,
        /// How many, 1 to 1,000.
        #[oai(default)]
        limit: Query<Limit>,
    ) -> Result<Answer, Problem> {
        let (db, space, limit) = (reader.board().store().read(), reader.space(), limit.0);
        let members = member::page(db, space, after.0, limit.rows()).await?;
        let names = account::names(db, members.iter().map(|(id, _)| *id)).await?;
        let link = next_link(limit, &members, |(last, _)| {
            format!("/spaces/{space}/members?after={last}&limit={limit}")
        });
        let entries = members.into_iter().filter_map(|(id, roles)| {
            let roles = roles.into_iter().map(RoleName::from).collect();
            Some(MemberEntry { username: names.get(&id)?.clone(), roles })
        });
        Ok(Answer::Page(Json(entries.collect()), link))
    }
}
