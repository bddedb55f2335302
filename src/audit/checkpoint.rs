//! Signed heads of the audit chains, written every second where the database cannot reach them.
//!
//! Who can write the database and has the audit ring can make a new chain; not one that fits the checkpoints written
//! before. The signature (Ed25519) is over the time and each head, not over the line's text.

use std::{
    fs::{File, OpenOptions},
    io::{self, Write as _},
    os::unix::fs::OpenOptionsExt,
    path::PathBuf,
    sync::Arc,
    time::Duration,
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sea_orm::{ConnectionTrait, DbErr, EntityTrait, QueryOrder};
use serde::{Deserialize, Serialize};
use tokio::{
    sync::Mutex,
    time::{MissedTickBehavior, interval},
};
use uuid::Uuid;

use crate::{
    clock::Clock,
    key_ring::{Key, KeyId, KeyRing, KeyRings, RingKind},
    readiness::Component,
    store::{Store, entity::audit_chain as head},
    timestamp::Timestamp,
};

/// How often the heads are looked at.
const EVERY: Duration = Duration::from_secs(1);

const LABEL: &str = "natter audit checkpoint 1";

/// The end of a chain at some time: its last place is also the number of rows it has had.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// The chain.
    pub chain: Uuid,
    /// The place of its last row.
    pub position: i64,
    /// The MAC of that row, in base64url.
    pub mac: String,
}

/// The heads of all chains, signed. As JSON, a line of the sink.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkpoint {
    /// When it was signed (RFC 3339).
    pub time: String,
    /// The head of each chain.
    pub heads: Vec<Head>,
    /// Which key of the checkpoint ring signed it.
    pub key: u32,
    /// Ed25519, in base64url.
    pub signature: String,
}

impl Checkpoint {
    /// Signs heads as they are at `time`.
    pub fn sign(time: Timestamp, heads: Vec<Head>, key: &Key) -> Self {
        let time = time.to_string();
        let signature = key.sign(LABEL, &slices(&parts(&time, &heads)));
        Self { time, heads, key: key.id().0, signature: URL_SAFE_NO_PAD.encode(signature) }
    }

    /// Whether a key of the ring signed this.
    pub fn is_signed(&self, ring: &KeyRing) -> bool {
        let (Some(key), Ok(signature)) = (ring.get(KeyId(self.key)), URL_SAFE_NO_PAD.decode(&self.signature))
        else {
            return false;
        };
        key.is_signed(LABEL, &slices(&parts(&self.time, &self.heads)), &signature)
    }
}

fn parts(time: &str, heads: &[Head]) -> Vec<Vec<u8>> {
    let head = |head: &Head| {
        [head.chain.as_bytes().to_vec(), head.position.to_be_bytes().to_vec(), head.mac.clone().into_bytes()]
    };
    [time.as_bytes().to_vec()].into_iter().chain(heads.iter().flat_map(head)).collect()
}

fn slices(parts: &[Vec<u8>]) -> Vec<&[u8]> {
    parts.iter().map(Vec::as_slice).collect()
}

/// The heads of all chains as they are.
pub async fn heads(db: &impl ConnectionTrait) -> Result<Vec<Head>, DbErr> {
    let rows = head::Entity::find().order_by_asc(head::Column::Chain).all(db).await?;
    let head = |row: head::Model| Head {
        chain: row.chain,
        position: row.position,
        mac: URL_SAFE_NO_PAD.encode(row.mac),
    };
    Ok(rows.into_iter().map(head).collect())
}

/// Where checkpoints go: to the end of a file, to the log, or both.
#[derive(Debug)]
pub struct Sink {
    file: Option<File>,
    log: bool,
}

impl Sink {
    /// Opens the file (made with mode 0600) for appending.
    ///
    /// # Errors
    /// The system's.
    pub fn open(file: Option<&PathBuf>, log: bool) -> io::Result<Self> {
        let open = |path| OpenOptions::new().append(true).create(true).mode(0o600).open(path);
        Ok(Self { file: file.map(open).transpose()?, log })
    }

    fn append(&mut self, checkpoint: &Checkpoint) -> io::Result<()> {
        let line = serde_json::to_string(checkpoint)?;
        if let Some(file) = &mut self.file {
            file.write_all(format!("{line}\n").as_bytes())?;
            file.sync_data()?;
        }
        if self.log {
            tracing::info!(checkpoint = line, "audit checkpoint");
        }
        Ok(())
    }
}

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
            let ring = self.rings.get(RingKind::Checkpoint);
            state.sink.append(&Checkpoint::sign(self.clock.now(), heads.clone(), ring.newest()))?;
            state.last = heads;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    #[test]
    fn a_signature_fits_nothing_else() {
        let ring = KeyRing::generate(&Random::seeded(1), Timestamp::default());
        let heads = vec![Head { chain: Uuid::nil(), position: 7, mac: "AAAA".into() }];
        let checkpoint = Checkpoint::sign(Timestamp::default(), heads, ring.newest());
        assert!(checkpoint.is_signed(&ring));
        let line = serde_json::to_string(&checkpoint).expect("JSON");
        assert_eq!(serde_json::from_str::<Checkpoint>(&line).expect("its own line"), checkpoint);

        let mut later = checkpoint.clone();
        later.time = (Timestamp::default() + EVERY).to_string();
        let mut shorter = checkpoint.clone();
        shorter.heads[0].position = 6;
        let mut none = checkpoint.clone();
        none.heads.clear();
        for forged in [later, shorter, none] {
            assert!(!forged.is_signed(&ring), "{forged:?}");
        }
        assert!(!checkpoint.is_signed(&KeyRing::generate(&Random::seeded(2), Timestamp::default())));
    }
}
