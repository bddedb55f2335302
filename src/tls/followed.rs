//! Something made from files, made again when one of them changes.

use std::{
    fmt,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use arc_swap::ArcSwap;
use tokio::time::{MissedTickBehavior, interval};

use super::TlsError;
use crate::{guarded_file::Stamp, readiness::Component};

/// How often the files are looked at.
const LOOK: Duration = Duration::from_secs(1);

/// What is made of some files, as they were when they last were good.
pub struct Followed<T> {
    paths: Vec<PathBuf>,
    make: Box<dyn Fn() -> Result<T, TlsError> + Send + Sync>,
    made: ArcSwap<T>,
    seen: Mutex<Seen>,
}

/// What the last look found.
struct Seen {
    stamps: Vec<Option<Stamp>>,
    /// Whether it was said what became of them.
    is_settled: bool,
}

impl<T> Followed<T> {
    /// What `make` makes of the files at `paths`.
    ///
    /// # Errors
    /// Those of `make`.
    pub fn open(
        paths: Vec<PathBuf>,
        make: impl Fn() -> Result<T, TlsError> + Send + Sync + 'static,
    ) -> Result<Self, TlsError> {
        // Before reading: a change in between is then seen as one.
        let seen = Mutex::new(Seen { stamps: stamps(&paths), is_settled: true });
        let made = ArcSwap::from_pointee(make()?);
        Ok(Self { paths, make: Box::new(make), made, seen })
    }

    /// It, as it is now. Take it afresh for every use.
    pub fn get(&self) -> Arc<T> {
        self.made.load_full()
    }

    /// Makes it again if the files have changed, and says how that went; after an error it stays as it was.
    ///
    /// Files are replaced one after the other, and a look may fall in between. So an error counts only when the next
    /// look finds the very same files.
    pub fn remake_if_changed(&self) -> Option<Result<(), TlsError>> {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let stamps = stamps(&self.paths);
        let has_changed = stamps != seen.stamps;
        if !has_changed && seen.is_settled {
            return None;
        }
        let made = (self.make)();
        *seen = Seen { stamps, is_settled: made.is_ok() || !has_changed };
        if !seen.is_settled {
            return None;
        }
        Some(made.map(|made| self.made.store(Arc::new(made))))
    }

    /// Follows the files until it is dropped. What is wrong with them stands in the log and as a warning of
    /// `component`, which is ready all the same: what was good before goes on being used.
    pub async fn follow(self: Arc<Self>, component: Component) {
        component.ready();
        let mut ticks = interval(LOOK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            let outcome = match self.remake_if_changed() {
                None => continue,
                Some(Ok(())) => {
                    component.ready();
                    tracing::info!(component = component.name(), "files read again");
                    "taken"
                }
                Some(Err(error)) => {
                    component.warn(format!("the new files are not taken: {error}"));
                    tracing::error!(component = component.name(), %error, "what was there before stays in use");
                    "refused"
                }
            };
            let labels = [("component", component.name()), ("outcome", outcome)];
            metrics::counter!("natter_tls_reloads_total", &labels).increment(1);
        }
    }
}

impl<T> fmt::Debug for Followed<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Followed").field(&self.paths).finish()
    }
}

fn stamps(paths: &[PathBuf]) -> Vec<Option<Stamp>> {
    paths.iter().map(|path| Stamp::of(path)).collect()
}
