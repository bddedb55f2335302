//! `POST /spaces/{space_id}/messages`

use poem::http::StatusCode;
use poem_openapi::{ApiResponse, Object, OpenApi, payload::Json};

use crate::{
    account::is_name_of,
    authorization::{Authorised, Doors, Place, Policy, SpacePolicy},
    capability::{self, Lifetime, relative_uri},
    document::Tag,
    id::MessageId,
    idempotency::IdempotencyKey,
    json_body::JsonBody,
    link,
    permission::{Permissions, Scope},
    problem::Problem,
    store::message,
    text::{MessageText, UserName},
    token::Target,
};

/// Posts a message.
#[derive(Clone, Copy, Debug)]
pub struct PostMessage;

/// What posting asks for.
#[derive(Clone, Copy, Debug)]
pub struct MayPost;

impl Policy for MayPost {
    const SCOPE: Option<Scope> = Some(Scope::PostMessage);
}

impl SpacePolicy for MayPost {
    const PLACE: Place = Place::Messages;
    const NEEDS: Permissions = Permissions::WRITE;
    const DOORS: Doors = Doors::RolesOrCapability;
}

/// A new message.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
struct NewMessage {
    /// Its author: the caller.
    author: UserName,
    /// Its text, 1 to 1,024 UTF-16 code units; it comes back exactly as sent.
    message: MessageText,
    /// `false`: no link in it is fetched. `true`: also links that look as if they worked only once. Left out: every
    /// link but those.
    previews: Option<bool>,
}

/// A message, with capabilities for its author.
#[derive(Debug, Object)]
struct PostedMessage {
    /// The message, to read and, for five minutes, to delete.
    uri: String,
    /// The message, to read.
    #[oai(rename = "read-only")]
    read_only: String,
}

#[derive(Debug, ApiResponse)]
enum Answer {
    /// The message is posted.
    #[oai(status = 201)]
    Created(
        Json<PostedMessage>,
        /// The member `uri`.
        #[oai(header = "Location")]
        String,
    ),
}

#[OpenApi]
impl PostMessage {
    /// Post a message
    ///
    /// Links in it are fetched later, by the preview worker: posting never waits for a stranger's site.
    #[oai(
        path = "/spaces/:space_id/messages",
        method = "post",
        operation_id = "postMessage",
        tag = "Tag::Messages"
    )]
    async fn post_message(
        &self,
        /// The space.
        #[oai(name = "space_id")]
        poster: Authorised<MayPost>,
        #[oai(name = "Idempotency-Key")] key: IdempotencyKey,
        body: JsonBody<NewMessage>,
    ) -> Result<Answer, Problem> {
        let (board, space) = (poster.board(), poster.space());
        let NewMessage { author, message: text, previews } = body.0;
        if !is_name_of(board, &author, poster.session().account).await? {
            return Err(Problem::invalid_field("author", "must be the caller's own name"));
        }

        let effect = poster.effect().await?;
        let occasion = key.occasion(&effect).await?;
        let id = MessageId::new(occasion.now(), occasion.random());
        let root = capability::new_root(
            &occasion,
            poster.session().account,
            space,
            Target::Message(id),
            Permissions::READ_DELETE,
            Lifetime::MESSAGE,
        );
        let mut queued = false;
        if occasion.is_first() {
            message::insert(effect.db(), &poster, id, &text, previews, occasion.now()).await?;
            capability::store(effect.db(), board, [&root]).await?;
            queued = link::enqueue(effect.db(), board, (space, id), text.as_str(), previews).await?;
        }
        effect.commit(StatusCode::CREATED).await?;
        if queued {
            board.previews().wake();
        }

        let uri = relative_uri(&occasion, &root, Permissions::READ_DELETE, Lifetime::MESSAGE_DELETE);
        let read_only = relative_uri(&occasion, &root, Permissions::READ, Lifetime::MESSAGE);
        Ok(Answer::Created(Json(PostedMessage { uri: uri.clone(), read_only }), uri))
    }
}
