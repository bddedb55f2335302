//! Argon2id (RFC 9106) and its parameters.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use argon2::{
    Algorithm, Argon2, Block, Params, Version,
    password_hash::phc::{Output, ParamsString, PasswordHash, Salt},
};
use subtle::ConstantTimeEq;

use super::PoolSize;

/// What one hash costs. A new password is hashed with these; an old hash names its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parameters {
    /// Memory in KiB, at least 8 for each lane.
    pub memory_kib: u32,
    /// Passes over the memory, at least 1.
    pub iterations: u32,
    /// Lanes, at least 1. They are computed one after another.
    pub parallelism: u32,
}

/// Parameters with which no password could be hashed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidParameters {
    /// RFC 9106 does not allow them.
    #[error("Argon2 takes no such parameters: {0}")]
    Argon(argon2::Error),
    /// The pool is empty, all reserved, or beyond measure.
    #[error("a pool of {} with {} reserved serves nobody", .0.concurrent, .0.reserved)]
    Pool(PoolSize),
}

/// The first choice of OWASP's Password Storage Cheat Sheet with one lane: 19 MiB, 2 passes.
impl Default for Parameters {
    fn default() -> Self {
        Self { memory_kib: 19 * 1024, iterations: 2, parallelism: 1 }
    }
}

/// Argon2id as configured. Clones share the memory that they work in.
#[derive(Clone)]
pub(super) struct Argon2id {
    argon: Argon2<'static>,
    /// What is not being worked in: a block allocated anew for every hash would be faulted in anew, and the allocator
    /// would keep one for every thread that ever had one.
    memory: Arc<Mutex<Vec<Vec<Block>>>>,
    /// How much of it is kept, in hashes at once.
    kept: usize,
}

impl Argon2id {
    pub(super) fn new(parameters: Parameters, kept: usize) -> Result<Self, InvalidParameters> {
        let Parameters { memory_kib, iterations, parallelism } = parameters;
        let params =
            Params::new(memory_kib, iterations, parallelism, None).map_err(InvalidParameters::Argon)?;
        let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        Ok(Self { argon, memory: Arc::default(), kept })
    }

    /// The hash in PHC form.
    ///
    /// # Panics
    /// Never: every input that Argon2 refuses is longer than a `usize` of today holds.
    pub(super) fn hash(&self, password: &[u8], salt: [u8; 16]) -> String {
        let mut output = [0; Params::DEFAULT_OUTPUT_LEN];
        self.compute(&self.argon, password, &salt, &mut output)
            .expect("Argon2 takes any password below 4 GiB and a salt of 16 bytes");
        self.phc(salt, output)
    }

    /// A hash in the form of [`hash`](Self::hash) that no password is known to give: its output is
    /// `output`, drawn at random. It saves the time of a real one at each start.
    pub(super) fn unmatched(&self, salt: [u8; 16], output: [u8; 32]) -> String {
        self.phc(salt, output)
    }

    fn phc(&self, salt: [u8; 16], output: [u8; 32]) -> String {
        PasswordHash {
            algorithm: Algorithm::Argon2id.ident(),
            version: Some(Version::V0x13.into()),
            params: ParamsString::try_from(self.argon.params()).expect("parameters have a PHC form"),
            salt: Some(Salt::new(&salt).expect("16 bytes are a salt")),
            hash: Some(Output::new(&output).expect("32 bytes are an output")),
        }
        .to_string()
    }

    /// Whether `password` gives `phc`; `false` also if `phc` is no hash.
    pub(super) fn verify(&self, password: &[u8], phc: &str) -> bool {
        PasswordHash::new(phc).is_ok_and(|hash| self.gives(password, &hash) == Some(true))
    }

    fn gives(&self, password: &[u8], hash: &PasswordHash) -> Option<bool> {
        let algorithm = Algorithm::try_from(hash.algorithm.as_str()).ok()?;
        let version = Version::try_from(hash.version?).ok()?;
        let argon = Argon2::new(algorithm, version, Params::try_from(hash).ok()?);
        let (salt, expected) = (hash.salt?, hash.hash?);
        let mut output = vec![0; expected.len()];
        self.compute(&argon, password, &salt, &mut output).ok()?;
        Some(output.ct_eq(expected.as_bytes()).into())
    }

    fn compute(
        &self,
        argon: &Argon2<'_>,
        password: &[u8],
        salt: &[u8],
        output: &mut [u8],
    ) -> argon2::Result<()> {
        let unused = || self.memory.lock().unwrap_or_else(PoisonError::into_inner);
        let mut memory = unused().pop().unwrap_or_default();
        memory.resize(argon.params().block_count(), Block::default());
        let computed = argon.hash_password_into_with_memory(password, salt, output, &mut memory);
        let mut unused = unused();
        if unused.len() < self.kept {
            unused.push(memory);
        }
        computed
    }

    /// Whether `phc` was made in another way than [`hash`](Self::hash) makes one now.
    pub(super) fn is_outdated(&self, phc: &str) -> bool {
        let current = |hash: &PasswordHash| {
            let params = Params::try_from(hash).ok()?;
            let ours = self.argon.params();
            Some(
                hash.algorithm == Algorithm::Argon2id.ident()
                    && hash.version == Some(Version::V0x13.into())
                    && hash.hash.is_some_and(|output| output.len() == Params::DEFAULT_OUTPUT_LEN)
                    && (params.m_cost(), params.t_cost(), params.p_cost())
                        == (ours.m_cost(), ours.t_cost(), ours.p_cost()),
            )
        };
        !PasswordHash::new(phc).is_ok_and(|hash| current(&hash) == Some(true))
    }
}

impl fmt::Debug for Argon2id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.argon.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHEAP: Parameters = Parameters { memory_kib: 8, iterations: 1, parallelism: 1 };

    fn argon(parameters: Parameters) -> Argon2id {
        Argon2id::new(parameters, 1).expect("valid parameters")
    }

    /// Made with the reference implementation's command:
    /// `echo -n password | argon2 somesalt -id -t 2 -k 256 -p 1 -e`
    #[test]
    fn reads_what_the_reference_implementation_made() {
        let phc = "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";
        assert!(argon(CHEAP).verify(b"password", phc));
        assert!(!argon(CHEAP).verify(b"passwore", phc));
    }

    #[test]
    fn a_hash_says_how_it_was_made() {
        let hash = argon(Parameters::default()).hash(b"password", [1; 16]);
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
    }

    #[test]
    fn outdated_is_any_other_way() {
        let now = argon(CHEAP);
        let hash = now.hash(b"password", [1; 16]);
        assert!(!now.is_outdated(&hash));
        for other in [
            Parameters { memory_kib: 16, ..CHEAP },
            Parameters { iterations: 2, ..CHEAP },
            Parameters { memory_kib: 16, parallelism: 2, ..CHEAP },
        ] {
            assert!(argon(other).is_outdated(&hash), "{other:?}");
            assert!(argon(other).verify(b"password", &hash), "old hashes verify");
        }
        assert!(now.is_outdated(&hash.replacen("argon2id", "argon2i", 1)));
        assert!(now.is_outdated(
            "$argon2id$v=16$m=8,t=1,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
        ));
        assert!(now.is_outdated("nonsense"));
    }

    #[test]
    fn no_more_memory_is_kept_than_is_asked_for() {
        for kept in 0..2 {
            let argon = Argon2id::new(CHEAP, kept).expect("valid parameters");
            argon.hash(b"password", [1; 16]);
            assert_eq!(argon.memory.lock().expect("whole").len(), kept);
        }
    }

    #[test]
    fn refuses_impossible_parameters() {
        for impossible in [
            Parameters { memory_kib: 7, ..CHEAP },
            Parameters { iterations: 0, ..CHEAP },
            Parameters { parallelism: 0, ..CHEAP },
        ] {
            assert!(Argon2id::new(impossible, 1).is_err(), "{impossible:?}");
        }
    }

    #[test]
    fn nonsense_is_no_match_and_no_panic() {
        for phc in ["", "$", "password", "$argon2id$v=19$m=8,t=1,p=1", "$2b$12$abc"] {
            assert!(!argon(CHEAP).verify(b"password", phc), "{phc}");
        }
    }
}
