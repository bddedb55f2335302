//! `GET /spaces/{space_id}/messages`

use std::time::Duration;

use poem_openapi::{ApiResponse, OpenApi, param::Query, payload::Json};

use super::uri::uri;
use crate::{
    authorization::{Authorised, Doors, Place, Policy, SpacePolicy},
    capability,
    document::Tag,
    id::MessageId,
    paging::{Limit, next_link},
    permission::{Permissions, Scope},
    problem::Problem,
    store::message::{self, Range},
    timestamp::Timestamp,
    token::Target,
};

/// Lists messages.
#[derive(Clone, Copy, Debug)]
pub struct ListMessages;

/// What listing messages asks for.
#[derive(Clone, Copy, Debug)]
pub struct MayListMessages;

impl Policy for MayListMessages {
    const SCOPE: Option<Scope> = Some(Scope::ListMessages);
}

impl SpacePolicy for MayListMessages {
    const PLACE: Place = Place::Messages;
    const NEEDS: Permissions = Permissions::READ;
    const DOORS: Doors = Doors::RolesOrCapability;
}

/// What is listed without `since`: the last day.
const DEFAULT_PERIOD: Duration = Duration::from_secs(86_400);

#[derive(Debug, ApiResponse)]
enum Answer {
    /// URIs of messages, oldest first.
    #[oai(status = 200)]
    Page(
        Json<Vec<String>>,
        /// The next page (RFC 8288, `rel="next"`), if there may be one.
        #[oai(header = "Link")]
        Option<String>,
    ),
}

#[OpenApi]
impl ListMessages {
    /// List messages
    ///
    /// With a capability, each URI bears one of its own, for the caller, for ten minutes and for no more than the
    /// list's permissions; with a role, the URIs are plain and the role opens them. Listing stores nothing.
    #[oai(
        path = "/spaces/:space_id/messages",
        method = "get",
        operation_id = "listMessages",
        tag = "Tag::Messages"
    )]
    async fn list_messages(
        &self,
        /// The space.
        #[oai(name = "space_id")]
        reader: Authorised<MayListMessages>,
        /// Only messages of this time (RFC 3339) or later; by default of the last day.
        since: Query<Option<Timestamp>>,
        /// Only messages after this one, as a `Link` says.
        after: Query<Option<MessageId>>,
        /// How many, 1 to 1,000.
        #[oai(default)]
        limit: Query<Limit>,
    ) -> Result<Answer, Problem> {
        let (board, limit) = (reader.board(), limit.0);
        let now = board.clock().now();
        let since = since.0.unwrap_or_else(|| now.minus(DEFAULT_PERIOD));
        let range = Range::Since(since, after.0);
        let messages = message::page(board.store().read(), &reader, range, limit.rows()).await?;

        let uris = messages.iter().filter_map(|message| uri(&reader, message.id)).collect();
        let link = next_link(limit, &messages, |last| {
            format!("{}since={since}&after={}&limit={limit}", base(&reader), last.id)
        });
        Ok(Answer::Page(Json(uris), link))
    }
}

/// What the link to the next page begins with. A capability that came in the query is in it again: clients follow
/// links and send nothing of their own but the session.
fn base(reader: &Authorised<MayListMessages>) -> String {
    match reader.capability_in_query() {
        Some(claims) => {
            format!("{}&", capability::uri(reader.board().capability_ring().newest(), reader.space(), claims))
        }
        None => format!("{}?", capability::path(reader.space(), Target::Messages)),
    }
}
