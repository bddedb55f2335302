//! What goes and what stays, by a clock that the tests set.

use poem::http::StatusCode;
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait, PaginatorTrait};
use uuid::Uuid;

use super::*;
use crate::{
    audit::{
        Recorder, Request,
        checkpoint::{Checkpoint, heads},
        verify::{Anchor, Fault, Report, verify},
    },
    id::{AccountId, MessageId, RequestId, SpaceId},
    random::Random,
    settings::AuditMode,
    store::{
        account,
        entity::{audit, audit_subject, card as card_row, message as message_row},
        space,
    },
    text::{SpaceName, UserName},
    timestamp::Timestamp,
};

const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(86_400);
const CHAIN: Uuid = Uuid::nil();

struct Scene {
    _directory: tempfile::TempDir,
    retention: Retention,
    recorder: Recorder,
    random: Random,
    checkpoints: String,
}

impl Scene {
    /// A store on which nothing is kept for longer than this, removed `batch` rows at a time.
    async fn new(kept: Option<Duration>, batch: u64) -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let url = format!("sqlite:{}/n.db", directory.path().display());
        let store = Store::open(&url).await.expect("opened");
        store.migrate().await.expect("migrated");
        let clock = Clock::manual(Timestamp::parse("2026-01-01T00:00:00Z").expect("a time"));
        let random = Random::seeded(1);
        let rings = KeyRings::open(&directory.path().join("keys"), &random, &clock).expect("rings");
        let rings = Arc::new(rings);
        let recorder =
            Recorder::new(store.clone(), rings.clone(), clock.clone(), random.clone(), AuditMode::Durable);
        let retention = Retention { store, rings, clock, messages: kept, audit: kept, batch };
        Self { _directory: directory, retention, recorder, random, checkpoints: String::new() }
    }

    fn request(&self) -> Request {
        let now = self.retention.clock.now();
        Request {
            id: RequestId::new(now, &self.random),
            method: "GET".into(),
            path: "/spaces".into(),
            account: None,
            address: "192.0.2.1".into(),
        }
    }

    /// Rows of the audit log, one an hour, and a checkpoint after every tenth.
    async fn hours(&mut self, hours: u64) {
        for hour in 1..=hours {
            self.recorder.refused(self.request(), StatusCode::NOT_FOUND).await.expect("written");
            if hour % 10 == 0 {
                let heads = heads(self.retention.store.read()).await.expect("read");
                let ring = self.retention.rings.get(RingKind::Checkpoint);
                let checkpoint =
                    Checkpoint::sign(self.retention.clock.now(), String::new(), heads, ring.newest());
                self.checkpoints += &(serde_json::to_string(&checkpoint).expect("JSON") + "\n");
            }
            self.retention.clock.advance(HOUR);
        }
    }

    async fn verified(&self) -> Report {
        let rings = &self.retention.rings;
        let (audit, signatures) = (rings.get(RingKind::Audit), rings.get(RingKind::Checkpoint));
        let anchor = Anchor::read(self.checkpoints.as_bytes(), &signatures).expect("readable");
        verify(self.retention.store.read(), &audit, &signatures, anchor).await.expect("read")
    }

    async fn execute(&self, statement: &str) {
        let write = self.retention.store.begin().await.expect("a turn");
        write.db().execute_unprepared(statement).await.expect(statement);
        write.commit().await.expect("committed");
    }

    async fn post(&self, space: SpaceId, author: AccountId, links: &[&str]) -> MessageId {
        let now = self.retention.clock.now();
        let id = MessageId::new(now, &self.random);
        let row = message_row::ActiveModel {
            id: Set(id.0),
            space_id: Set(space.0),
            author_id: Set(author.0),
            posted_at: Set(now.micros()),
            text: Set("hello".into()),
            previews: Set(None),
        };
        let write = self.retention.store.begin().await.expect("a turn");
        message_row::Entity::insert(row).exec_without_returning(write.db()).await.expect("posted");
        for link in links {
            let mut hash = [0; 32];
            hash[..link.len()].copy_from_slice(link.as_bytes());
            card::enqueue(write.db(), (space, id), hash, link, now).await.expect("queued");
        }
        write.commit().await.expect("committed");
        id
    }

    /// An account, and two spaces.
    async fn board(&self) -> (AccountId, SpaceId, SpaceId) {
        let now = self.retention.clock.now();
        let write = self.retention.store.begin().await.expect("a turn");
        let author = AccountId::new(now, &self.random);
        let name = UserName::parse("alice").expect("a name");
        account::insert(write.db(), author, &name, "none".into(), now).await.expect("inserted");
        let mut spaces = Vec::new();
        for name in ["plans", "others"] {
            let (id, name) = (SpaceId::new(now, &self.random), SpaceName::parse(name).expect("a name"));
            space::insert(write.db(), id, &name, now).await.expect("inserted");
            spaces.push(id);
        }
        write.commit().await.expect("committed");
        (author, spaces[0], spaces[1])
    }

    async fn count<E: EntityTrait>(&self) -> u64
    where
        E::Model: Send + Sync,
    {
        E::find().count(self.retention.store.read()).await.expect("counted")
    }
}

#[tokio::test]
async fn old_rows_of_the_audit_go_and_the_rest_verifies_against_old_checkpoints() {
    let mut scene = Scene::new(Some(DAY), 7).await;
    scene.hours(50).await;
    assert_eq!(scene.retention.sweep().await.expect("swept").audit, 26);
    let report = scene.verified().await;
    assert_eq!((report.faults, report.rows, report.checkpoints), (vec![], 24, 5));
    let newest = Timestamp::parse("2026-01-02T01:00:00Z").expect("a time");
    assert_eq!(report.removed, [(CHAIN, 26, newest)]);
    assert_eq!(scene.count::<audit_subject::Entity>().await, 24, "who it was goes with the row");
    assert_eq!(scene.retention.sweep().await.expect("swept"), Removed::default());

    // All of it; and what comes then follows on what went.
    scene.retention.clock.advance(30 * DAY);
    assert_eq!(scene.retention.sweep().await.expect("swept").audit, 24);
    assert_eq!(scene.count::<audit::Entity>().await, 0);
    assert_eq!(scene.verified().await.faults, []);
    scene.hours(10).await;
    let report = scene.verified().await;
    assert_eq!((report.faults, report.rows, report.checkpoints), (vec![], 10, 6));
}

#[tokio::test]
async fn nothing_but_what_was_signed_for_may_be_missing() {
    for (tampering, faults) in [
        ("DELETE FROM audit_removal", vec![Fault::Missing(CHAIN, 1, 26)]),
        ("DELETE FROM audit WHERE position = 27", vec![Fault::Missing(CHAIN, 27, 27)]),
        (
            "UPDATE audit_removal SET position = 27, mac = (SELECT mac FROM audit WHERE position = 27); \
             DELETE FROM audit WHERE position = 27",
            vec![Fault::Removal(CHAIN), Fault::Missing(CHAIN, 1, 27)],
        ),
        ("UPDATE audit_removal SET at = at - 1", vec![Fault::Removal(CHAIN), Fault::Missing(CHAIN, 1, 26)]),
        (
            "UPDATE audit_removal SET signature = zeroblob(64)",
            vec![Fault::Removal(CHAIN), Fault::Missing(CHAIN, 1, 26)],
        ),
        ("UPDATE audit_removal SET key = 2", vec![Fault::Removal(CHAIN), Fault::Missing(CHAIN, 1, 26)]),
        ("INSERT INTO audit SELECT * FROM kept WHERE position = 5", vec![Fault::Changed(CHAIN, 5)]),
    ] {
        let mut scene = Scene::new(Some(DAY), 100).await;
        scene.hours(50).await;
        scene.execute("CREATE TABLE kept AS SELECT * FROM audit").await;
        scene.retention.sweep().await.expect("swept");
        assert_eq!(scene.verified().await.faults, [], "before");
        scene.execute(tampering).await;
        assert_eq!(scene.verified().await.faults, faults, "{tampering}");
    }
}

/// Somebody with both rings made another chain and signed for the removal of its beginning.
#[tokio::test]
async fn the_last_removed_row_has_to_be_the_one_that_a_checkpoint_has() {
    let (mut original, mut forged) =
        (Scene::new(Some(30 * HOUR), 100).await, Scene::new(Some(30 * HOUR), 100).await);
    original.hours(50).await;
    // The same seed made the same keys; from here on its ids are others.
    let _ = forged.random.bytes::<1>();
    forged.hours(50).await;
    for scene in [&original, &forged] {
        assert_eq!(scene.retention.sweep().await.expect("swept").audit, 20);
        assert_eq!(scene.verified().await.faults, []);
    }
    forged.checkpoints = original.checkpoints;
    assert_eq!(forged.verified().await.faults, [Fault::Rewritten(CHAIN, 20)]);
}

#[tokio::test]
async fn a_row_that_is_young_keeps_all_after_it() {
    let scene = Scene::new(Some(DAY), 100).await;
    // It begins first, and is written last.
    let slow = scene.recorder.reading(scene.request());
    scene.retention.clock.advance(DAY);
    scene.recorder.refused(scene.request(), StatusCode::NOT_FOUND).await.expect("written");
    slow.end(StatusCode::OK).await.expect("written");
    scene.retention.clock.advance(HOUR);
    assert_eq!(scene.retention.sweep().await.expect("swept").audit, 0);
    scene.retention.clock.advance(DAY);
    assert_eq!(scene.retention.sweep().await.expect("swept").audit, 3);
    assert_eq!(scene.verified().await.faults, []);
}

#[tokio::test]
async fn one_transaction_removes_no_more_than_its_batch() {
    let mut scene = Scene::new(None, 100).await;
    let (author, space, _) = scene.board().await;
    scene.hours(9).await;
    for _ in 0..9 {
        scene.post(space, author, &[]).await;
        scene.retention.clock.advance(HOUR);
    }
    let (now, ring) = (scene.retention.clock.now(), scene.retention.rings.get(RingKind::Checkpoint));
    let write = scene.retention.store.begin().await.expect("a turn");
    let mut removed = Vec::new();
    for _ in 0..4 {
        let messages = message::remove_before(write.db(), now, 4).await.expect("removed");
        let rows = crate::audit::remove_before(write.db(), ring.newest(), now, 4).await.expect("removed");
        removed.push((messages, rows));
    }
    assert_eq!(removed, [(4, 4), (4, 4), (1, 1), (0, 0)]);
}

#[tokio::test]
async fn old_messages_go_and_cards_that_no_message_has_any_more() {
    let scene = Scene::new(Some(5 * DAY), 2).await;
    let (author, space, other) = scene.board().await;
    scene.post(other, author, &["shared"]).await;
    let mut posted = Vec::new();
    for day in 0..8 {
        let own = format!("own {day}");
        posted.push(scene.post(space, author, &[&own, "shared"]).await);
        scene.retention.clock.advance(DAY);
    }
    // Eight days have passed: what is five days old, to the moment, stays.
    let removed = scene.retention.sweep().await.expect("swept");
    assert_eq!((removed.messages, removed.cards), (1 + 3, 1 + 3));
    let rows = message_row::Entity::find().all(scene.retention.store.read()).await.expect("read");
    let left: Vec<_> = rows.iter().map(|row| MessageId(row.id)).collect();
    assert_eq!(left, posted[3..]);
    assert_eq!(scene.count::<card_row::Entity>().await, 5 + 1, "the shared one is still somebody's");
}

#[tokio::test]
async fn kept_for_ever_is_kept_but_for_cards_of_removed_messages() {
    let mut scene = Scene::new(None, 2).await;
    let (author, space, _) = scene.board().await;
    scene.hours(3).await;
    for link in ["one", "two", "three", "four", "five"] {
        scene.post(space, author, &[link]).await;
    }
    scene.retention.clock.advance(10_000 * DAY);
    assert_eq!(scene.retention.sweep().await.expect("swept"), Removed::default());
    scene.execute("DELETE FROM message WHERE rowid % 2 = 0").await;
    assert_eq!(scene.retention.sweep().await.expect("swept").cards, 2);
    assert_eq!(scene.count::<card_row::Entity>().await, 3);
}

#[tokio::test]
async fn writers_have_their_turn_in_between() {
    let scene = Scene::new(Some(DAY), 1).await;
    let (author, space, _) = scene.board().await;
    for _ in 0..100 {
        scene.post(space, author, &[]).await;
    }
    scene.retention.clock.advance(2 * DAY);
    let store = scene.retention.store.clone();
    let sweep = tokio::spawn(async move { scene.retention.sweep().await.expect("swept").messages });
    let seen = loop {
        let write = store.begin().await.expect("a turn");
        let left = message_row::Entity::find().count(write.db()).await.expect("counted");
        write.commit().await.expect("committed");
        if left < 100 {
            break left;
        }
    };
    assert!(seen > 0, "the whole of it went in one turn");
    assert_eq!(sweep.await.expect("no panic"), 100);
}
