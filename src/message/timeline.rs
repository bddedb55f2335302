//! `GET /spaces/{space_id}/timeline`

use poem_openapi::{Object, OpenApi, param::Query, payload::Json};

use super::{
    show::{MessageView, show},
    uri::uri,
};
use crate::{
    authorization::{Authorised, Doors, Place, Policy, SpacePolicy},
    document::Tag,
    id::MessageId,
    paging::Limit,
    permission::{Permissions, Scope},
    problem::{FieldError, Problem},
    store::message::{self, Range},
};

/// Shows the messages of a space whole.
#[derive(Clone, Copy, Debug)]
pub struct ViewTimeline;

/// What reading the timeline asks for.
#[derive(Clone, Copy, Debug)]
pub struct MayReadTimeline;

impl Policy for MayReadTimeline {
    const SCOPE: Option<Scope> = Some(Scope::ReadMessage);
}

impl SpacePolicy for MayReadTimeline {
    const PLACE: Place = Place::Messages;
    const NEEDS: Permissions = Permissions::READ;
    const DOORS: Doors = Doors::RolesOrCapability;
}

/// A page of messages.
#[derive(Debug, Object)]
#[oai(skip_serializing_if_is_none)]
struct Timeline {
    /// Whole messages, newest first.
    messages: Vec<TimelineEntry>,
    /// The cursor of the next page: `before` for older messages, `after` for newer ones. Left out at the end.
    next: Option<MessageId>,
}

/// A message and where it stands.
#[derive(Debug, Object)]
struct TimelineEntry {
    /// The message, as `GET` on the list of messages gives it.
    uri: String,
    /// The message itself.
    #[oai(flatten)]
    message: MessageView,
}

#[OpenApi]
impl ViewTimeline {
    /// Read the timeline
    ///
    /// Whole messages with their cards, newest first. `before` goes back in time, `after` forward; they do not go
    /// together. A capability for the space's messages opens it as it opens their list.
    #[oai(
        path = "/spaces/:space_id/timeline",
        method = "get",
        operation_id = "getTimeline",
        tag = "Tag::Messages"
    )]
    async fn get_timeline(
        &self,
        /// The space.
        #[oai(name = "space_id")]
        reader: Authorised<MayReadTimeline>,
        /// Only messages older than the one this cursor names.
        before: Query<Option<MessageId>>,
        /// Only messages newer than the one this cursor names, the next ones in time.
        after: Query<Option<MessageId>>,
        /// How many, 1 to 1,000.
        #[oai(default)]
        limit: Query<Limit>,
    ) -> Result<Json<Timeline>, Problem> {
        let limit = limit.0;
        let range = match (before.0, after.0) {
            (before, None) => Range::Before(before),
            (None, Some(after)) => Range::After(after),
            (Some(_), Some(_)) => {
                let either = "cannot go together with the other cursor";
                return Err(Problem::invalid(vec![
                    FieldError::new("before", either),
                    FieldError::new("after", either),
                ]));
            }
        };
        let mut messages = message::page(reader.board().store().read(), &reader, range, limit.rows()).await?;
        let next = messages.last().map(|last| last.id).filter(|_| messages.len() as u64 >= limit.rows());
        if matches!(range, Range::After(_)) {
            messages.reverse();
        }
        let uris: Vec<_> =
            messages.iter().map(|message| uri(&reader, message.id).unwrap_or_default()).collect();
        let views = show(&reader, messages).await?;
        let messages =
            uris.into_iter().zip(views).map(|(uri, message)| TimelineEntry { uri, message }).collect();
        Ok(Json(Timeline { messages, next }))
    }
}
