//! What was read lately, to be answered without the database while it is true.
//!
//! Only where there is an [`Edition`](super::edition): anything that is committed ends it, and with it all that is
//! remembered, so that a session, a role, a capability or a message that ends has ended in here as well. What is written
//! is judged inside its transaction and never by this.

use std::{
    collections::{HashMap, HashSet},
    hash::Hash,
    time::Duration,
};

use quick_cache::{Weighter, sync::Cache};
use sea_orm::DbErr;
use tokio::time::Instant;

use super::{capability::Root, edition::Name, message::Message, session::Session};
use crate::{
    id::{AccountId, CapabilityId, MessageId, SpaceId},
    permission::Role,
};

/// How long something is remembered at most: it bounds what is wrong when a program dies between its commit and the end
/// of the edition, and how long a key of rows verifies after it is retired.
const LONGEST: Duration = Duration::from_secs(1);

/// What each kind may take, in bytes, about.
const MOST: u64 = 2 << 20;

/// Entries of each kind that room is made for.
const USUAL: usize = 256;

/// A moment of the data: whoever has it may be answered with what was true then. Taken once for each request, after it came.
#[derive(Clone, Copy, Debug)]
pub struct Moment(Option<Name>);

impl Moment {
    /// The one at which this edition was the last; none if that was not to be told, and nothing is remembered then.
    pub(super) fn of(edition: Option<Name>) -> Self {
        Self(edition)
    }
}

/// Everything that is remembered.
#[derive(Debug)]
pub(super) struct Memory {
    /// By the hash of the token.
    pub(super) sessions: Known<[u8; 32], Session>,
    /// Of an account in a space.
    pub(super) roles: Known<(SpaceId, AccountId), Vec<Role>>,
    /// Of capabilities.
    pub(super) roots: Known<CapabilityId, Root>,
    /// By their place.
    pub(super) messages: Known<(SpaceId, MessageId), Message>,
    /// Of accounts.
    pub(super) names: Known<AccountId, String>,
}

impl Memory {
    pub(super) fn new() -> Self {
        Self {
            sessions: Known::new(|_| 0),
            roles: Known::new(|_| 8),
            roots: Known::new(|_| 0),
            messages: Known::new(|message| message.text.len()),
            names: Known::new(String::len),
        }
    }
}

/// What is known of one kind.
#[derive(Debug)]
pub(super) struct Known<K, V>(Cache<K, Entry<V>, Weight<V>>);

#[derive(Clone, Debug)]
struct Entry<V> {
    edition: Name,
    since: Instant,
    value: V,
}

/// The bytes that a value has on the heap.
#[derive(Debug)]
struct Weight<V>(fn(&V) -> usize);

impl<V> Clone for Weight<V> {
    fn clone(&self) -> Self {
        Self(self.0)
    }
}

impl<K, V> Weighter<K, Entry<V>> for Weight<V> {
    fn weight(&self, _key: &K, entry: &Entry<V>) -> u64 {
        (size_of::<(K, Entry<V>)>() + (self.0)(&entry.value)) as u64
    }
}

impl<K: Hash + Eq + Clone, V: Clone> Known<K, V> {
    fn new(heap: fn(&V) -> usize) -> Self {
        Self(Cache::with_weighter(USUAL, MOST, Weight(heap)))
    }

    /// What was known under `key` at `moment`; else what `read` finds, which is known from then on.
    ///
    /// The reading is boxed: whoever is answered from memory carries no room for it about.
    pub(super) async fn recall<F>(
        &self,
        moment: Moment,
        key: K,
        read: impl FnOnce() -> F,
    ) -> Result<Option<V>, DbErr>
    where
        F: Future<Output = Result<Option<V>, DbErr>>,
    {
        // It came before what is read now: what changes meanwhile ends this edition.
        let Some(edition) = moment.0 else { return Box::pin(read()).await };
        if let Some(value) = self.get(edition, &key) {
            return Ok(Some(value));
        }
        let found = Box::pin(read()).await?;
        if let Some(value) = &found {
            self.put(edition, key, value.clone());
        }
        Ok(found)
    }

    /// What was known under these keys at `moment`, and what `read` finds of the others.
    pub(super) async fn recall_all<F>(
        &self,
        moment: Moment,
        keys: impl IntoIterator<Item = K>,
        read: impl FnOnce(HashSet<K>) -> F,
    ) -> Result<HashMap<K, V>, DbErr>
    where
        F: Future<Output = Result<HashMap<K, V>, DbErr>>,
    {
        let mut unknown: HashSet<K> = keys.into_iter().collect();
        let Some(edition) = moment.0 else { return Box::pin(read(unknown)).await };
        let mut all = HashMap::new();
        unknown.retain(|key| match self.get(edition, key) {
            Some(value) => all.insert(key.clone(), value).is_some(),
            None => true,
        });
        if !unknown.is_empty() {
            for (key, value) in Box::pin(read(unknown)).await? {
                self.put(edition, key.clone(), value.clone());
                all.insert(key, value);
            }
        }
        Ok(all)
    }

    fn put(&self, edition: Name, key: K, value: V) {
        self.0.insert(key, Entry { edition, since: Instant::now(), value });
    }

    fn get(&self, edition: Name, key: &K) -> Option<V> {
        let entry = self.0.get(key)?;
        (entry.edition == edition && entry.since.elapsed() < LONGEST).then_some(entry.value)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use uuid::Uuid;

    use super::*;
    use crate::store::Store;

    async fn commit(store: &Store) {
        let write = store.begin().await.expect("a turn");
        write.commit().await.expect("committed");
    }

    #[tokio::test]
    async fn whoever_commits_ends_it_and_the_audit_log_does_not() {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let url = format!("sqlite:{}/n.db", directory.path().display());
        let (store, other) =
            (Store::open(&url).await.expect("opened"), Store::open(&url).await.expect("opened"));
        store.migrate().await.expect("migrated");
        let reads = AtomicU32::new(0);
        let look = async |meanwhile: Option<&Store>| {
            let read = async || {
                reads.fetch_add(1, Ordering::SeqCst);
                if let Some(store) = meanwhile {
                    commit(store).await;
                }
                Ok(Some("alice".to_owned()))
            };
            let name = store.memory.names.recall(store.moment(), AccountId(Uuid::nil()), read).await;
            assert_eq!(name, Ok(Some("alice".to_owned())));
            reads.load(Ordering::SeqCst)
        };
        assert_eq!((look(None).await, look(None).await), (1, 1));
        store.begin_log().await.expect("a turn").commit().await.expect("committed");
        drop(store.begin().await.expect("a turn"));
        assert_eq!(look(None).await, 1, "nothing has changed");
        commit(&store).await;
        assert_eq!((look(None).await, look(None).await), (2, 2));
        commit(&other).await;
        assert_eq!((look(None).await, look(None).await), (3, 3), "another program has committed");
        commit(&store).await;
        assert_eq!(look(Some(&other)).await, 4);
        assert_eq!((look(None).await, look(None).await), (5, 5), "it changed while it was read");
    }

    #[tokio::test]
    async fn without_a_file_nothing_is_remembered() {
        let store = Store::open("sqlite::memory:").await.expect("opened");
        for number in 1..4_u128 {
            let read = async || Ok(Some(number.to_string()));
            let name = store.memory.names.recall(store.moment(), AccountId(Uuid::nil()), read).await;
            assert_eq!(name, Ok(Some(number.to_string())));
        }
    }
}
