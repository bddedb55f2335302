//! Hashing and verifying without stopping the server.

use std::panic::resume_unwind;

use zeroize::Zeroizing;

use super::{
    Busy, InvalidParameters, Parameters, Password, PoolSize, Priority,
    argon::Argon2id,
    background::Background,
    pool::{Place, Pool},
};
use crate::random::Random;

/// Argon2id on a bounded pool of threads.
#[derive(Debug)]
pub struct Hasher {
    argon: Argon2id,
    pool: Pool,
    background: Background,
    random: Random,
    /// What an attempt for an unknown user is compared with: no password gives it.
    nobody: String,
}

impl Hasher {
    /// A hasher; it costs nothing until it is used.
    ///
    /// # Errors
    /// Parameters that Argon2 does not allow, or a pool that would serve nobody.
    pub fn new(parameters: Parameters, size: PoolSize, random: Random) -> Result<Self, InvalidParameters> {
        let argon = Argon2id::new(parameters, size.concurrent)?;
        if !size.is_valid() {
            return Err(InvalidParameters::Pool(size));
        }
        let nobody = argon.unmatched(random.bytes(), random.bytes());
        let background = Background::new(size.concurrent);
        Ok(Self { argon, pool: Pool::new(size), background, random, nobody })
    }

    /// The password's hash in PHC form, for the store.
    ///
    /// # Errors
    /// [`Busy`] if too many wait already.
    pub async fn hash(&self, password: Password, priority: Priority) -> Result<String, Busy> {
        let salt = self.random.bytes();
        self.run(self.pool.queue(priority)?, move |argon| argon.hash(password.as_bytes(), salt)).await
    }

    /// A place in the queue of those whose password is to be verified; to be had before anything else is done for them.
    ///
    /// # Errors
    /// [`Busy`] if too many wait already.
    pub fn queue(&self, priority: Priority) -> Result<Place, Busy> {
        self.pool.queue(priority)
    }

    /// Whether the attempt, any bytes at all, is the password of `stored`. Without a user the
    /// answer is `false` after the same work as for a user whose hash is not
    /// [outdated](Self::needs_rehash).
    ///
    /// # Errors
    /// [`Busy`] if the system has no thread left.
    pub async fn verify(
        &self,
        attempt: Zeroizing<Vec<u8>>,
        stored: Option<&str>,
        place: Place,
    ) -> Result<bool, Busy> {
        let hash = stored.unwrap_or(&self.nobody).to_owned();
        let matches = self.run(place, move |argon| argon.verify(&attempt, &hash)).await?;
        Ok(matches && stored.is_some())
    }

    /// Whether the hash was made with other parameters than new ones are: hash again at the next
    /// login, when the password is at hand.
    pub fn needs_rehash(&self, stored: &str) -> bool {
        self.argon.is_outdated(stored)
    }

    async fn run<T: Send + 'static>(
        &self,
        place: Place,
        work: impl Fn(&Argon2id) -> T + Send + Sync + 'static,
    ) -> Result<T, Busy> {
        let place = self.pool.enter(place).await;
        let (argon, background) = (self.argon.clone(), self.background.clone());
        // Its place is kept by the work and not by the request: who hangs up frees no processor.
        let working = tokio::spawn(async move {
            let outcome = background.run(move || work(&argon)).await;
            drop(place);
            outcome
        });
        working.await.map_err(|_| Busy)??.map_err(|panic| resume_unwind(panic))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Mutex, mpsc};

    use futures_util::FutureExt;

    use super::*;

    const CHEAP: Parameters = Parameters { memory_kib: 8, iterations: 1, parallelism: 1 };
    const SIZE: PoolSize = PoolSize { concurrent: 2, reserved: 1 };

    fn hasher(parameters: Parameters) -> Hasher {
        Hasher::new(parameters, SIZE, Random::seeded(1)).expect("valid parameters")
    }

    fn password() -> Password {
        Password::new("correct horse".to_owned()).expect("long enough")
    }

    async fn verify(hasher: &Hasher, attempt: &[u8], stored: Option<&str>) -> Result<bool, Busy> {
        let place = hasher.queue(Priority::Ordinary)?;
        hasher.verify(Zeroizing::new(attempt.to_vec()), stored, place).await
    }

    #[tokio::test]
    async fn only_the_password_matches() {
        let hasher = hasher(CHEAP);
        let hash = hasher.hash(password(), Priority::Ordinary).await.expect("not busy");
        let again = hasher.hash(password(), Priority::Ordinary).await.expect("not busy");
        assert_ne!(hash, again, "each has its own salt");
        for (bytes, expected) in [
            (&b"correct horse"[..], true),
            (b"correct horsf", false),
            (b"correct horse\0", false),
            (b"", false),
            (b"\xff\xfe\0", false),
            (&[b'x'; 100_000], false),
        ] {
            let stored = Some(hash.as_str());
            assert_eq!(verify(&hasher, bytes, stored).await, Ok(expected));
            assert_eq!(verify(&hasher, bytes, None).await, Ok(false));
        }
    }

    /// The work for an unknown user is Argon2 with the parameters of new hashes.
    #[test]
    fn nobody_has_a_hash_like_everybody() {
        let hasher = hasher(CHEAP);
        assert!(!hasher.needs_rehash(&hasher.nobody), "{}", hasher.nobody);
        let real = hasher.argon.hash(b"password", [1; 16]);
        assert_eq!(hasher.nobody.len(), real.len());
    }

    #[tokio::test]
    async fn an_old_hash_verifies_and_asks_to_be_made_again() {
        let old = hasher(CHEAP).hash(password(), Priority::Ordinary).await.expect("not busy");
        let hasher = hasher(Parameters { iterations: 2, ..CHEAP });
        assert!(hasher.needs_rehash(&old));
        let verified = verify(&hasher, b"correct horse", Some(&old)).await;
        assert_eq!(verified, Ok(true));
    }

    #[test]
    fn a_pool_that_serves_nobody_is_refused() {
        let size = PoolSize { concurrent: 2, reserved: 2 };
        assert!(Hasher::new(CHEAP, size, Random::seeded(1)).is_err());
    }

    /// A flood of requests that hang up must not pile up work.
    #[tokio::test]
    async fn a_request_that_goes_away_keeps_its_place_until_the_work_ends() {
        let hasher = hasher(CHEAP);
        let (finish, wait) = mpsc::channel::<()>();
        let wait = Mutex::new(wait);
        let (started, mut begun) = tokio::sync::mpsc::channel(1);
        let place = hasher.queue(Priority::Ordinary).expect("not busy");
        let mut request = Box::pin(hasher.run(place, move |_| {
            let _ = started.try_send(());
            let _ = wait.lock().expect("whole").recv();
        }));
        assert!(request.as_mut().now_or_never().is_none());
        begun.recv().await.expect("the work began");
        drop(request);

        let next = || hasher.pool.enter(hasher.queue(Priority::Ordinary).expect("not busy"));
        assert!(next().now_or_never().is_none(), "the place is still taken");
        drop(finish);
        // It is free once the work has ended.
        next().await;
    }
}
