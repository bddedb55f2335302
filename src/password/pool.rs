//! How many passwords are hashed at once, and who waits.

use std::{sync::Arc, time::Duration};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::problem::Problem;

/// Who asks for a hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Priority {
    /// Anybody.
    Ordinary,
    /// A caller who lately succeeded, or has a session: served from the reserve as well, so that
    /// strangers' attempts lock nobody out.
    Trusted,
}

/// All places are taken and the queue is full: 503, come again in a second.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too many passwords are being hashed")]
pub struct Busy;

impl From<Busy> for Problem {
    fn from(_: Busy) -> Self {
        Self::unavailable("Too many passwords are being checked right now.", Duration::from_secs(1))
    }
}

/// The size of the pool. Each hash in it takes one processor and its memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoolSize {
    /// Hashes at once, at least one.
    pub concurrent: usize,
    /// Of those, how many only [`Priority::Trusted`] gets; fewer than all.
    pub reserved: usize,
}

impl PoolSize {
    /// One hash for each processor, at least two, and a quarter of them in reserve, at least one.
    pub fn for_processors(processors: usize) -> Self {
        let concurrent = processors.max(2);
        Self { concurrent, reserved: (concurrent / 4).max(1) }
    }

    /// Whether somebody is served at all.
    pub(super) fn is_valid(self) -> bool {
        self.reserved < self.concurrent && self.concurrent <= Semaphore::MAX_PERMITS / (QUEUE + 1)
    }
}

/// So many may wait for each that is served. At 50 ms a hash, the last waits less than half a second.
const QUEUE: usize = 8;

/// Places for hashes at work, and for those that wait.
#[derive(Debug)]
pub(super) struct Pool {
    all: Arc<Semaphore>,
    ordinary: Arc<Semaphore>,
    /// Held from arrival to the end of the work; each priority has its own queue.
    ordinary_queue: Arc<Semaphore>,
    trusted_queue: Arc<Semaphore>,
}

/// A place in the queue, free again when dropped.
#[derive(Debug)]
pub struct Place {
    priority: Priority,
    queue: OwnedSemaphorePermit,
}

/// A place at work, free again when dropped.
#[derive(Debug)]
pub(super) struct Work {
    _queue: OwnedSemaphorePermit,
    _ordinary: Option<OwnedSemaphorePermit>,
    _all: OwnedSemaphorePermit,
}

impl Pool {
    pub(super) fn new(size: PoolSize) -> Self {
        let ordinary = size.concurrent - size.reserved;
        let semaphore = |permits| Arc::new(Semaphore::new(permits));
        Self {
            all: semaphore(size.concurrent),
            ordinary: semaphore(ordinary),
            ordinary_queue: semaphore(ordinary * (QUEUE + 1)),
            trusted_queue: semaphore(size.concurrent * (QUEUE + 1)),
        }
    }

    /// A place in the queue; [`Busy`] if too many wait already.
    pub(super) fn queue(&self, priority: Priority) -> Result<Place, Busy> {
        let queue = match priority {
            Priority::Ordinary => &self.ordinary_queue,
            Priority::Trusted => &self.trusted_queue,
        };
        let queue = Arc::clone(queue).try_acquire_owned().map_err(|_| Busy)?;
        Ok(Place { priority, queue })
    }

    /// Waits until it is this place's turn, in the order of waiting.
    pub(super) async fn enter(&self, Place { priority, queue }: Place) -> Work {
        let ordinary = match priority {
            Priority::Ordinary => Some(acquire(&self.ordinary).await),
            Priority::Trusted => None,
        };
        Work { _queue: queue, _ordinary: ordinary, _all: acquire(&self.all).await }
    }
}

async fn acquire(semaphore: &Arc<Semaphore>) -> OwnedSemaphorePermit {
    Arc::clone(semaphore).acquire_owned().await.expect("the pool closes none of its semaphores")
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    fn enter(pool: &Pool, priority: Priority) -> Option<Work> {
        pool.enter(pool.queue(priority).expect("the queue has room")).now_or_never()
    }

    #[test]
    fn the_reserve_is_for_the_trusted() {
        let pool = Pool::new(PoolSize { concurrent: 3, reserved: 1 });
        let first = enter(&pool, Priority::Ordinary).expect("the first place");
        let _second = enter(&pool, Priority::Ordinary).expect("the second place");
        assert!(enter(&pool, Priority::Ordinary).is_none(), "the last place is reserved");
        let trusted = enter(&pool, Priority::Trusted).expect("from the reserve");
        assert!(enter(&pool, Priority::Trusted).is_none(), "full");
        drop(first);
        let _again = enter(&pool, Priority::Ordinary).expect("a place came free");
        drop(trusted);
        assert!(enter(&pool, Priority::Ordinary).is_none(), "that place is still reserved");
    }

    #[test]
    fn a_full_queue_is_busy_and_the_other_queue_is_not() {
        let pool = Pool::new(PoolSize { concurrent: 2, reserved: 1 });
        let place = enter(&pool, Priority::Ordinary).expect("a free place");
        let mut waiting: Vec<_> = (0..QUEUE)
            .map(|_| Box::pin(pool.enter(pool.queue(Priority::Ordinary).expect("the queue has room"))))
            .collect();
        for waiter in &mut waiting {
            assert!(waiter.as_mut().now_or_never().is_none(), "it waits");
        }
        assert_eq!(pool.queue(Priority::Ordinary).map(drop), Err(Busy));
        assert!(enter(&pool, Priority::Trusted).is_some());

        drop(place);
        assert!(waiting[0].as_mut().now_or_never().is_some(), "the first to come is the first served");
        assert!(waiting[1].as_mut().now_or_never().is_some(), "its place was free again at once");
        drop(waiting);
        assert!(enter(&pool, Priority::Ordinary).is_some(), "who goes away leaves no trace");
    }

    #[test]
    fn sizes() {
        assert_eq!(PoolSize::for_processors(1), PoolSize { concurrent: 2, reserved: 1 });
        assert_eq!(PoolSize::for_processors(16), PoolSize { concurrent: 16, reserved: 4 });
        for (concurrent, reserved, valid) in
            [(0, 0, false), (1, 0, true), (1, 1, false), (usize::MAX, 0, false)]
        {
            assert_eq!(PoolSize { concurrent, reserved }.is_valid(), valid, "{concurrent} {reserved}");
        }
    }
}
