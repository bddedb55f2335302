//! The one place that draws random bits; everything else is given a [`Random`].

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

/// Where random bits come from: the system's generator, a keyed function, or a test's sequence.
#[derive(Clone)]
pub struct Random(Source);

#[derive(Clone)]
enum Source {
    System,
    /// SplitMix64, for tests that need the same ids twice. Never for keys that protect anything.
    Seeded(Arc<Mutex<u64>>),
    Keyed(Arc<Mutex<u64>>, Arc<dyn Fn(u64) -> [u8; 32] + Send + Sync>),
}

impl Random {
    /// The operating system's cryptographically secure generator.
    pub fn system() -> Self {
        Self(Source::System)
    }

    /// A repeatable sequence for tests.
    pub fn seeded(seed: u64) -> Self {
        Self(Source::Seeded(Arc::new(Mutex::new(seed))))
    }

    /// A repeatable sequence that nobody can tell from a random one who lacks the key of `block`: a pseudo-random
    /// function, asked for one block after the other.
    pub fn keyed(block: impl Fn(u64) -> [u8; 32] + Send + Sync + 'static) -> Self {
        Self(Source::Keyed(Arc::default(), Arc::new(block)))
    }

    /// `N` random bytes.
    ///
    /// # Panics
    /// If the operating system has no randomness to give: nothing safe could be done then.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.fill(&mut bytes);
        bytes
    }

    /// Random bytes for the whole of `bytes`; what is drawn for many in one go takes less than each by itself.
    ///
    /// # Panics
    /// As [`bytes`](Self::bytes).
    pub fn fill(&self, bytes: &mut [u8]) {
        match &self.0 {
            Source::System => fill_from_system(bytes),
            Source::Seeded(state) => {
                let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
                for chunk in bytes.chunks_mut(8) {
                    let word = split_mix(&mut state).to_le_bytes();
                    chunk.copy_from_slice(&word[..chunk.len()]);
                }
            }
            Source::Keyed(next, block) => {
                let mut next = next.lock().unwrap_or_else(PoisonError::into_inner);
                for chunk in bytes.chunks_mut(32) {
                    chunk.copy_from_slice(&block(*next)[..chunk.len()]);
                    *next += 1;
                }
            }
        }
    }
}

impl fmt::Debug for Random {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Random")
    }
}

#[allow(clippy::disallowed_methods, reason = "this is the random generator")]
fn fill_from_system(bytes: &mut [u8]) {
    getrandom::fill(bytes).expect("the operating system's random generator answers");
}

fn split_mix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}
