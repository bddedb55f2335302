//! A message as clients see it.

use poem_openapi::Object;

use crate::{
    authorization::{Authorised, SpacePolicy},
    id::AccountId,
    link::Cards,
    preview::Card,
    problem::Problem,
    store::{account, message::Message},
    timestamp::Timestamp,
};

/// A message.
#[derive(Debug, Object)]
#[oai(rename = "Message")]
pub(super) struct MessageView {
    /// The name of who posted it.
    author: String,
    /// When it was posted (RFC 3339, UTC).
    time: Timestamp,
    /// Its text.
    message: String,
    /// A card for each link in it that has one, in the order of the text.
    links: Vec<Card>,
}

/// Puts messages together with the names of their authors and the cards of their links.
pub(super) async fn show<P: SpacePolicy>(
    reader: &Authorised<P>,
    messages: Vec<Message>,
) -> Result<Vec<MessageView>, Problem> {
    let board = reader.board();
    let names =
        account::recall_names(board.store(), reader.moment(), messages.iter().map(|message| message.author))
            .await?;
    let mut cards = Cards::of(board, reader.space(), &messages).await?;
    let author = |id: &AccountId| names.get(id).cloned().unwrap_or_default();
    Ok(messages
        .into_iter()
        .map(|message| MessageView {
            author: author(&message.author),
            time: message.posted,
            links: cards.take(board, &message),
            message: message.text,
        })
        .collect())
}
