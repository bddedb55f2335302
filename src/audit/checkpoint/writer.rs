//! Writing checkpoints as the chains grow.

use std::{io, sync::Arc, time::Duration};

use sea_orm::DbErr;
use tokio::{
    sync::Mutex,
    time::{MissedTickBehavior, interval},
};

use super::{Checkpoint, Head, Sink, heads};
use crate::{
    clock::Clock,
    key_ring::{KeyRings, RingKind},
    readiness::Component,
    store::Store,
};

/// How often the heads are looked at.
const EVERY: Duration = Duration::from_secs(1);

/// Writes checkpoints.
#[derive(Debug)]
pub struct Checkpoints {
    store: Store,
    rings: Arc<KeyRings>,
    clock: Clock,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    sink: Sink,
    last: Vec<Head>,
}

/// Why a checkpoint cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum CheckpointError {
    /// The heads cannot be read.
    #[error("the heads of the audit chains cannot be read: {0}")]
    Store(#[from] DbErr),
    /// The sink does not take the line.
    #[error("the audit checkpoint cannot be written: {0}")]
    Sink(#[from] io::Error),
}

impl Checkpoints {
    /// Of this store, into this sink.
    pub fn new(store: Store, rings: Arc<KeyRings>, clock: Clock, sink: Sink) -> Self {
        Self { store, rings, clock, state: Mutex::new(State { sink, last: Vec::new() }) }
    }

    /// Writes one every second in which something was added, until it is dropped.
    pub async fn run(self: Arc<Self>, component: Component) {
        let mut ticks = interval(EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            match self.write().await {
                Ok(()) => component.ready(),
                Err(error) => {
                    tracing::error!(%error, "no audit checkpoint");
                    component.not_ready(error.to_string());
                }
            }
        }
    }

    /// Writes one now, if something was added since the last.
    ///
    /// # Errors
    /// See [`CheckpointError`]. The next call tries again.
    pub async fn write(&self) -> Result<(), CheckpointError> {
        let mut state = self.state.lock().await;
        let heads = heads(self.store.read()).await?;
        if heads != state.last {
            let (ring, previous) = (self.rings.get(RingKind::Checkpoint), state.sink.last().to_owned());
            let checkpoint = Checkpoint::sign(self.clock.now(), previous, heads.clone(), ring.newest());
            state.sink.append(&checkpoint)?;
            state.last = heads;
        }
        Ok(())
    }
}
