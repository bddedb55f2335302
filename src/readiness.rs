//! Whether this process should be sent requests, and if not, why.

use std::{collections::BTreeMap, sync::Arc};

use serde::Serialize;
use tokio::sync::watch;

/// What every component says about itself. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Readiness(Arc<watch::Sender<State>>);

#[derive(Debug, Default)]
struct State {
    /// The reason of each component that is not ready.
    components: BTreeMap<&'static str, Option<String>>,
    stopping: bool,
}

/// Why the process is not ready.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reason {
    /// The component that is not ready.
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
        let components = self
            .components
            .iter()
            .filter_map(|(component, detail)| detail.clone().map(|detail| Reason { component, detail }));
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
    /// The component can do its work.
    pub fn ready(&self) {
        self.set(None);
    }

    /// The component cannot do its work, because of `detail`, which must hold no secret.
    pub fn not_ready(&self, detail: impl Into<String>) {
        self.set(Some(detail.into()));
    }

    fn set(&self, detail: Option<String>) {
        self.readiness.0.send_if_modified(|state| {
            let changed = state.components.get(self.name) != Some(&detail);
            if changed {
                state.components.insert(self.name, detail);
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
    fn stopping_is_for_good() {
        let readiness = Readiness::default();
        let store = readiness.component("store", "is being opened");
        readiness.stop();
        store.ready();
        assert_eq!(readiness.reasons()[0].component, "process");
    }
}
