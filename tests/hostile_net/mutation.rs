//! One guard switched off.

use std::path::Path;

use crate::{
    player::{self, Failure},
    source_tree::SourceTree,
};

/// A guard, how it is switched off in the source, and the cases that have to notice.
pub struct Mutation {
    /// The guard, in words.
    pub guard: &'static str,
    changes: Vec<Change>,
    cases: &'static [&'static str],
    shows: &'static str,
}

/// A change of the source: text that is in the file once, and what stands there instead.
pub struct Change {
    /// The file, below `src/preview`.
    pub file: &'static str,
    /// What stands there.
    pub find: &'static str,
    /// What is put there.
    pub replace: &'static str,
}

impl Mutation {
    /// Switches this guard off.
    pub fn off(guard: &'static str) -> Self {
        Self { guard, changes: Vec::new(), cases: &[], shows: "" }
    }

    /// By this change of a file; by several where guards stand behind each other.
    pub fn change(mut self, file: &'static str, find: &'static str, replace: &'static str) -> Self {
        self.changes.push(Change { file, find, replace });
        self
    }

    /// Every one of these cases then has to fail,
    pub fn noticed_by(self, cases: &'static [&'static str]) -> Self {
        Self { cases, ..self }
    }

    /// and to show this: whom the worker reached, or what it gave away.
    pub fn showing(self, shows: &'static str) -> Self {
        Self { shows, ..self }
    }

    /// Builds the worker without the guard and plays the cases with it.
    ///
    /// # Errors
    /// If a case goes well all the same, or fails for another reason.
    pub fn try_out(&self, tree: &SourceTree) -> Result<(), String> {
        assert!(!self.cases.is_empty() && !self.shows.is_empty(), "{} proves nothing", self.guard);
        let worker = tree.build_changed(&self.changes)?;
        for case in self.cases {
            match player::play(case, &worker) {
                Err(Failure::Wrong(seen)) if seen.contains(self.shows) => {}
                Err(Failure::Wrong(seen)) => {
                    return Err(format!("`{case}` fails, but does not show {}:\n{seen}", self.shows));
                }
                Err(Failure::Harness(text)) => return Err(format!("`{case}` could not be played: {text}")),
                Ok(()) => return Err(format!("`{case}` does not notice")),
            }
        }
        Ok(())
    }
}

/// Plays the cases of all mutations with the worker as it is.
///
/// # Errors
/// If one fails: then its failing would prove nothing.
pub fn play_unchanged(mutations: &[Mutation], worker: &Path) -> Result<(), String> {
    let mut cases: Vec<_> = mutations.iter().flat_map(|mutation| mutation.cases).collect();
    cases.sort_unstable();
    cases.dedup();
    let failures = cases.into_iter().filter_map(|case| Some((case, player::play(case, worker).err()?)));
    let failures: Vec<_> = failures.map(|(case, failure)| format!("`{case}`: {failure:?}")).collect();
    if failures.is_empty() { Ok(()) } else { Err(failures.join("\n")) }
}
