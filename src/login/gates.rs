//! Attempts on one account from one network that are being checked at the same time.
//!
//! An attempt counts as a failure until it is known to be right ([`super::Failures`]), so those that are being checked
//! look like guesses to the next one. It is told to wait only once they are at their end, and if it still has to then:
//! whoever knows the password and logs in many times at once is heard, and a guesser has not one guess more.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError, Weak},
};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Attempts of a pair that are checked at the same time.
const TOGETHER: u32 = 5;

/// Attempts of a pair that wait besides; further ones are refused.
const WAITING: usize = 64;

/// The attempts of this process, by pair of account and network.
#[derive(Debug, Default)]
pub struct Gates(Mutex<HashMap<[u8; 32], Weak<Semaphore>>>);

/// An attempt's place among those of its pair; free again when dropped.
#[derive(Debug)]
pub struct Turn {
    gate: Arc<Semaphore>,
    _place: OwnedSemaphorePermit,
}

/// Too many attempts of this pair wait already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Crowded;

impl Gates {
    /// Waits for a turn.
    ///
    /// # Errors
    /// [`Crowded`].
    pub async fn enter(&self, pair: [u8; 32]) -> Result<Turn, Crowded> {
        let gate = self.gate(pair);
        if Arc::strong_count(&gate) > WAITING + TOGETHER as usize {
            return Err(Crowded);
        }
        let place = acquire(&gate, 1).await;
        Ok(Turn { gate, _place: place })
    }

    fn gate(&self, pair: [u8; 32]) -> Arc<Semaphore> {
        let mut gates = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(gate) = gates.get(&pair).and_then(Weak::upgrade) {
            return gate;
        }
        // As many as are in use are kept; it costs the more seldom the more there are.
        if gates.len() == gates.capacity() {
            gates.retain(|_, gate| gate.strong_count() > 0);
        }
        let gate = Arc::new(Semaphore::new(TOGETHER as usize));
        gates.insert(pair, Arc::downgrade(&gate));
        gate
    }
}

impl Turn {
    /// Whether others of the pair are being checked.
    pub fn has_company(&self) -> bool {
        self.gate.available_permits() + 1 < TOGETHER as usize
    }

    /// Waits until those others are at their end; nobody else begins meanwhile, nor before this turn is over.
    pub async fn alone(self) -> Self {
        let Self { gate, _place } = self;
        // Given back first: two that both want to be alone would wait for each other.
        drop(_place);
        let place = acquire(&gate, TOGETHER).await;
        Self { gate, _place: place }
    }
}

async fn acquire(gate: &Arc<Semaphore>, places: u32) -> OwnedSemaphorePermit {
    Arc::clone(gate).acquire_many_owned(places).await.expect("gates are never closed")
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[tokio::test]
    async fn one_that_wants_to_be_alone_waits_for_the_others_and_they_for_it() {
        let gates = Gates::default();
        let (first, second) =
            (gates.enter([1; 32]).await.expect("a turn"), gates.enter([1; 32]).await.expect("a turn"));
        assert!(first.has_company());
        let mut alone = Box::pin(second.alone());
        assert!(alone.as_mut().now_or_never().is_none());
        assert!(gates.enter([1; 32]).now_or_never().is_none(), "it would overtake");
        assert!(gates.enter([2; 32]).now_or_never().is_some(), "another pair");
        drop(first);
        let alone = alone.now_or_never().expect("it is alone");
        assert!(gates.enter([1; 32]).now_or_never().is_none());
        drop(alone);
        assert!(!gates.enter([1; 32]).await.expect("a turn").has_company());
    }

    #[tokio::test]
    async fn who_waits_is_bounded_and_nothing_is_left_behind() {
        let gates = Gates::default();
        let mut waiting = Vec::new();
        for _ in 0..WAITING + TOGETHER as usize {
            let mut entered = Box::pin(gates.enter([1; 32]));
            waiting.push((entered.as_mut().now_or_never(), entered));
        }
        assert_eq!(gates.enter([1; 32]).await.map(drop), Err(Crowded));
        drop(waiting);
        for number in 0..1000_u16 {
            let mut pair = [0; 32];
            pair[..2].copy_from_slice(&number.to_be_bytes());
            gates.enter(pair).await.expect("a turn");
        }
        assert!(gates.0.lock().expect("no panic").len() < 20);
    }
}
