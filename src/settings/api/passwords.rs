//! `[passwords]`: Argon2id and the pool that computes it.

use std::thread;

use serde::Deserialize;

use crate::settings::Check;

/// Argon2id and the pool that computes it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PasswordsSettings {
    /// The memory of one hash, in KiB.
    pub memory_kib: u32,
    /// The passes over that memory.
    pub iterations: u32,
    /// The lanes of one hash.
    pub parallelism: u32,
    concurrent: usize,
    /// How many places of the pool are kept for accounts and addresses that lately logged in.
    pub reserved: usize,
}

impl PasswordsSettings {
    /// How many hashes are computed at once: as set, or the number of cores, but always more than
    /// are reserved.
    pub fn concurrent(&self) -> usize {
        match self.concurrent {
            0 => thread::available_parallelism().map_or(1, usize::from).max(self.reserved + 1),
            set => set,
        }
    }

    pub(super) fn check(&self, check: &mut Check<'_>) {
        // The least memory on OWASP's list, at 5 iterations.
        check.range("passwords.memory_kib", self.memory_kib, 7168..=4 * 1024 * 1024);
        check.range("passwords.iterations", self.iterations, 1..=100);
        check.range("passwords.parallelism", self.parallelism, 1..=64);
        check.range("passwords.concurrent", self.concurrent, 0..=1024);
        check.range("passwords.reserved", self.reserved, 0..=1023);
        check.require(
            self.concurrent == 0 || self.reserved < self.concurrent,
            "passwords.reserved",
            "has to be less than passwords.concurrent",
        );
    }
}
