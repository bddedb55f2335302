//! Which rows are claimed when, by a time that the tests say.

use sea_orm::PaginatorTrait;

use super::*;
use crate::{
    id::AccountId,
    random::Random,
    store::{Store, account, entity::message as message_row, space},
    text::{SpaceName, UserName},
};

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(86_400);

struct Queue {
    _directory: tempfile::TempDir,
    store: Store,
    random: Random,
    space: SpaceId,
    author: AccountId,
    now: Timestamp,
}

impl Queue {
    async fn new() -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let url = format!("sqlite:{}/n.db", directory.path().display());
        let store = Store::open(&url).await.expect("opened");
        store.migrate().await.expect("migrated");
        let (random, now) = (Random::seeded(1), Timestamp::parse("2026-01-01T00:00:00Z").expect("a time"));
        let (author, space) = (AccountId::new(now, &random), SpaceId::new(now, &random));
        let (user, name) =
            (UserName::parse("alice").expect("a name"), SpaceName::parse("x").expect("a name"));
        let write = store.begin().await.expect("a turn");
        account::insert(write.db(), author, &user, "none".into(), now).await.expect("inserted");
        space::insert(write.db(), space, &name, now).await.expect("inserted");
        write.commit().await.expect("committed");
        Self { _directory: directory, store, random, space, author, now }
    }

    async fn post(&self, url: &str) -> MessageId {
        let id = MessageId::new(self.now, &self.random);
        let row = message_row::ActiveModel {
            id: Set(id.0),
            space_id: Set(self.space.0),
            author_id: Set(self.author.0),
            posted_at: Set(self.now.micros()),
            text: Set(url.into()),
            previews: Set(None),
        };
        let write = self.store.begin().await.expect("a turn");
        message_row::Entity::insert(row).exec_without_returning(write.db()).await.expect("posted");
        let mut hash = [0; 32];
        hash[..url.len()].copy_from_slice(url.as_bytes());
        enqueue(write.db(), (self.space, id), hash, url, self.now).await.expect("queued");
        write.commit().await.expect("committed");
        id
    }

    async fn remove(&self, message: MessageId) {
        let write = self.store.begin().await.expect("a turn");
        message_row::Entity::delete_by_id(message.0).exec(write.db()).await.expect("removed");
        write.commit().await.expect("committed");
    }

    async fn claim(&self) -> Option<Claim> {
        let write = self.store.begin().await.expect("a turn");
        let claim = claim(write.db(), self.now, MINUTE, 7 * DAY).await.expect("claimed");
        write.commit().await.expect("committed");
        claim
    }

    async fn claimed(&self) -> Option<String> {
        self.claim().await.map(|claim| claim.url)
    }

    /// Claims a row, and has it come due again after `wait`.
    async fn work(&self, finding: Finding, wait: Duration) -> Claim {
        let claim = self.claim().await.expect("something is due");
        let write = self.store.begin().await.expect("a turn");
        finish(write.db(), &claim, finding, self.now + wait, 7 * DAY).await.expect("stored");
        write.commit().await.expect("committed");
        claim
    }

    fn wait(&mut self, time: Duration) {
        self.now = self.now + time;
    }

    async fn known(&self) -> Known {
        let rows = row::Entity::find().all(self.store.read()).await.expect("read");
        let hashes = rows.into_iter().map(|row| row.url_hash);
        find(self.store.read(), self.space, hashes).await.expect("read").pop().expect("one")
    }
}

fn card(text: &str) -> Finding {
    Finding::Card(text.into(), Some(format!("\"{text}\"")))
}

#[tokio::test]
async fn a_card_is_fetched_again_when_it_is_due_and_shown_until_there_is_a_new_one() {
    let mut queue = Queue::new().await;
    queue.post("a").await;
    assert_eq!(queue.work(card("1"), HOUR).await.tag, None);
    queue.wait(HOUR - MINUTE);
    assert_eq!(queue.claimed().await, None);
    queue.wait(MINUTE);
    let claim = queue.claim().await.expect("it is due");
    assert_eq!((claim.url.as_str(), claim.tag.as_deref()), ("a", Some("\"1\"")));
    let known = queue.known().await;
    assert_eq!((known.card.as_deref(), known.is_pending), (Some("1"), false), "nobody waits for it");
    assert_eq!(queue.claimed().await, None, "somebody has it");
    queue.wait(MINUTE);
    queue.work(Finding::Unchanged, HOUR).await;
    assert_eq!(queue.known().await.card.as_deref(), Some("1"));
    queue.wait(HOUR);
    queue.work(card("2"), HOUR).await;
    assert_eq!(queue.known().await.card.as_deref(), Some("2"));
}

#[tokio::test]
async fn an_old_card_outlives_failures_which_are_counted() {
    let mut queue = Queue::new().await;
    queue.post("a").await;
    queue.work(card("1"), HOUR).await;
    for failures in 0..3 {
        queue.wait(HOUR);
        let claim = queue.work(Finding::Nothing, HOUR).await;
        assert_eq!((claim.failures, claim.tag.as_deref()), (failures, Some("\"1\"")));
        assert_eq!(queue.known().await.card.as_deref(), Some("1"));
    }
    queue.wait(HOUR);
    queue.work(card("2"), HOUR).await;
    queue.wait(HOUR);
    assert_eq!(queue.claim().await.expect("it is due").failures, 0);
}

#[tokio::test]
async fn links_of_old_messages_are_left_alone_until_they_are_posted_again() {
    let mut queue = Queue::new().await;
    queue.post("a").await;
    queue.work(card("1"), 6 * DAY).await;
    queue.wait(6 * DAY);
    queue.work(card("2"), 2 * DAY).await;
    queue.wait(30 * DAY);
    assert_eq!(queue.claimed().await, None, "the message is too old");
    queue.post("a").await;
    assert!(queue.known().await.is_pending);
    queue.work(card("3"), HOUR).await;
    queue.wait(HOUR);
    assert_eq!(queue.claimed().await.as_deref(), Some("a"));
}

#[tokio::test]
async fn a_setting_that_has_become_narrower_holds_for_what_was_scheduled_before() {
    let mut queue = Queue::new().await;
    queue.post("a").await;
    queue.work(card("1"), 6 * DAY).await;
    queue.wait(6 * DAY);
    let write = queue.store.begin().await.expect("a turn");
    assert!(claim(write.db(), queue.now, MINUTE, 5 * DAY).await.expect("claimed").is_none());
    write.commit().await.expect("committed");
    let settled = row::Entity::find().filter(row::Column::State.eq(State::Settled.number()));
    assert_eq!(settled.count(queue.store.read()).await.expect("counted"), 1, "it is not looked at again");
}

#[tokio::test]
async fn what_is_posted_again_before_it_is_due_is_scheduled_anew() {
    let mut queue = Queue::new().await;
    queue.post("a").await;
    queue.work(card("1"), 8 * DAY).await;
    queue.wait(7 * DAY);
    queue.post("a").await;
    assert_eq!(queue.claimed().await, None);
    queue.wait(DAY);
    assert_eq!(queue.claimed().await.as_deref(), Some("a"));
}

#[tokio::test]
async fn links_without_a_message_are_not_fetched() {
    let mut queue = Queue::new().await;
    let (first, second) = (queue.post("a").await, queue.post("b").await);
    queue.remove(first).await;
    assert_eq!(queue.work(card("1"), HOUR).await.url, "b");
    queue.remove(second).await;
    queue.wait(HOUR);
    assert_eq!(queue.claimed().await, None);
}

#[tokio::test]
async fn what_was_just_posted_comes_before_what_is_fetched_again() {
    let mut queue = Queue::new().await;
    for url in ["a", "b"] {
        queue.post(url).await;
        queue.work(card("1"), HOUR).await;
    }
    queue.wait(2 * HOUR);
    queue.post("c").await;
    let mut order = Vec::new();
    while let Some(url) = queue.claimed().await {
        order.push(url);
    }
    assert_eq!(order, ["c", "a", "b"]);
}

#[tokio::test]
async fn what_will_never_have_a_card_is_not_tried_again() {
    let mut queue = Queue::new().await;
    queue.post("a").await;
    queue.work(Finding::Never, MINUTE).await;
    queue.wait(HOUR);
    assert_eq!(queue.claimed().await, None);
}
