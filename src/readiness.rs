//! Whether this process should be sent requests, and if not, why.

use std::{collections::BTreeMap, sync::Arc};

use serde::Serialize;
use tokio::sync::watch;

/// What every component says about itself. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Readiness(Arc<watch::Sender<State>>);

#[derive(Debug, Default)]
struct State {
    components: BTreeMap<&'static str, Standing>,
    stopping: bool,
}

/// What a component said last.
#[derive(Debug, PartialEq, Eq)]
enum Standing {
    Ready,
    /// Ready, but somebody should look.
    Warning(String),
    NotReady(String),
}

/// Why the process is not ready, or what to look at although it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reason {
    /// The component that says so.
    pub component: &'static str,
    /// What it waits for, or what is wrong with it. Shown on the admin listener.
    pub detail: String,
}

impl Readiness {
    /// Registers a component, which is not ready, because of `detail`, until it says so.
    pub fn component(&self, name: &'static str, detail: impl Into<String>) -> Component {
        let component = Component { name, readiness: self.clone() };
        component.not_ready(detail);
        component
    }

    /// Says that the process is about to stop. It is never ready again.
    pub fn stop(&self) {
        self.0.send_modify(|state| state.stopping = true);
    }

    /// Why the process is not ready; empty when it is.
    pub fn reasons(&self) -> Vec<Reason> {
        self.0.borrow().reasons()
    }

    /// What somebody should look at, though the process is ready for all that.
    pub fn warnings(&self) -> Vec<Reason> {
        let state = self.0.borrow();
        let warnings = state.components.iter().filter_map(|(component, standing)| match standing {
            Standing::Warning(detail) => Some(Reason { component, detail: detail.clone() }),
            Standing::Ready | Standing::NotReady(_) => None,
        });
        warnings.collect()
    }

    /// Waits until every component is ready.
    pub async fn ready(&self) {
        let mut state = self.0.subscribe();
        // An error would mean that the sender is gone; we hold it.
        let _ = state.wait_for(|state| state.reasons().is_empty()).await;
    }
}

impl State {
    fn reasons(&self) -> Vec<Reason> {
        let stopping =
            self.stopping.then(|| Reason { component: "process", detail: "is shutting down".into() });
        let components = self.components.iter().filter_map(|(component, standing)| match standing {
            Standing::NotReady(detail) => Some(Reason { component, detail: detail.clone() }),
            Standing::Ready | Standing::Warning(_) => None,
        });
        stopping.into_iter().chain(components).collect()
    }
}

/// What one component says about itself. The last word holds, also after this is dropped.
#[derive(Clone, Debug)]
pub struct Component {
    name: &'static str,
    readiness: Readiness,
}

impl Component {
    /// The name it was registered under.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The component can do its work.
    pub fn ready(&self) {
        self.set(Standing::Ready);
    }

    /// The component can do its work, but because of `detail`, which must hold no secret, somebody should look before
    /// it can't any more.
    pub fn warn(&self, detail: impl Into<String>) {
        self.set(Standing::Warning(detail.into()));
    }

    /// The component cannot do its work, because of `detail`, which must hold no secret.
    pub fn not_ready(&self, detail: impl Into<String>) {
        self.set(Standing::NotReady(detail.into()));
    }

    fn set(&self, standing: Standing) {
        self.readiness.0.send_if_modified(|state| {
            let changed = state.components.get(self.name) != Some(&standing);
            if changed {
                state.components.insert(self.name, standing);
            }
            changed
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_process_is_ready_when_every_component_is() {
        let readiness = Readiness::default();
        let store = readiness.component("store", "is being opened");
        let keys = readiness.component("keys", "are being read");
        keys.ready();
        let expected = Reason { component: "store", detail: "is being opened".into() };
        assert_eq!(readiness.reasons(), [expected]);

        store.ready();
        readiness.ready().await;
        assert_eq!(readiness.reasons(), []);
        store.not_ready("the disk is full");
        assert_eq!(readiness.reasons()[0].detail, "the disk is full");
    }

    #[test]
    fn a_warning_is_shown_and_takes_nothing_away() {
        let readiness = Readiness::default();
        let tls = readiness.component("tls", "is being read");
        tls.warn("the new certificate is not taken");
        assert_eq!(readiness.reasons(), []);
        assert_eq!(readiness.warnings()[0].detail, "the new certificate is not taken");
        tls.ready();
        assert_eq!(readiness.warnings(), []);
    }

    #[test]
    fn stopping_is_for_good() {
        let readiness = Readiness::default();
        let store = readiness.component("store", "is being opened");
        readiness.stop();
        store.ready();
        assert_eq!(readiness.reasons()[0].component, "process");
    }
}
