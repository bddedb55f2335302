//! The one place that reads the clock; everything else is given a [`Clock`].

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration, SystemTime},
};

use crate::timestamp::Timestamp;

/// Where the current time comes from: the system, or a test.
#[derive(Clone, Debug)]
pub struct Clock(Source);

#[derive(Clone, Debug)]
enum Source {
    System,
    Manual(Arc<AtomicI64>),
}

impl Clock {
    /// The system's wall clock.
    pub fn system() -> Self {
        Self(Source::System)
    }

    /// A clock that stands at `start` until [`advance`](Self::advance) moves it; clones share it.
    pub fn manual(start: Timestamp) -> Self {
        Self(Source::Manual(Arc::new(AtomicI64::new(start.micros()))))
    }

    /// The time now. A system clock that stands before 1970 reads as 1970.
    pub fn now(&self) -> Timestamp {
        match &self.0 {
            Source::System => Timestamp::default() + since_epoch(),
            Source::Manual(micros) => Timestamp::from_micros(micros.load(Ordering::SeqCst)),
        }
    }

    /// Moves a manual clock on; a system clock goes by itself and stays as it is.
    pub fn advance(&self, by: Duration) {
        if let Source::Manual(micros) = &self.0 {
            let then = Timestamp::from_micros(micros.load(Ordering::SeqCst)) + by;
            micros.store(then.micros(), Ordering::SeqCst);
        }
    }
}

#[allow(clippy::disallowed_methods, reason = "this is the clock")]
fn since_epoch() -> Duration {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default()
}
