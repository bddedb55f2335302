//! What verifying is held against.

use std::{
    collections::BTreeMap,
    io::{self, BufRead},
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use uuid::Uuid;

use super::Fault;
use crate::{audit::checkpoint::Checkpoint, key_ring::KeyRing};

/// What checkpoints say: the MAC at a place of a chain.
#[derive(Debug, Default)]
pub struct Anchor {
    pub(super) places: BTreeMap<(Uuid, i64), String>,
    pub(super) checkpoints: u64,
    pub(super) faults: Vec<Fault>,
}

impl Anchor {
    /// Reads lines of checkpoints; what is none, not signed by `ring`, or does not follow on the one before is a fault.
    ///
    /// A series may start anew at any line, as one does where there is no file that it could go on from: a file may be
    /// several put together.
    ///
    /// # Errors
    /// The system's.
    pub fn read(lines: impl BufRead, ring: &KeyRing) -> io::Result<Self> {
        let (mut anchor, mut last) = (Self::default(), None);
        for (index, line) in lines.lines().enumerate() {
            let checkpoint = serde_json::from_str::<Checkpoint>(&line?).ok();
            let Some(checkpoint) = checkpoint.filter(|checkpoint| checkpoint.is_signed(ring)) else {
                anchor.faults.push(Fault::Line(index + 1));
                last = None;
                continue;
            };
            // After a line that is none, and before the first, nothing is known.
            if last.is_some_and(|last| !checkpoint.previous.is_empty() && checkpoint.previous != last) {
                anchor.faults.push(Fault::Gap(index + 1));
            }
            last = Some(checkpoint.signature);
            anchor.checkpoints += 1;
            for head in checkpoint.heads {
                anchor.places.insert((head.chain, head.position), head.mac);
            }
        }
        Ok(anchor)
    }

    /// Whether no checkpoint has another row than the one with this MAC at this place.
    pub(super) fn fits(&self, chain: Uuid, position: i64, mac: &[u8]) -> bool {
        self.places.get(&(chain, position)).is_none_or(|known| *known == URL_SAFE_NO_PAD.encode(mac))
    }

    /// The last place of each chain that a checkpoint has.
    pub(super) fn ends(&self) -> BTreeMap<Uuid, i64> {
        self.places.keys().copied().collect()
    }
}
