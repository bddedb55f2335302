//! Has this been done before?

use std::sync::Arc;

use sea_orm::ConnectionTrait;

use super::{KEPT, Occasion, record::Named};
use crate::{
    key_ring::KeyRing,
    problem::{Kind, Problem},
    store::idempotency,
    timestamp::Timestamp,
};

/// The occasion of the first request of this name, if that is remembered at `now`; else of this one, which is
/// recorded.
///
/// # Errors
/// 422 if the first had another body, 503 if the store cannot be used.
pub(super) async fn recall(
    db: &impl ConnectionTrait,
    named: &Named<'_>,
    body: &[u8],
    now: Timestamp,
    capability_ring: Arc<KeyRing>,
) -> Result<Occasion, Problem> {
    if let Some(record) = idempotency::find(db, named.possible_ids()).await? {
        if now.since(record.created) < KEPT {
            let bits = named.bits_of(&record, body).ok_or_else(mismatch)?;
            return Ok(Occasion::again(&record, bits, capability_ring));
        }
        // Its time is over, and nobody has swept yet.
        idempotency::remove(db, &record.id).await?;
    }
    let (record, bits) = named.record(body, now, capability_ring.newest().id());
    idempotency::insert(db, &record).await?;
    Ok(Occasion::new(now, bits, capability_ring))
}

fn mismatch() -> Problem {
    Problem::new(Kind::IdempotencyMismatch, "This key came with another body before.")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::{audit, clock::Clock, id::RequestId, random::Random, store::Store};

    struct Scene {
        _directory: tempfile::TempDir,
        store: Store,
        clock: Clock,
        ring: Arc<KeyRing>,
        request: audit::Request,
    }

    impl Scene {
        async fn new() -> Self {
            let directory = tempfile::tempdir().expect("a temporary directory");
            let url = format!("sqlite:{}/n.db", directory.path().display());
            let store = Store::open(&url).await.expect("opened");
            store.migrate().await.expect("migrated");
            let clock = Clock::manual(Timestamp::from_micros(1_700_000_000_000_000));
            let ring = Arc::new(KeyRing::generate(&Random::seeded(1), clock.now()));
            let request = audit::Request {
                id: RequestId::new(clock.now(), &Random::seeded(2)),
                method: "POST".into(),
                path: "/spaces".into(),
                account: None,
                address: String::new(),
            };
            Self { _directory: directory, store, clock, ring, request }
        }

        async fn recall(&self, body: &str) -> Result<Occasion, Problem> {
            let write = self.store.begin().await.expect("a turn");
            let named = Named { ring: self.ring.clone(), request: &self.request, key: "k" };
            let (now, ring) = (self.clock.now(), self.ring.clone());
            let occasion = recall(write.db(), &named, body.as_bytes(), now, ring).await?;
            write.commit().await.expect("committed");
            Ok(occasion)
        }
    }

    #[tokio::test]
    async fn a_key_is_remembered_for_its_time_and_no_longer() {
        let scene = Scene::new().await;
        let first = scene.recall("one").await.expect("new");
        assert!(first.is_first());
        scene.clock.advance(KEPT - Duration::from_micros(1));
        let again = scene.recall("one").await.expect("the same");
        assert_eq!((again.is_first(), again.now()), (false, first.now()));
        assert_eq!(first.random().bytes::<24>(), again.random().bytes::<24>());
        let other = scene.recall("two").await.expect_err("another body");
        assert_eq!(other.kind(), Kind::IdempotencyMismatch);

        scene.clock.advance(Duration::from_micros(1));
        let later = scene.recall("two").await.expect("forgotten");
        assert_eq!((later.is_first(), later.now()), (true, scene.clock.now()));
    }

    #[tokio::test]
    async fn sweeping_forgets_what_nobody_is_answered_from() {
        let scene = Scene::new().await;
        scene.recall("one").await.expect("new");
        let sweep = async || {
            idempotency::sweep(scene.store.begin().await.expect("a turn").db(), scene.clock.now().minus(KEPT))
                .await
        };
        scene.clock.advance(KEPT - Duration::from_micros(1));
        assert_eq!(sweep().await.expect("swept"), 0);
        scene.clock.advance(Duration::from_micros(1));
        assert_eq!(sweep().await.expect("swept"), 1);
    }

    #[tokio::test]
    async fn what_is_undone_is_not_remembered() {
        let scene = Scene::new().await;
        let write = scene.store.begin().await.expect("a turn");
        let named = Named { ring: scene.ring.clone(), request: &scene.request, key: "k" };
        let occasion = recall(write.db(), &named, b"one", scene.clock.now(), scene.ring.clone()).await;
        assert!(occasion.expect("new").is_first());
        drop(write);
        assert!(scene.recall("two").await.expect("new").is_first());
    }
}
