//! Memory for what decoders look back on: a body in Brotli or zstd may refer to all of it that has been decoded, up to
//! megabytes, so whoever sends many of them and stops before their end has that much held for each.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// What is taken at a time, in bytes.
const STEP: u64 = 64 * 1024;

/// Every window may be so large, in bytes; the heads of most pages end before.
const FREE: u64 = STEP;

/// The most bytes of all windows beyond that.
const ROOM: usize = 16 * 1024 * 1024;

/// The room for all windows. Clones share it.
#[derive(Clone, Debug)]
pub struct Windows(Arc<Semaphore>);

/// What one body looks back on, until it is dropped.
#[derive(Debug)]
pub struct Window {
    all: Windows,
    bytes: u64,
    room: Option<OwnedSemaphorePermit>,
}

impl Default for Windows {
    /// Room that nothing is in.
    fn default() -> Self {
        let steps = ROOM / usize::try_from(STEP).unwrap_or(ROOM);
        Self(Arc::new(Semaphore::new(steps)))
    }
}

impl Windows {
    /// A window of nothing yet.
    pub fn open(&self) -> Window {
        Window { all: self.clone(), bytes: FREE, room: None }
    }
}

impl Window {
    /// How large it may be, in bytes.
    #[cfg(test)]
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Lets it grow to this many bytes. Returns whether there is room.
    pub fn grow(&mut self, bytes: u64) -> bool {
        let steps = bytes.saturating_sub(self.bytes).div_ceil(STEP);
        if steps == 0 {
            return true;
        }
        let wanted = u32::try_from(steps).unwrap_or(u32::MAX);
        let Ok(more) = Arc::clone(&self.all.0).try_acquire_many_owned(wanted) else { return false };
        match &mut self.room {
            Some(room) => room.merge(more),
            room => *room = Some(more),
        }
        self.bytes += steps * STEP;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_grows_while_there_is_room_and_gives_it_back() {
        let windows = Windows::default();
        let mut small = windows.open();
        let mut large = windows.open();
        assert!(large.grow(1) && large.grow(FREE));
        assert!(large.grow(FREE + ROOM as u64 - STEP) && large.grow(FREE + ROOM as u64 - STEP));
        assert!(small.grow(FREE) && small.grow(FREE + 1) && small.grow(FREE + STEP));
        assert!(!small.grow(FREE + STEP + 1) && !large.grow(FREE + ROOM as u64));
        assert!(windows.open().grow(FREE), "what every window may have is there");
        drop(small);
        assert!(large.grow(FREE + ROOM as u64));
    }
}
