//! `DELETE /spaces/{space_id}/messages/{message_id}`

use poem::http::StatusCode;
use poem_openapi::{OpenApi, payload::Json};

use crate::{
    authorization::{Authorised, Doors, Place, Policy, SpacePolicy},
    document::{Done, Tag},
    permission::{Permissions, Scope},
    problem::Problem,
    store::message,
};

/// Removes a message.
#[derive(Clone, Copy, Debug)]
pub struct RemoveMessage;

/// What removing a message asks for.
#[derive(Clone, Copy, Debug)]
pub struct MayRemove;

impl Policy for MayRemove {
    const SCOPE: Option<Scope> = Some(Scope::DeleteMessage);
}

impl SpacePolicy for MayRemove {
    const PLACE: Place = Place::Message;
    const NEEDS: Permissions = Permissions::DELETE;
    const DOORS: Doors = Doors::RolesOrCapability;
}

#[OpenApi]
impl RemoveMessage {
    /// Delete a message
    ///
    /// Owners and moderators delete any; authors delete theirs by the capability they got, for five minutes. Its
    /// capabilities open nothing any more: who could read it gets 404.
    #[oai(
        path = "/spaces/:space_id/messages/:message_id",
        method = "delete",
        operation_id = "deleteMessage",
        tag = "Tag::Messages"
    )]
    async fn delete_message(
        &self,
        /// The space.
        #[oai(name = "space_id")]
        remover: Authorised<MayRemove>,
    ) -> Result<Json<Done>, Problem> {
        let missing = || Problem::not_found("message");
        let id = remover.message().ok_or_else(missing)?;
        let effect = remover.effect().await?;
        if !message::remove(effect.db(), &remover, id).await? {
            return Err(missing());
        }
        effect.commit(StatusCode::OK).await?;
        Ok(Json(Done {}))
    }
}
