//! `GET /spaces/{space_id}/messages/{message_id}`

use poem_openapi::{OpenApi, payload::Json};

use super::show::{MessageView, show};
use crate::{
    authorization::{Authorised, Doors, Place, Policy, SpacePolicy},
    document::Tag,
    permission::{Permissions, Scope},
    problem::Problem,
    store::message,
};

/// Shows a message.
#[derive(Clone, Copy, Debug)]
pub struct ViewMessage;

/// What reading a message asks for.
#[derive(Clone, Copy, Debug)]
pub struct MayRead;

impl Policy for MayRead {
    const SCOPE: Option<Scope> = Some(Scope::ReadMessage);
}

impl SpacePolicy for MayRead {
    const PLACE: Place = Place::Message;
    const NEEDS: Permissions = Permissions::READ;
    const DOORS: Doors = Doors::RolesOrCapability;
}

#[OpenApi]
impl ViewMessage {
    /// Read a message
    ///
    /// With the cards of its links. A card that is being fetched is waited for, a few hundred milliseconds at most;
    /// a link without one is left out.
    #[oai(
        path = "/spaces/:space_id/messages/:message_id",
        method = "get",
        operation_id = "readMessage",
        tag = "Tag::Messages"
    )]
    async fn read_message(
        &self,
        /// The space.
        #[oai(name = "space_id")]
        reader: Authorised<MayRead>,
    ) -> Result<Json<MessageView>, Problem> {
        let missing = || Problem::not_found("message");
        let id = reader.message().ok_or_else(missing)?;
        let message = message::recall(reader.board().store(), &reader, id).await?.ok_or_else(missing)?;
        show(&reader, vec![message]).await?.pop().map(Json).ok_or_else(missing)
    }
}
