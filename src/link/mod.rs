//! The links in messages: finding them, deciding which are fetched, fetching them behind the reader's back.

mod cards;
mod extract;
mod fetcher;
mod guard;
mod images;
mod previews;
mod schedule;

use sea_orm::{ConnectionTrait, DbErr};
use sha2::{Digest, Sha256};

pub use self::{
    cards::Cards,
    extract::links,
    fetcher::Fetcher,
    guard::{Guard, Verdict},
    images::Images,
    previews::Previews,
    schedule::Schedule,
};
use crate::{
    board::Board,
    id::{MessageId, SpaceId},
    store::card,
};

/// Queues the links of a new message that may be fetched; says whether there are any.
///
/// # Errors
/// The engine's.
pub async fn enqueue(
    db: &impl ConnectionTrait,
    board: &Board,
    (space, message): (SpaceId, MessageId),
    text: &str,
    previews: Option<bool>,
) -> Result<bool, DbErr> {
    if previews == Some(false) {
        return Ok(false);
    }
    let now = board.clock().now();
    let mut queued = false;
    for url in links(text) {
        if board.previews().guard().permits(&url, previews) {
            card::enqueue(db, (space, message), hash(url.as_str()), url.as_str(), now).await?;
            queued = true;
        }
    }
    Ok(queued)
}

fn hash(url: &str) -> [u8; 32] {
    Sha256::digest(url.as_bytes()).into()
}
