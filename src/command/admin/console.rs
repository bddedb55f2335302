//! What the administration commands work on.

use std::sync::Arc;

use anyhow::{Context, bail};
use poem::http::StatusCode;

use crate::{
    audit::{self, Recorder, Trail},
    clock::Clock,
    id::{AccountId, RequestId},
    key_ring::KeyRings,
    random::Random,
    settings::{ApiSettings, AuditMode},
    store::{
        Store,
        account::{self, Account},
    },
};

/// The store and what is needed to write to it.
pub(super) struct Console {
    pub(super) store: Store,
    pub(super) rings: Arc<KeyRings>,
    pub(super) recorder: Recorder,
    pub(super) clock: Clock,
    pub(super) random: Random,
}

impl Console {
    pub(super) async fn open(settings: &ApiSettings) -> anyhow::Result<Self> {
        let store = Store::for_command(&settings.database).await?;
        let pending = store.pending().await?;
        if !pending.is_empty() {
            bail!(
                "the database lacks the migrations {}: start the server once, or run `natter-api migrate`",
                pending.join(", ")
            );
        }
        let (clock, random) = (Clock::system(), Random::system());
        let rings = KeyRings::open(&settings.keys.directory, &random, &clock)
            .context("the key rings cannot be used")?;
        Ok(Self::of(store, Arc::new(rings), clock, random))
    }

    /// One that works on this store.
    pub(super) fn of(store: Store, rings: Arc<KeyRings>, clock: Clock, random: Random) -> Self {
        let recorder =
            Recorder::new(store.clone(), rings.clone(), clock.clone(), random.clone(), AuditMode::Durable);
        Self { store, rings, recorder, clock, random }
    }

    /// Begins the audit of a command, as of a request.
    pub(super) async fn start(&self, command: &str) -> anyhow::Result<Trail> {
        self.begin(command, None).await
    }

    /// Begins the audit of a command about the account of this name, and loads it.
    pub(super) async fn start_about(&self, command: &str, user: &str) -> anyhow::Result<(Trail, Account)> {
        let account = account::by_name(self.store.read(), user).await?;
        let trail = self.begin(command, account.as_ref().map(|account| AccountId(account.id))).await?;
        let Some(account) = account else {
            trail.end(StatusCode::NOT_FOUND).await?;
            bail!("there is no account {user}");
        };
        Ok((trail, account))
    }

    async fn begin(&self, command: &str, account: Option<AccountId>) -> anyhow::Result<Trail> {
        let request = audit::Request {
            id: RequestId::new(self.clock.now(), &self.random),
            method: "ADMIN".to_owned(),
            path: command.to_owned(),
            account,
            address: "local".to_owned(),
        };
        Ok(self.recorder.start(request).await?)
    }
}
