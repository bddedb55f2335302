//! The cards of messages that are being read.

use std::{collections::HashMap, time::Duration};

use sea_orm::DbErr;
use tokio::time::{Instant, timeout_at};

use super::{hash, links};
use crate::{
    board::Board,
    id::SpaceId,
    preview::Card,
    store::{
        card::{self, Known},
        message::Message,
    },
};

/// How soon a reader who waits looks again without being told: another process may have finished the card.
const LOOK: Duration = Duration::from_millis(50);

/// The cards of some messages of a space.
#[derive(Debug, Default)]
pub struct Cards {
    of_message: HashMap<crate::id::MessageId, Vec<Vec<u8>>>,
    known: HashMap<Vec<u8>, Known>,
}

impl Cards {
    /// Loads them; waits a little for those being fetched.
    ///
    /// # Errors
    /// The engine's.
    pub async fn of(board: &Board, space: SpaceId, messages: &[Message]) -> Result<Self, DbErr> {
        let of_message: HashMap<_, Vec<_>> = messages
            .iter()
            .filter(|message| message.previews != Some(false))
            .map(|message| {
                let hashes = links(&message.text).into_iter().map(|url| hash(url.as_str()).to_vec());
                (message.id, hashes.collect())
            })
            .collect();
        let wanted: Vec<_> = of_message.values().flatten().cloned().collect();
        if wanted.is_empty() {
            return Ok(Self::default());
        }
        let known = settled(board, space, wanted).await?;
        Ok(Self {
            of_message,
            known: known.into_iter().map(|known| (known.url_hash.clone(), known)).collect(),
        })
    }

    /// The cards of one message as readers see them, in the order of its text; a link without one is left out.
    pub fn take(&mut self, board: &Board, message: &Message) -> Vec<Card> {
        self.of_message
            .remove(&message.id)
            .into_iter()
            .flatten()
            .filter_map(|hash| serde_json::from_str(self.known.get(&hash)?.card.as_deref()?).ok())
            .map(|card| board.previews().shown(card))
            .collect()
    }
}

/// What is known of the URLs once none is being fetched, or once a reader has waited long enough.
async fn settled(board: &Board, space: SpaceId, hashes: Vec<Vec<u8>>) -> Result<Vec<Known>, DbErr> {
    let deadline = Instant::now() + board.previews().wait();
    let mut finished = board.previews().subscribe();
    loop {
        let known = card::find(board.store().read(), space, hashes.iter().cloned()).await?;
        let is_settled = known.iter().all(|known| known.card.is_some() || !known.is_pending);
        let now = Instant::now();
        if is_settled || now >= deadline {
            return Ok(known);
        }
        // Whatever ends the wait, what is stored by then is looked at.
        let _ = timeout_at(deadline.min(now + LOOK), finished.changed()).await;
    }
}
