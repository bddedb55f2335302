//! One case: an Internet, what the worker is asked there, and what has to come of it.

use std::path::Path;

use crate::{fetch_case::FetchCase, world::World};

/// What came of a case: nothing to say, or what is wrong.
pub type Outcome = Result<(), String>;

/// A named case.
pub struct Case {
    /// Its name: `GROUP: WHAT`.
    pub name: String,
    plan: Plan,
}

enum Plan {
    Fetch(Box<FetchCase>),
    Story(fn(&World, &Path) -> Outcome),
}

impl Case {
    /// A case told as a function, which gets the worker's path.
    pub fn story(name: &str, story: fn(&World, &Path) -> Outcome) -> Self {
        Self { name: name.to_owned(), plan: Plan::Story(story) }
    }

    /// Plays the case with this worker, in this process's own namespace.
    pub fn play(&self, worker: &Path) -> Outcome {
        let world = World::make();
        match &self.plan {
            Plan::Fetch(case) => case.play(&world, worker),
            Plan::Story(story) => story(&world, worker),
        }
    }
}

impl From<(String, FetchCase)> for Case {
    fn from((name, case): (String, FetchCase)) -> Self {
        Self { name, plan: Plan::Fetch(Box::new(case)) }
    }
}

/// Demands that something is so.
pub fn ensure(is_so: bool, otherwise: impl FnOnce() -> String) -> Outcome {
    if is_so { Ok(()) } else { Err(otherwise()) }
}
