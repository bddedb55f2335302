//! `GET /spaces/{space_id}/capabilities`

use poem_openapi::{ApiResponse, Object, OpenApi, param::Query, payload::Json};

use super::mint;
use crate::{
    authorization::{Authorised, Doors, Place, Policy, SpacePolicy},
    document::Tag,
    id::CapabilityId,
    paging::{Limit, next_link},
    permission::{Permissions, Scope},
    problem::Problem,
    store::{account, capability},
    timestamp::Timestamp,
};

/// Lists the capabilities that open something of a space.
#[derive(Clone, Copy, Debug)]
pub struct ListCapabilities;

/// What listing capabilities asks for: to own the space.
#[derive(Clone, Copy, Debug)]
pub struct MayListCapabilities;

impl Policy for MayListCapabilities {
    const SCOPE: Option<Scope> = Some(Scope::ManageSpace);
}

impl SpacePolicy for MayListCapabilities {
    const PLACE: Place = Place::Space;
    const NEEDS: Permissions = Permissions::ALL;
    const DOORS: Doors = Doors::Owner;
}

/// A capability that works for somebody. The URI itself is not told again.
#[derive(Debug, Object)]
#[oai(skip_serializing_if_is_none)]
struct CapabilityEntry {
    /// Names it in `DELETE /spaces/{space_id}/capabilities/{capability_id}`.
    id: CapabilityId,
    /// What it was shared from, if it was shared.
    shared_from: Option<CapabilityId>,
    /// For whom it works.
    user: String,
    /// The path it opens.
    path: String,
    /// What it permits there: some of `r`, `w` and `d`.
    perms: String,
    /// When it was made.
    created: Timestamp,
    /// When it ends by itself.
    expires: Timestamp,
}

#[derive(Debug, ApiResponse)]
enum Answer {
    /// A page of capabilities, in the order of their making.
    #[oai(status = 200)]
    Page(
        Json<Vec<CapabilityEntry>>,
        /// The next page (RFC 8288, `rel="next"`), if there may be one.
        #[oai(header = "Link")]
        Option<String>,
    ),
}

#[OpenApi]
impl ListCapabilities {
    /// List capability links
    ///
    /// Those that open something of the space, whoever holds them. By its owner only.
    #[oai(
        path = "/spaces/:space_id/capabilities",
        method = "get",
        operation_id = "listCapabilities",
        tag = "Tag::Capabilities"
    )]
    async fn list_capabilities(
        &self,
        /// The space.
        #[oai(name = "space_id")]
        owner: Authorised<MayListCapabilities>,
        /// Only capabilities after this one, as a `Link` says.
        after: Query<Option<CapabilityId>>,
        /// How many, 1 to 1,000.
        #[oai(default)]
        limit: Query<Limit>,
    ) -> Result<Answer, Problem> {
        let (board, space, limit) = (owner.board(), owner.space(), limit.0);
        let db = board.store().read();
        let now = board.clock().now();
        let roots = capability::page(db, &board.row_macs(), space, after.0, now, limit.rows()).await?;
        let names = account::names(db, roots.iter().map(|root| root.account)).await?;
        let link = next_link(limit, &roots, |last| {
            format!("/spaces/{space}/capabilities?after={}&limit={limit}", last.id)
        });
        let entries = roots.into_iter().filter_map(|root| {
            Some(CapabilityEntry {
                id: root.id,
                shared_from: root.parent,
                user: names.get(&root.account)?.clone(),
                path: mint::path(space, root.target),
                perms: root.permissions.to_string(),
                created: root.created,
                expires: root.expires,
            })
        });
        Ok(Answer::Page(Json(entries.collect()), link))
    }
}
