//! `GET /spaces`

use std::collections::HashMap;

use poem_openapi::{ApiResponse, Object, OpenApi, param::Query, payload::Json};

use crate::{
    authorization::{Authenticated, Policy},
    document::Tag,
    id::SpaceId,
    paging::{Limit, next_link},
    permission::{RoleName, Scope},
    problem::Problem,
    store::{member, space},
};

/// Lists the caller's spaces.
#[derive(Clone, Copy, Debug)]
pub struct ListSpaces;

/// What listing spaces asks for.
#[derive(Clone, Copy, Debug)]
pub struct MayListSpaces;

impl Policy for MayListSpaces {
    const SCOPE: Option<Scope> = Some(Scope::ListSpaces);
}

/// A space in which the caller has a role.
#[derive(Debug, Object)]
struct SpaceEntry {
    /// Its name.
    name: String,
    /// The space.
    uri: String,
    /// Its messages.
    messages: String,
    /// The caller's roles in it.
    roles: Vec<RoleName>,
}

#[derive(Debug, ApiResponse)]
enum Answer {
    /// A page of spaces, in the order of their making.
    #[oai(status = 200)]
    Page(
        Json<Vec<SpaceEntry>>,
        /// The next page (RFC 8288, `rel="next"`), if there may be one.
        #[oai(header = "Link")]
        Option<String>,
    ),
}

#[OpenApi]
impl ListSpaces {
    /// List my spaces
    ///
    /// Those in which the caller has a role. Follow the `Link` for more.
    #[oai(path = "/spaces", method = "get", operation_id = "listSpaces", tag = "Tag::Spaces")]
    async fn list_spaces(
        &self,
        caller: Authenticated<MayListSpaces>,
        /// Only spaces after this one, as a `Link` says.
        after: Query<Option<SpaceId>>,
        /// How many, 1 to 1,000.
        #[oai(default)]
        limit: Query<Limit>,
    ) -> Result<Answer, Problem> {
        let db = caller.board().store().read();
        let limit = limit.0;
        let roles = member::spaces(db, caller.session().account, after.0, limit.rows()).await?;
        let ids: Vec<_> = roles.iter().map(|(id, _)| *id).collect();
        let names: HashMap<_, _> =
            space::by_ids(db, &ids).await?.into_iter().map(|space| (SpaceId(space.id), space.name)).collect();
        let link = next_link(limit, &ids, |last| format!("/spaces?after={last}&limit={limit}"));
        let entries = roles.into_iter().filter_map(|(id, roles)| {
            Some(SpaceEntry {
                name: names.get(&id)?.clone(),
                uri: format!("/spaces/{id}"),
                messages: format!("/spaces/{id}/messages"),
                roles: roles.into_iter().map(RoleName::from).collect(),
            })
        });
        Ok(Answer::Page(Json(entries.collect()), link))
    }
}
